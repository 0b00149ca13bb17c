import { describe, expect, it } from 'vitest';
import { override, schedule } from '../oncall/schedule.testing.ts';
import type { Approval } from '../run/run.ts';
import { controlWith, minutes, org, pay, Story } from '../story.testing.ts';
import { editApproval } from './edit.ts';
import { rightsOf } from './signers.ts';

const signOff = 'sign-off: { from: role:signers, exclude: [requester], within: 1h, on-expiry: handoff to desk }';
const story = (others: string, onBehalfOf: string | null = null): Story => {
  const told = new Story(onBehalfOf);
  told.control = controlWith(signOff, `sign-off: { ${others} }`);
  return told.ask({ args: pay('500.00') });
};
const approvalOf = (told: Story): Approval => told.run.approvals[0] as Approval;

describe('several groups', () => {
  const both = () =>
    story('groups: [{ from: role:signers, quorum: 2 }, { from: role:desk }], exclude: [requester], within: 1h');
  it('are filled by different people', () => {
    const told = both().sign('ben').sign('eve');
    expect(approvalOf(told).status).toBe('waiting');
    told.sign('ann');
    expect(approvalOf(told).status).toBe('approved');
  });
  it('are still filled when one of several signers has gone, or not', () => {
    const told = both().sign('ben').sign('eve').sign('ann');
    told.organisation = { ...org, people: org.people.map((p) => (p.personId === 'ann' ? { ...p, active: false } : p)) };
    expect(told.ask({ args: pay('500.00') }).answer.kind).toBe('pause');
  });
});

describe('who may not sign', () => {
  it('includes who published the rules, where the control says so', () => {
    const told = new Story();
    told.control = controlWith(signOff, 'sign-off: { from: role:signers, exclude: [publisher], within: 1h }');
    told.run = { ...told.run, publishedBy: 'ben' };
    expect(told.ask({ args: pay('500.00') }).sign('ben').refused).toBe('separation_of_duties');
  });
  it('X12: includes who put themselves on call for it', () => {
    const told = story('from: oncall:treasury, within: 1h');
    const turn = { ...override({ personId: 'ben', from: 0, to: minutes(90) }), by: 'ben' };
    told.organisation = { ...org, schedules: [schedule({ overrides: [turn] })] };
    expect(told.sign('ben').refused).toBe('separation_of_duties');
    told.organisation = { ...org, schedules: [schedule({ overrides: [{ ...turn, by: 'cleo' }] })] };
    expect(told.sign('cleo').refused).toBe('separation_of_duties');
    expect(told.sign('ben').types).toEqual(['ApprovalSigned']);
  });
  it('leaves an entry of the attempt, at most fifty times', () => {
    const told = story('from: role:signers, within: 1h');
    for (let n = 0; n < 60; n++) told.sign('ann');
    expect(approvalOf(told).refusedVotes).toBe(50);
    expect(told.sign('ann')).toMatchObject({ refused: 'not_entitled', types: [] });
  });
});

describe('delegation', () => {
  const delegated = (from: string, to: string, more: object = {}) => ({
    ...org,
    delegations: [
      { delegationId: 'd', from, to, approval: null, since: 0, until: minutes(30), because: '', by: from, ...more },
    ],
  });
  it('carries the right of the one, and is used by the other', () => {
    const told = story('from: role:signers, within: 1h');
    told.organisation = delegated('ben', 'ann');
    told.sign('ann', { insteadOf: 'ben' } as never);
    expect(told.events).toMatchObject([{ type: 'ApprovalSigned', insteadOf: 'ben', complete: true }]);
    expect(told.ask({ args: pay('500.00') }).answer.kind).toBe('continue');
  });
  it('counts one vote for both of them', () => {
    const told = story('from: role:signers, quorum: 2, within: 1h');
    told.organisation = delegated('ben', 'ann');
    told.sign('ann').sign('ben');
    expect(told.refused).toBe('approval_not_waiting');
    expect(approvalOf(told).signatures).toHaveLength(1);
  });
  it('ends with its time, is for one approval where it says so, and is not passed on', () => {
    const told = story('from: role:signers, within: 1h');
    told.organisation = delegated('ben', 'ann', { approval: 'other' });
    expect(told.sign('ann').refused).toBe('not_entitled');
    told.organisation = delegated('ben', 'ann');
    told.now = minutes(30);
    expect(told.sign('ann').refused).toBe('not_entitled');
    const [first] = delegated('ben', 'ann').delegations;
    const chain = { ...org, delegations: [first, { ...first, from: 'ann', to: 'dirk' }] } as typeof org;
    expect(rightsOf(approvalOf(told), 'dirk', { org: chain, now: 0 })).toEqual([]);
  });
  it('does not reach who is excluded, nor speak for them', () => {
    const told = story('from: role:signers, exclude: [requester], within: 1h', 'ann');
    told.organisation = delegated('ben', 'ann');
    expect(told.sign('ann').refused).toBe('separation_of_duties');
    const other = story('from: role:signers, exclude: [requester], within: 1h', 'ben');
    other.organisation = delegated('ben', 'ann');
    expect(other.sign('ann', { insteadOf: 'ben' } as never).refused).toBe('separation_of_duties');
  });
  it('that is taken back no longer counts when it runs', () => {
    const told = story('from: role:signers, within: 1h');
    told.organisation = delegated('ben', 'ann');
    told.sign('ann');
    told.organisation = org;
    expect(told.ask({ args: pay('500.00') }).answer.kind).toBe('pause');
    expect(told.types[0]).toBe('ApprovalVoided');
  });
  it('that is taken back is not replaced by one for another approval', () => {
    const told = story('from: role:signers, within: 1h');
    told.organisation = delegated('ben', 'ann');
    told.sign('ann');
    told.organisation = delegated('ben', 'ann', { approval: 'two-of-us' });
    expect(told.ask({ args: pay('500.00') }).answer.kind).toBe('pause');
    expect(told.types[0]).toBe('ApprovalVoided');
  });
});

describe('reading first', () => {
  const read = () => story('from: role:signers, dwell: 30s, within: 1h');
  const open = (told: Story, who: string) => told.sign(who, { type: 'open' } as never);
  it('is asked of each signer, for as long as the control says', () => {
    const told = read();
    expect(told.sign('ben').refused).toBe('not_read');
    expect(open(told, 'ben').types).toEqual(['ApprovalOpened']);
    expect(open(told, 'ben').types).toEqual([]);
    told.now += 29_999;
    expect(told.sign('ben').refused).toBe('not_read');
    told.now += 1;
    expect(told.sign('eve').refused).toBe('not_read');
    expect(told.sign('ben').events).toMatchObject([{ type: 'ApprovalSigned', openedAt: 0 }]);
  });
  it('does not make the page of another signer an old one, and is nothing for who may not sign', () => {
    const told = read();
    expect(open(open(told, 'ben'), 'ann').types).toEqual([]);
    expect(approvalOf(told).revision).toBe(0);
  });
  it('may be asked without a time', () => {
    expect(story('from: role:signers, must-open: true, within: 1h').sign('ben').refused).toBe('not_read');
  });
});

describe('signing in first', () => {
  const by = (at: number | null) =>
    ({ signIn: { method: 'company', at, issuer: 'https://login.example.com', amr: ['otp'], acr: null } }) as never;
  const fresh = () => story('from: role:signers, fresh-sign-in: 10m, within: 1h').wait(600_000);
  it('is asked of each signer, and what they showed is kept', () => {
    const [now] = [fresh().now];
    expect(fresh().sign('ben').refused).toBe('sign_in_too_old');
    expect(fresh().sign('ben', by(null)).refused).toBe('sign_in_too_old');
    expect(fresh().sign('ben', by(now - 600_001)).events).toMatchObject([{ type: 'VoteRefused' }]);
    expect(fresh().sign('ben', by(now - 600_000)).events).toMatchObject([
      { type: 'ApprovalSigned', signIn: { at: now - 600_000, amr: ['otp'] } },
    ]);
  });
  it('is not asked of who refuses, nor where the control says nothing', () => {
    expect(fresh().sign('ben', { type: 'reject', because: 'no' } as never).types).toEqual(['ApprovalRejected']);
    expect(story('from: role:signers, within: 1h').sign('ben').types).toEqual(['ApprovalSigned']);
  });
});

describe('a refusal', () => {
  it('is one of several where they are counted', () => {
    const told = story('from: role:signers, quorum: 2, veto: none, within: 1h');
    const no = { type: 'reject', because: 'no' } as never;
    expect(told.sign('ben', no).events).toMatchObject([{ type: 'ApprovalRejected', complete: false }]);
    expect(told.sign('ben').refused).toBe('approval_not_waiting');
    expect(told.sign('eve', no).events).toMatchObject([{ complete: true }]);
    expect(approvalOf(told).status).toBe('rejected');
  });
  it('is withdrawn by who gave it, and the approval waits anew', () => {
    const told = story('from: role:signers, within: 1h').sign('ben', { type: 'reject', because: 'no' } as never);
    told.now += minutes(90);
    expect(told.sign('eve', { type: 'withdraw' } as never).refused).toBe('no_vote');
    told.sign('ben', { type: 'withdraw', because: 'yes' } as never);
    expect(approvalOf(told)).toMatchObject({ status: 'waiting', expiresAt: minutes(150), refusals: [] });
    expect(told.run.rejections).toEqual([]);
    expect(told.ask({ args: pay('500.00') }).answer.kind).toBe('pause');
  });
  it('of somebody who has left is withdrawn by the owner', () => {
    const told = story('from: role:signers, within: 1h').sign('ben', { type: 'reject', because: 'no' } as never);
    expect(told.sign('cleo', { type: 'withdraw' } as never).refused).toBe('no_vote');
    told.organisation = { ...org, people: org.people.filter((p) => p.personId !== 'ben') };
    expect(told.sign('cleo', { type: 'withdraw' } as never).types).toEqual(['VoteWithdrawn']);
  });
  it('elsewhere holds here too, until a person lets exactly this through', () => {
    const told = story('from: role:signers, within: 1h');
    const again = told.ask({ args: pay('500.00'), key: 'n', refusedElsewhere: [{ by: 'ben', because: 'twice' }] });
    expect(again.answer).toMatchObject({ kind: 'forbid', because: 'Ben refused exactly these arguments: twice' });
  });
});

describe('a signature', () => {
  it('is withdrawn until it is used, and takes its permit with it', () => {
    const told = story('from: role:signers, within: 1h')
      .sign('ben')
      .ask({ args: pay('500.00'), redeem: false });
    told.sign('ben', { type: 'withdraw', because: 'wait' } as never);
    expect(told.types).toEqual(['PermitVoided', 'VoteWithdrawn']);
    expect(told.ask({ args: pay('500.00') }).answer.kind).toBe('pause');
  });
});

describe('edit, then approve', () => {
  const edit = (told: Story, who: string, args = pay('400.00'), over: object = {}) => {
    const { approvalId, revision, digest } = approvalOf(told);
    const command = {
      approvalId,
      revision,
      digest,
      arguments: args,
      because: 'less',
      facts: [],
      packet: null as never,
      requirements: [],
      counters: {},
      ...over,
    };
    return told.decided({ kind: 'person', id: who }, (run, context) => editApproval(run, command, context));
  };
  it('asks others for the new version, and runs that for what the agent asked', () => {
    const told = edit(story('from: role:signers, within: 1h'), 'ben');
    expect(told.types).toEqual(['ArgumentsEdited', 'ApprovalVoided', 'ApprovalRequested']);
    expect(told.sign('ben').refused).toBe('separation_of_duties');
    told.sign('eve').ask({ args: pay('500.00') });
    expect(told.events).toMatchObject([
      {},
      { type: 'PermitGranted', permit: { arguments: pay('400.00'), edited: true } },
      {},
      {},
    ]);
  });
  it('keeps everybody who changed it from signing, also when it lapsed and is asked for again', () => {
    const told = edit(edit(story('from: role:signers, within: 1h'), 'ben'), 'cleo', pay('300.00'));
    expect(told.sign('ben').refused).toBe('separation_of_duties');
    told.wait(minutes(60)).person('cleo', { type: 'cancel' });
    expect(told.ask({ args: pay('500.00') }).answer.kind).toBe('pause');
    expect(approvalOf(told)).toMatchObject({ status: 'waiting', arguments: pay('300.00') });
    expect(told.sign('cleo').refused).toBe('separation_of_duties');
    expect(told.sign('ben').refused).toBe('separation_of_duties');
    expect(told.sign('eve').types).toEqual(['ApprovalSigned']);
  });
  it('does not answer a handoff, and is changed only where it may be', () => {
    const told = edit(story('from: role:signers, within: 1h'), 'ben').sign('eve');
    expect(told.ask({ args: pay('500.00'), facts: { fresh: true } }).answer.kind).toBe('handoff');
    const other = () => story('from: role:signers, within: 1h');
    expect(edit(other(), 'ben', pay('400.00', 'me')).refused).toBe('not_editable');
    expect(edit(other(), 'ben', pay('500.00')).refused).toBe('invalid_request');
    expect(edit(other(), 'ben', pay('999999.00')).refused).toBe('invalid_request');
    expect(edit(other(), 'ann').refused).toBe('not_entitled');
    expect(edit(other(), 'ben', pay('1.00'), { revision: 7 }).refused).toBe('stale_revision');
  });
});

describe('a packet of which too little is known', () => {
  const lacking = { percent: 50, least: 80, missing: [{ label: 'iban', because: 'is missing.' }] };
  const without = (told: Story): Story => {
    const approvals = told.run.approvals.map((one) => {
      if (one.packet == null) throw new Error('it was asked for without a packet');
      return { ...one, packet: { ...one.packet, completeness: lacking } };
    });
    told.run = { ...told.run, approvals };
    return told;
  };
  it('is signed by nobody, and may be refused', () => {
    const told = without(story('from: role:signers, within: 1h')).sign('ben');
    expect(told).toMatchObject({ refused: 'too_little_known', types: ['VoteRefused'] });
    expect(told.sign('ben', { type: 'reject', because: 'Who?' } as never).types).toEqual(['ApprovalRejected']);
  });
  it('does not come of an edit', () => {
    const told = story('from: role:signers, within: 1h');
    const { approvalId, revision, digest, packet } = approvalOf(told);
    if (packet == null) throw new Error('it was asked for without a packet');
    const poor = { ...packet, completeness: lacking };
    const command = {
      approvalId,
      revision,
      digest,
      arguments: pay('400.00'),
      because: 'Credit note.',
      facts: [],
      packet: poor,
      requirements: [],
      counters: {},
    };
    told.decided({ kind: 'person', id: 'ben' }, (run, context) => editApproval(run, command, context));
    expect(told).toMatchObject({ refused: 'too_little_known', types: [] });
  });
});

describe('an approval that waits on', () => {
  it('tells people again, and never decides by itself', () => {
    const told = story('from: role:signers, within: 1h, on-expiry: wait').wait(minutes(60));
    expect(told.types).toEqual(['ApprovalReminded']);
    expect(approvalOf(told)).toMatchObject({ status: 'waiting', expiresAt: minutes(120) });
    expect(told.sign('ben').types).toEqual(['ApprovalSigned']);
  });
});
