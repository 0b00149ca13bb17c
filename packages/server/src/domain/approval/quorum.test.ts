import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReached, seatsFilled, signaturesNeeded } from './quorum.ts';

const finance = { from: 'role:finance' as const, quorum: 2 };
const treasury = { from: 'role:treasury' as const, quorum: 1 };
const of = (...groups: number[]) => ({ groups });

describe('the seats of a quorum', () => {
  it('are filled so that as many as possible are', () => {
    expect(seatsFilled([finance, treasury], [of(0, 1), of(0), of(0)])).toEqual([2, 1]);
    expect(isReached([finance, treasury], [of(1, 0), of(1, 0), of(0)])).toBe(true);
    expect(signaturesNeeded([finance, treasury])).toBe(3);
  });
  it('are not filled twice by one person, nor by somebody of no group', () => {
    expect(isReached([finance, treasury], [of(0, 1), of(0)])).toBe(false);
    expect(seatsFilled([treasury], [of(), of(3)])).toEqual([0]);
  });

  /** Every way of seating, tried one by one. */
  const best = (groups: { quorum: number }[], signatures: { groups: number[] }[]): number => {
    const [first, ...rest] = signatures;
    if (first === undefined) return 0;
    const seated = first.groups
      .filter((group) => (groups[group]?.quorum ?? 0) > 0)
      .map(
        (group) =>
          1 +
          best(
            groups.map((one, index) => (index === group ? { quorum: one.quorum - 1 } : one)),
            rest,
          ),
      );
    return Math.max(best(groups, rest), ...seated);
  };

  it('agree with trying every way', () => {
    const groups = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
    const signatures = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }), { maxLength: 6 });
    fc.assert(
      fc.property(groups, signatures, (quorums, each) => {
        const asked = quorums.map((quorum) => ({ from: 'role:x' as const, quorum }));
        const given = each.map((one) => ({ groups: one }));
        const filled = seatsFilled(asked, given);
        expect(filled.reduce((a, b) => a + b, 0)).toBe(best(asked, given));
        for (const [index, n] of filled.entries()) expect(n).toBeLessThanOrEqual(asked[index]?.quorum ?? 0);
      }),
      { numRuns: 300 },
    );
  });
});
