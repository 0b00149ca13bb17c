import { describe, expect, it } from 'vitest';
import { approvals, people } from '../../dev/fixtures.ts';
import { signingOf } from './signing.ts';

const now = Date.UTC(2026, 10, 23, 9, 0);
const waiting = approvals(now)[0];
const me = people[0];
if (waiting === undefined || me === undefined) throw new Error('The sample data have no approval or no person.');
const entitled = { ...me, personId: 'someone', roles: ['finance-approver'] };

describe('who can sign', () => {
  it('offers the signature to somebody entitled', () => {
    expect(signingOf(waiting, entitled)).toEqual({ can: true });
  });

  it('says why it is not offered', () => {
    const because = (shown: typeof waiting, person = entitled) => {
      const signing = signingOf(shown, person);
      return signing.can ? 'can sign' : signing.because;
    };
    expect(because(waiting, { ...entitled, roles: [] })).toBe('Only finance approver may sign.');
    expect(because({ ...waiting, excluded: ['someone'] })).toContain('may not sign');
    expect(because({ ...waiting, status: 'void' })).toContain('control of the run moved');
    const signed = {
      by: 'someone',
      name: 'Some One',
      insteadOf: null,
      insteadOfName: null,
      at: waiting.requestedAt,
      comment: null,
      openedAt: null,
    };
    expect(because({ ...waiting, signatures: [signed] })).toBe('You have signed.');
  });

  it('knows a person named directly and leaves a schedule to the server', () => {
    expect(signingOf({ ...waiting, from: 'person:someone' }, entitled).can).toBe(true);
    expect(signingOf({ ...waiting, from: 'person:other' }, entitled).can).toBe(false);
    expect(signingOf({ ...waiting, from: 'oncall:finance' }, entitled).can).toBe(true);
  });
});
