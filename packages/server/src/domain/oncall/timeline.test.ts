import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdingAt, holds } from './timeline.ts';

const instant = fc.integer({ min: 0, max: 60 });
const interval = fc.tuple(instant, instant).map(([from, to]) => ({ from, to }));

describe('what holds at an instant', () => {
  it('is what looking at every interval finds, in its order, whatever overlaps, is empty or is there twice', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 40 }), (intervals) => {
        for (let at = -1; at <= 61; at++)
          expect(holdingAt(intervals, at)).toEqual(intervals.filter((one) => holds(one, at)));
      }),
      { numRuns: process.env.BELAY_NIGHTLY === '1' ? 20_000 : 500 },
    );
  });

  it('is read anew from a list that replaced another', () => {
    const before = Array.from({ length: 20 }, (_, index) => ({ from: index, to: index + 1 }));
    expect(holdingAt(before, 3)).toEqual([{ from: 3, to: 4 }]);
    expect(holdingAt([...before, { from: 0, to: 10 }], 3)).toEqual([
      { from: 3, to: 4 },
      { from: 0, to: 10 },
    ]);
  });
});
