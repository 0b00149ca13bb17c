import { digestOf } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { minutes, org, pay, Story } from '../story.testing.ts';

const waiting = (onBehalfOf: string | null = null) => new Story(onBehalfOf).ask({ args: pay('500.00') });
const again = (story: Story) => story.ask({ args: pay('500.00') }).answer.kind;

describe('a sign-off', () => {
  it('lets exactly the signed arguments through, once', () => {
    const story = waiting().sign('ben');
    expect(again(story)).toBe('continue');
    expect(story.types).toEqual(['StepGated', 'PermitGranted', 'PermitRedeemed', 'ApprovalUsed']);
    expect(story.ask({ args: pay('500.00'), key: 'second' }).answer.kind).toBe('pause');
    expect(
      waiting()
        .sign('ben')
        .ask({ args: pay('500.01'), key: 'other' }).answer.kind,
    ).toBe('pause');
  });
  it('is by somebody entitled', () => {
    expect(waiting().sign('ann').refused).toBe('not_entitled');
  });
  it('is not by the person for whom the agent acts', () => {
    expect(waiting('ben').sign('ben').refused).toBe('separation_of_duties');
    expect(waiting('person:ben').sign('ben').refused).toBe('separation_of_duties');
    expect(waiting('ben').sign('eve').types).toEqual(['ApprovalSigned']);
  });
  it('is of what is shown: another digest or an older revision is refused', () => {
    expect(waiting().sign('ben', { digest: digestOf(pay('1.00')) }).refused).toBe('digest_mismatch');
    expect(waiting().sign('ben', { revision: -1 }).refused).toBe('stale_revision');
  });
  it('counts once per person, and is over when it is decided', () => {
    expect(waiting().sign('ben').sign('ben').types).toEqual([]);
    expect(waiting().sign('ben').sign('eve').refused).toBe('approval_not_waiting');
    expect(waiting().sign('ben', { approvalId: 'approval_none' }).refused).toBe('approval_not_waiting');
  });
  it('of two people is not given by one who signs twice', () => {
    const story = new Story().ask({ args: pay('6000.00') });
    const two = () => story.run.approvals.find((a) => a.name === 'two-of-us');
    const sign = (who: string) =>
      story.sign(who, {
        approvalId: two()?.approvalId ?? '',
        revision: two()?.revision ?? 0,
        digest: two()?.digest ?? '',
      });
    expect(sign('ben').types).toEqual(['ApprovalSigned']);
    expect(sign('ben').types).toEqual([]);
    expect(two()).toMatchObject({ status: 'waiting', signatures: [{ by: 'ben' }] });
    sign('eve');
    expect(two()).toMatchObject({ status: 'approved' });
  });
  it('is void when its signer may no longer sign', () => {
    const story = waiting().sign('ben');
    story.organisation = {
      ...org,
      people: org.people.map((p) => (p.personId === 'ben' ? { ...p, roles: ['desk'] } : p)),
    };
    expect(again(story)).toBe('pause');
    expect(story.types).toEqual(['ApprovalVoided', 'StepGated', 'ApprovalRequested']);
  });
  it('is void when its signer has left', () => {
    const story = waiting().sign('ben');
    story.organisation = { ...org, people: org.people.map((p) => ({ ...p, active: p.personId !== 'ben' })) };
    expect(again(story)).toBe('pause');
  });
});

describe('a refusal', () => {
  it('reaches the agent and is remembered for these arguments', () => {
    const story = waiting().sign('ben', { type: 'reject', because: 'duplicate' } as never);
    expect(story.ask({ args: pay('500.00') }).answer).toMatchObject({
      kind: 'forbid',
      because: 'Ben refused exactly these arguments: duplicate',
    });
    expect(story.ask({ args: pay('501.00'), key: 'changed' }).answer.kind).toBe('pause');
  });
});

describe('time', () => {
  it('an approval that nobody gives goes to the ladder the control names', () => {
    const story = waiting().wait(minutes(59));
    expect(story.types).toEqual([]);
    expect(story.wait(minutes(1)).types).toEqual(['ApprovalExpired', 'CaseOpened', 'RungFired']);
    expect(story.run.case).toMatchObject({ to: 'desk', step: { step: 'pay' } });
  });
  it('nobody signs after the end, even before the sweep came by', () => {
    const story = waiting();
    story.now += minutes(60);
    expect(story.sign('ben').refused).toBe('approval_not_waiting');
  });
  it('a signed step that the agent does not take up is told to a person', () => {
    const story = waiting().sign('ben').wait(minutes(10));
    expect(story.types).toEqual(['CaseOpened', 'RungFired']);
    expect(story.run.case?.reasons[0]).toMatchObject({
      kind: 'notTakenUp',
      because: 'bot has not continued for 10 min although pay was signed off.',
    });
  });
});
