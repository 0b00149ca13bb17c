import type { ApprovalView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { signingOf, steadText } from './signing.ts';

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
