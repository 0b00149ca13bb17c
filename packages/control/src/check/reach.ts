/**
 * When somebody can be told. A rung that names nobody at an instant is passed at once, so that a ladder waits only where
 * none of its rungs and not its owner reaches a person: exact from the intervals in which each target names somebody.
 */
import type { Control, LadderSpec } from '../model.ts';

/** Half-open [from, to), in milliseconds since 1970. */
export type Interval = { from: number; to: number };

/** When targets name somebody: handed in by whoever knows the schedules. */
export type Coverage = Interval & {
  /** zone in which hours are shown */
  zone: string;
  /** for each target that the control names, when it names somebody: ascending, not overlapping */
  covered: Record<string, Interval[]>;
};

/** The parts of [from, to) that none of the intervals covers. */
export const gapsIn = (covered: Interval[], { from, to }: Interval): Interval[] => {
  const gaps: Interval[] = [];
  let reached = from;
  for (const interval of [...covered].sort((a, b) => a.from - b.from)) {
    if (interval.from > reached) gaps.push({ from: reached, to: Math.min(interval.from, to) });
    reached = Math.max(reached, interval.to);
    if (reached >= to) return gaps;
  }
  return [...gaps, { from: reached, to }];
};

export const lengthOf = (intervals: Interval[]): number => intervals.reduce((sum, { from, to }) => sum + to - from, 0);

/** A case that has no ladder of its own goes to a target directly, then to the owner. */
export const laddersOf = (control: Control): LadderSpec[] => [
  ...control.ladders,
  { name: control.owner, rungs: [{ tell: control.owner, via: [], withinMs: null, repeatMs: null }] },
];

export type Reach = {
  ladder: string;
  /** how often its rungs are gone through before the owner is told */
  rounds: number;
  /** until everybody on the ladder has been told, when nobody answers */
  allToldMs: number;
  /** longest time in which nobody can be told, with the gap it happens in; null: the coverage is not known */
  longestMs: number | null;
  gap: Interval | null;
};

/** How long it takes to tell somebody on each ladder, at worst; the owner is told after its last rung. */
export const reachOf = (control: Control, coverage?: Coverage): Reach[] =>
  laddersOf(control).map(({ name, rungs, repeat = 0 }) => {
    const last = rungs.at(-1);
    const waits = rungs.slice(0, -1).reduce((sum, { withinMs }) => sum + (withinMs ?? 0), 0);
    const roundMs = waits + (last?.withinMs ?? last?.repeatMs ?? 0);
    const rounds = repeat + 1;
    // An owner on the ladder itself is told in the first round.
    const allToldMs = last?.tell === control.owner ? waits : rounds * roundMs;
    if (coverage === undefined) return { ladder: name, rounds, allToldMs, longestMs: null, gap: null };
    const targets = [...new Set([...rungs.map(({ tell }) => tell as string), control.owner])];
    const gaps = gapsIn(
      targets.flatMap((target) => coverage.covered[target] ?? []),
      coverage,
    );
    const gap = gaps.reduce<Interval | null>(
      (worst, one) => (worst && lengthOf([worst]) >= lengthOf([one]) ? worst : one),
      null,
    );
    return { ladder: name, rounds, allToldMs, longestMs: gap === null ? 0 : gap.to - gap.from, gap };
  });
