import type { ApprovalView } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { signingOf } from './signing.ts';

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

  it('is over when the approval is', () => {
    for (const status of ['approved', 'rejected', 'expired', 'void', 'used'] as const)
      expect(signingOf({ status, you: { ...you, allowed: ['approve'] } }).can).toBe(false);
  });
});
