import { describe, expect, it } from 'vitest';
import type { Permit } from '../domain/run/run.ts';
import { controlWith, pay, Story } from '../domain/story.testing.ts';
import { countsOf, stretchOf } from './counting.ts';

const limited = controlWith(
  'approvals:\n',
  'limits: [{ id: daily, at: pay, of: amount, per: to, window: 24h, above: EUR 150.00, then: approval, by: sign-off }]\napprovals:\n',
);
const story = (): Story => {
  const told = new Story();
  told.control = limited;
  return told;
};

describe('what a counter is told', () => {
  const granted = (): { told: Story; permit: Permit } => {
    const told = story().ask({ args: pay('100.00') });
    return { told, permit: told.run.permits[0] as Permit };
  };
  it('is the amount when it is granted, and less when it never happened', () => {
    const { told, permit } = granted();
    const { permitId } = permit;
    const rows = (event: Parameters<typeof countsOf>[1][number]['event']) => countsOf(told.run, [{ event, at: 0 }]);
    expect(rows({ type: 'PermitGranted', permit })).toMatchObject([{ amount: 10_000, most: 15_000 }]);
    expect(rows({ type: 'PermitExpired', permitId })).toMatchObject([{ amount: -10_000, most: null }]);
    const settled = { type: 'PermitSettled' as const, permitId, reference: null, because: '' };
    expect(rows({ ...settled, happened: 'notDone' })).toHaveLength(1);
    expect(rows({ ...settled, happened: 'done' })).toEqual([]);
    expect(rows({ type: 'PermitReported', permitId, status: 'failed', result: null })).toEqual([]);
  });
  it('counts for the whole window, and at most a 96th longer', () => {
    const window = 24 * 3_600_000;
    for (const at of [0, 1, 899_999, 900_000, 12_345_678]) {
      const { bucket } = stretchOf(window, at);
      expect(stretchOf(window, at + window - 1).since).toBeLessThanOrEqual(bucket);
      expect(stretchOf(window, at + window + window / 96).since).toBeGreaterThan(bucket);
    }
  });
});
