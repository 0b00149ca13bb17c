/**
 * Which of many intervals hold at an instant, without looking at all of them: years of overrides and absences are asked
 * for each time a rung fires. What a list says is remembered with it, so a list is replaced when it changes, never edited.
 */

/** Half-open: `from` belongs to it, `to` does not. */
export type Interval = { from: number; to: number };

export const holds = (interval: Interval, at: number): boolean => interval.from <= at && at < interval.to;

/** `holding[n]` hold from `edges[n]` on, until the next edge. */
type Timeline<T> = { edges: number[]; holding: T[][] };

/** A list that is read faster than it is indexed. */
const short = 8;
const known = new WeakMap<readonly Interval[], Timeline<Interval>>();

const timelineOf = <T extends Interval>(intervals: readonly T[]): Timeline<T> => {
  const before = known.get(intervals);
  if (before !== undefined) return before as Timeline<T>;
  const edges = [...new Set(intervals.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const holding: T[][] = edges.map(() => []);
  const place = new Map(edges.map((edge, index) => [edge, index]));
  for (const one of intervals)
    for (let index = place.get(one.from) ?? 0; (edges[index] ?? one.to) < one.to; index++) holding[index]?.push(one);
  const timeline = { edges, holding };
  known.set(intervals, timeline);
  return timeline;
};

/** Those that hold at an instant, in the order of the list. */
export const holdingAt = <T extends Interval>(intervals: readonly T[], at: number): readonly T[] => {
  if (intervals.length <= short) return intervals.filter((one) => holds(one, at));
  const { edges, holding } = timelineOf(intervals);
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return holding[low - 1] ?? [];
};
