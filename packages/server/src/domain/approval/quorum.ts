/**
 * Whether the signatures reach the quorum of every group. One person counts for one group, in whichever way fills the
 * most seats; who could sit in two groups never fills both.
 */
import type { SignerGroup } from '@belay/control';

type Seated = { groups: number[] };

/** How many of each group's seats the signatures fill at best. */
export const seatsFilled = (groups: readonly SignerGroup[], signatures: readonly Seated[]): number[] => {
  const sitting: number[][] = groups.map(() => []);
  const place = (signature: number, tried: Set<number>): boolean => {
    for (const group of signatures[signature]?.groups ?? []) {
      const seats = sitting[group];
      if (seats === undefined || tried.has(group)) continue;
      tried.add(group);
      if (seats.length < (groups[group]?.quorum ?? 0)) {
        seats.push(signature);
        return true;
      }
      const moved = seats.findIndex((other) => place(other, tried));
      if (moved < 0) continue;
      seats[moved] = signature;
      return true;
    }
    return false;
  };
  signatures.forEach((_, signature) => {
    place(signature, new Set());
  });
  return sitting.map((seats) => seats.length);
};

export const isReached = (groups: readonly SignerGroup[], signatures: readonly Seated[]): boolean =>
  seatsFilled(groups, signatures).every((filled, index) => filled >= (groups[index]?.quorum ?? 0));

export const signaturesNeeded = (groups: readonly SignerGroup[]): number =>
  groups.reduce((sum, { quorum }) => sum + quorum, 0);
