/** What people do on a record comes to what they asked for: by whom, on which revision, and not twice. */
import { describe, expect, it } from 'vitest';
import type { Press } from '../engine/channel-ports.ts';
import type { CardState } from '../engine/delivery/cards.ts';
import { actsOf, type Deed, type DeskRef, type Statuses, statusesFrom } from './desk.ts';

const statuses: Statuses = {
  open: 'To Do',
  claimed: 'In Progress',
  returned: 'Returned',
  resolved: 'Done',
  cancelled: 'Cancelled',
  waiting: 'To Do',
  approved: 'Approved',
  used: 'Approved',
  rejected: 'Rejected',
  expired: 'Cancelled',
  void: 'Cancelled',
};
const digest = `sha256:${'0'.repeat(64)}`;
const ref = (state: CardState, more: Partial<DeskRef> = {}): DeskRef => ({
  id: '1',
  subject: ['waiting', 'approved', 'rejected'].includes(state) ? 'approval:apr_1' : 'case:case_1',
  revision: 3,
  digest,
  state,
  ...more,
});
let serial = 0;
const comment = (text: string, by = 'bruno'): Deed => ({ kind: 'comment', id: String(++serial), by, at: serial, text });
const status = (to: string, by = 'bruno'): Deed => ({ kind: 'status', id: String(++serial), by, at: serial, to });
const owner = (to: string | null, by = 'bruno'): Deed => ({ kind: 'owner', id: String(++serial), by, at: serial, to });

const asked = (on: DeskRef, ...deeds: Deed[]): Press[] =>
  actsOf(on, deeds, { workspace: 'w', statuses }).flatMap(({ asks }) => asks as Press[]);
const short = (on: DeskRef, ...deeds: Deed[]) => asked(on, ...deeds).map(({ action, fields }) => [action, fields]);

describe('a comment', () => {
  it.each([
    ['/take-over', 'takeOver', {}],
    ['  /Not-mine: I am at the dentist', 'decline', { because: 'I am at the dentist' }],
    ['/return Pay it.\nI called them.', 'return', { instructions: 'Pay it.\nI called them.' }],
    ['/allow Pay it', 'return', { instructions: 'Pay it', allowOnce: true }],
    ['/edit\namount: EUR 80.00\nsomething', 'edit', { 'argument.amount': 'EUR 80.00' }],
    ['/finish Paid by hand', 'resolve', { resolution: 'Paid by hand' }],
    ['/put-back', 'release', {}],
    ['/reject Wrong cost centre', 'reject', { because: 'Wrong cost centre' }],
  ])('%j is a command', (text, action, fields) => {
    expect(short(ref('open'), comment(text))).toEqual([[action, fields]]);
  });

  it.each(['I take over', 'please /take-over', '/', '/unknown', 'a/approve', ''])('%j is talk', (text) => {
    expect(asked(ref('open'), comment(text))).toEqual([]);
  });

  it('carries its author, the revision that stood there, and that it is no signature', () => {
    expect(asked(ref('open'), comment('/take-over', 'dana'))).toMatchObject([
      { presser: { workspace: 'w', address: 'dana' }, revision: 3, digest, proof: 'account' },
    ]);
  });

  it.each(['/approve', '/allow x', '/edit amount: EUR 1.00'])(
    '%s decides on nothing that did not stand there in full',
    (text) => {
      const [press] = asked(ref('waiting', { digest: null }), comment(text));
      expect(press?.digest).not.toMatch(/^sha256:/);
      expect(press?.digest).not.toBeNull();
    },
  );
});

describe('a status', () => {
  it('asks for what it is called after, with what its author wrote before', () => {
    expect(short(ref('open'), status('in progress'))).toEqual([['takeOver', {}]]);
    expect(short(ref('claimed'), comment('I paid it'), status('Done'))).toEqual([
      ['resolve', { resolution: 'I paid it' }],
    ]);
    expect(short(ref('claimed'), comment('Go on'), status('Returned'))).toEqual([
      ['return', { instructions: 'Go on' }],
    ]);
    expect(short(ref('claimed'), status('To Do'))).toEqual([['release', {}]]);
    expect(short(ref('waiting'), status('Approved'))).toEqual([['approve', {}]]);
    expect(short(ref('waiting'), comment('No'), status('Rejected'))).toEqual([['reject', { because: 'No' }]]);
  });

  it('does not take the words of somebody else for its reason', () => {
    expect(short(ref('claimed'), comment('Not me', 'dana'), status('Done'))).toEqual([['resolve', { resolution: '' }]]);
  });

  it('asks for nothing where it is what stands there, or means nothing', () => {
    expect(asked(ref('claimed'), status('In Progress'), status('Blocked'))).toEqual([]);
    expect(asked(ref('open'), status('Cancelled'))).toEqual([]);
  });

  it('signs nothing off where one name stands for approved and rejected', () => {
    const one = { ...statuses, approved: 'Done', rejected: 'Done' };
    expect(actsOf(ref('waiting'), [status('Done')], { workspace: 'w', statuses: one })).toEqual([]);
  });
});

describe('an owner', () => {
  it('takes over when they name themselves, once, although they also move it', () => {
    expect(short(ref('open'), status('In Progress'), owner('bruno'))).toEqual([['takeOver', {}]]);
  });

  it('is asked nothing when somebody else names them', () => {
    expect(asked(ref('open'), owner('dana', 'bruno'), owner(null))).toEqual([]);
  });
});

it('orders what several people did, and lets both be answered', () => {
  expect(
    asked(ref('open'), comment('/take-over', 'bruno'), comment('/take-over', 'dana')).map((p) => p.presser.address),
  ).toEqual(['bruno', 'dana']);
});

it('a recorded decision is more than an account', () => {
  const decision: Deed = { kind: 'decision', id: '9', by: 'amelie', at: 1, approved: true, because: '' };
  expect(asked(ref('waiting'), decision)).toMatchObject([{ action: 'approve', proof: 'recorded' }]);
});

const setting = { env: 'BELAY_X', about: '' };
it('reads names of statuses, and says which it cannot read', () => {
  expect(statusesFrom(setting, 'open=Offen, claimed = In Arbeit', statuses)).toMatchObject({
    open: 'Offen',
    claimed: 'In Arbeit',
    resolved: 'Done',
  });
  expect(() => statusesFrom(setting, 'opened=Offen', statuses)).toThrow('BELAY_X is "opened=Offen"');
  expect(() => statusesFrom(setting, 'open=', statuses)).toThrow('"open=" is none');
});
