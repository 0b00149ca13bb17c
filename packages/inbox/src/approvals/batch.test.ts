import type { ApprovalView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { approvals } from '../../dev/fixtures.ts';
import { batchesOf, moneyOf, needsLook, totalsOf } from './batch.ts';

const [sample] = approvals(0);
const one = (id: string, more: Partial<ApprovalView> = {}): ApprovalView => ({
  ...(sample as ApprovalView),
  approvalId: id,
  ...more,
});
const amounts = (...amounts: string[]) => amounts.map((amount) => ({ arguments: { amount } }));

describe('sign-offs that can be decided as one', () => {
  it('are of one control and version, step and name, and mine to sign', () => {
    const mine = [one('a'), one('b'), one('c', { step: 'other' }), one('d', { you: { ...one('x').you, allowed: [] } })];
    expect(batchesOf(mine).map(({ items }) => items.map(({ approvalId }) => approvalId))).toEqual([['a', 'b']]);
    const older = one('e', { control: { ...one('x').control, version: 99 } });
    expect(batchesOf([one('a'), older])).toEqual([]);
  });

  it('are at most as many as the server takes', () => {
    expect(batchesOf(Array.from({ length: 600 }, (_, at) => one(String(at))))[0]?.items).toHaveLength(500);
  });

  it('are summed by currency, to the last digit', () => {
    expect(totalsOf(amounts('EUR 0.10', 'EUR 0.20', 'USD 5', 'EUR 90071992547409.91', 'BHD 1.005'))).toEqual([
      'BHD 1.005',
      'EUR 90071992547410.21',
      'USD 5',
    ]);
    expect(totalsOf([{ arguments: { note: 'none' } }])).toEqual([]);
    expect(totalsOf(amounts('EUR 0.25', 'EUR -0.75'))).toEqual(['EUR -0.50']);
  });

  it('have no amount where their arguments name two: neither is taken for what is paid', () => {
    const refund = { arguments: { amount: 'EUR 5.00', alreadyRefunded: 'EUR 400.00' } };
    expect(moneyOf(refund)).toBeNull();
    expect(totalsOf([refund])).toEqual([]);
  });

  it('say what a look at the list does not settle', () => {
    expect(needsLook(one('a'))).toBeNull();
    const packet = sample?.packet ?? null;
    const unusual = packet === null ? null : { ...packet, exceptional: ['Three times the usual.'] };
    expect(needsLook({ packet: unusual })).toBe('Three times the usual.');
  });
});
