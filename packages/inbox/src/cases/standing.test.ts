import { describe, expect, it } from 'vitest';
import { cases } from '../../dev/fixture-cases.ts';
import { matching, standingOf } from './standing.ts';

const sample = cases(Date.UTC(2026, 10, 23, 9, 0));
const ids = (filter: string) => matching(sample, filter).map((shown) => shown.caseId);

describe('how a case stands for the one who looks', () => {
  it('waits, is mine, is another’s, or is closed', () => {
    expect(standingOf({ status: 'open', claimedBy: null }, 'ann')).toBe('waiting');
    expect(standingOf({ status: 'claimed', claimedBy: 'ann' }, 'ann')).toBe('mine');
    expect(standingOf({ status: 'claimed', claimedBy: 'bo' }, 'ann')).toBe('theirs');
    for (const status of ['returned', 'resolved', 'cancelled'] as const) {
      expect(standingOf({ status, claimedBy: 'ann' }, 'ann')).toBe('closed');
    }
  });

  it('is found by every word of the filter: title, reason, agent, subject, people', () => {
    expect(ids('nordwind 12,400')).toEqual(['case-71']);
    expect(ids('CARE-AGENT T-8812')).toEqual(['case-70']);
    expect(ids('bo lindqvist INV-2039')).toEqual(['case-69']);
    expect(ids('nordwind refund')).toEqual([]);
    expect(ids('  ')).toHaveLength(sample.length);
  });
});
