import type { ApprovalView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { isTooOld, signingOf, steadText, strictest } from './signing.ts';

const you: ApprovalView['you'] = { allowed: [], instead: [], because: null, readyAt: null };

describe('whether somebody can sign', () => {
  it('is what the server says', () => {
    expect(signingOf({ status: 'waiting', you: { ...you, allowed: ['approve'] } })).toEqual({ can: true });
  });

  it('is told in the server’s words when they cannot', () => {
    const because = 'ap-agent acts on behalf of you: somebody else must sign.';
    expect(signingOf({ status: 'waiting', you: { ...you, because } })).toEqual({ can: false, because });
    expect(signingOf({ status: 'waiting', you })).toEqual({ can: false, because: 'You may not sign this.' });
  });

  it('says in whose stead, by the first right that the server takes', () => {
    const instead = ['Bo', 'Cem'].map((name) => ({ personId: name.toLowerCase(), name }));
    expect(steadText({ ...you, instead })).toMatch(/in the stead of Bo\.$/);
    expect(steadText(you)).toBeNull();
  });

  it('is over when the approval is', () => {
    for (const status of ['approved', 'rejected', 'expired', 'void', 'used'] as const)
      expect(signingOf({ status, you: { ...you, allowed: ['approve'] } }).can).toBe(false);
  });
});

describe('whether the sign-in is recent enough', () => {
  const at = '2026-12-07T09:00:00.000Z';
  const after = (minutes: number) => Date.parse(at) + minutes * 60_000;
  it('is asked by the strictest of what is signed together', () => {
    const asked = [600_000, null, 60_000].map((freshSignInMs) => ({ freshSignInMs }));
    expect(strictest(asked)).toBe(60_000);
    expect(strictest([{ freshSignInMs: null }])).toBeNull();
  });
  it('is so up to that time, never without a time, and always where nothing is asked', () => {
    expect([10, 11].map((minutes) => isTooOld(600_000, at, after(minutes)))).toEqual([false, true]);
    expect(isTooOld(600_000, null, after(0))).toBe(true);
    expect(isTooOld(null, null, after(9_999))).toBe(false);
  });
});
