/** What a vendor allows: so many calls in so long. It counts what reached it, and refuses the next one until there is room. */
import type { Fault } from './faults.ts';

/** `keyOf`: what the call counts for, null: it does not count here. */
export type Limit<Call> = { about: string; most: number; inMs: number; keyOf(call: Call): string | null };

export type Counter<Call> = {
  /** from now on it counts, by this clock */
  countBy(now: () => number): void;
  /** limits that were exceeded, with what they are about */
  exceeded: string[];
  /** undefined: there is room for the call, and it is counted */
  over(call: Call): Fault | undefined;
};

export const createCounter = <Call>(limits: readonly Limit<Call>[]): Counter<Call> => {
  const seen = new Map<string, number[]>();
  const exceeded: string[] = [];
  let clock: (() => number) | null = null;
  return {
    exceeded,
    countBy: (now) => {
      clock = now;
    },
    over: (call) => {
      if (clock === null) return undefined;
      const now = clock();
      const counted = limits.flatMap(({ about, most, inMs, keyOf }) => {
        const key = keyOf(call);
        return key === null ? [] : [{ name: `${about} ${key}`, most, inMs }];
      });
      for (const { name, most, inMs } of counted) {
        const within = (seen.get(name) ?? []).filter((at) => at > now - inMs);
        seen.set(name, within);
        if (within.length < most) continue;
        exceeded.push(name);
        return { kind: 'limit', seconds: Math.max(1, Math.ceil(((within[0] ?? now) + inMs - now) / 1_000)) };
      }
      for (const { name } of counted) seen.get(name)?.push(now);
      return undefined;
    },
  };
};
