import { digestOf } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { apply } from '../decided.ts';
import { controlWith, minutes, org, pay, Story } from '../story.testing.ts';
import { handOff } from './open.ts';

const handedOff = () => new Story().ask({ facts: { fresh: true } });
const digest = digestOf(pay('10.00'));

describe('taking over', () => {
  it('moves case and control together, in a new epoch', () => {
    const story = handedOff().person('ann', { type: 'claim' });
    expect(story.types).toEqual(['CaseClaimed', 'ControlTaken']);
    expect(story.run).toMatchObject({
      epoch: 2,
      holder: { kind: 'person', id: 'ann' },
      case: { status: 'claimed', claimedBy: 'ann' },
    });
  });
  it('needs no case: one is opened and taken', () => {
    expect(new Story().person('cleo', { type: 'takeOver' }).types).toEqual([
      'CaseOpened',
      'CaseClaimed',
      'ControlTaken',
    ]);
  });
  it('ends waiting and given signatures and unredeemed permits, and lists what is under way', () => {
    const story = new Story()
      .ask({ key: 'a', redeem: false })
      .ask({ key: 'b', args: pay('11.00') })
      .ask({ key: 'c', args: pay('500.00') });
    story.person('cleo', { type: 'takeOver' });
    expect(story.types).toEqual(['CaseOpened', 'CaseClaimed', 'ControlTaken', 'PermitVoided', 'ApprovalVoided']);
    expect(story.events.find((e) => e.type === 'ControlTaken')).toMatchObject({
      inFlight: [story.run.permits[0]?.permitId],
    });
  });
  it('twice by the same person changes nothing', () => {
    expect(handedOff().person('ann', { type: 'claim' }).person('ann', { type: 'claim' }).types).toEqual([]);
    expect(new Story().person('cleo', { type: 'takeOver' }).person('cleo', { type: 'takeOver' }).types).toEqual([]);
  });
  it('from another person needs a reason', () => {
    const story = handedOff().person('ann', { type: 'claim' });
    expect(story.person('ben', { type: 'claim' }).refused).toBe('takeover_needs_reason');
    expect(story.person('ben', { type: 'takeOver' }).refused).toBe('takeover_needs_reason');
    expect(story.person('ben', { type: 'claim', reason: 'Ann is ill' } as never).run).toMatchObject({
      epoch: 3,
      holder: { id: 'ben' },
    });
  });
  it('is for people whom the control names', () => {
    expect(handedOff().person('dirk', { type: 'claim' }).refused).toBe('not_entitled');
    expect(handedOff().person('eve', { type: 'claim' }).refused).toBe('not_entitled');
    expect(new Story().person('dirk', { type: 'takeOver' }).refused).toBe('not_entitled');
  });
  it('is not undone by a stop that comes a moment later: stops take runs from agents', () => {
    const story = handedOff().person('ann', { type: 'claim' });
    story.person('dirk', { type: 'takeOver', kind: 'stopped', reason: 'Stop everything.' });
    expect(story).toMatchObject({ refused: 'already_in_control', types: [] });
    expect(story.run.holder.id).toBe('ann');
  });
  it('by break-glass is a right of its own', () => {
    const command = { type: 'takeOver', breakGlass: true, reason: 'It burns' } as const;
    expect(new Story().person('eve', command).refused).toBe('not_entitled');
  });
  it('by break-glass tells others and waits for their review', () => {
    expect(new Story().person('dirk', { type: 'takeOver', breakGlass: true }).refused).toBe('takeover_needs_reason');
    const story = new Story().person('dirk', { type: 'takeOver', breakGlass: true, reason: 'It burns' });
    expect(story.types).toContain('BreakGlassUsed');
    expect(story.run.review).toMatchObject({ usedBy: 'dirk' });
    expect(story.wait(minutes(24 * 60)).types).toContain('ReviewReminded');
    expect(story.review('dirk').refused).toBe('separation_of_duties');
    expect(story.review('ann').refused).toBe('not_entitled');
    expect(story.review('cleo').types).toEqual(['BreakGlassReviewed']);
    expect(story.review('cleo').refused).toBe('not_found');
  });
});

describe('break-glass again', () => {
  it('before anybody looked neither hides the first use nor puts its review off', () => {
    const glass = (reason: string) => ({ type: 'takeOver', breakGlass: true, reason }) as const;
    const story = new Story().person('dirk', glass('It burns')).person('dirk', { type: 'return' });
    story.now = minutes(60);
    const people = org.people.map((p) =>
      p.personId === 'eve' ? { ...p, access: ['operator' as const, 'break-glass' as const] } : p,
    );
    story.organisation = { ...org, people };
    story.person('eve', glass('It floods'));
    expect(story.run.review).toMatchObject({ usedBy: 'eve', dueAt: minutes(24 * 60) });
    expect(story.run.review?.before).toEqual([{ usedBy: 'dirk', reason: 'It burns' }]);
    story.organisation = {
      ...org,
      people: people.map((p) =>
        p.personId === 'dirk' ? { ...p, access: ['operator' as const, 'admin' as const] } : p,
      ),
    };
    expect(story.review('dirk').refused).toBe('separation_of_duties');
    expect(story.wait(minutes(24 * 60)).events).toContainEqual(
      expect.objectContaining({ type: 'ReviewReminded', told: ['cleo'] }),
    );
    expect(story.review('cleo').types).toEqual(['BreakGlassReviewed']);
  });
});

describe('a stale button', () => {
  it('changes nothing', () => {
    const story = handedOff();
    const revision = (story.run.case?.revision ?? 0) - 1;
    for (const type of ['claim', 'decline', 'release', 'return', 'resolve', 'cancel'] as const)
      expect(story.person('ann', { type, revision } as never).refused).toBe('stale_revision');
  });
  it('of another case changes nothing', () => {
    expect(handedOff().person('ann', { type: 'claim', caseId: 'case_other' } as never).refused).toBe('case_not_open');
  });
});

describe('without having taken over', () => {
  it('nobody gives back, releases or resolves', () => {
    for (const type of ['return', 'release', 'resolve'] as const) {
      expect(handedOff().person('ann', { type }).refused).toBe('case_not_claimed');
      expect(handedOff().person('ann', { type: 'claim' }).person('ben', { type }).refused).toBe('not_claimer');
    }
  });
});

describe('not mine', () => {
  it('goes to the next candidate and is counted', () => {
    const story = handedOff().person('ann', { type: 'decline', because: 'not my supplier' } as never);
    expect(story.run.case?.declined).toMatchObject([{ by: 'ann', because: 'not my supplier' }]);
    expect(story.types).toEqual(['CaseDeclined']);
    expect(story.person('ben', { type: 'decline' }).types).toEqual(['CaseDeclined', 'RungFired']);
    expect(story.run.case?.told.at(-1)).toMatchObject({ target: 'role:owners', people: ['cleo'] });
  });
  it('leaves the time of those who are still asked as it was, also when somebody says it who was never told', () => {
    const story = handedOff();
    const nextAt = story.run.case?.nextRungAt;
    story.now += minutes(4);
    expect(story.person('cleo', { type: 'decline' }).types).toEqual(['CaseDeclined']);
    expect(story.person('ann', { type: 'decline' }).types).toEqual(['CaseDeclined']);
    expect(story.run.case?.nextRungAt).toBe(nextAt);
  });
  it('is no wrong handoff by somebody who was not asked, and one by whoever was', () => {
    const story = handedOff();
    expect(story.person('cleo', { type: 'decline' }).events).toMatchObject([{ type: 'CaseDeclined', asked: false }]);
    expect(story.person('ann', { type: 'decline' }).events[0]).not.toHaveProperty('asked');
    expect(story.run.case?.declined.map(({ by }) => by)).toEqual(['cleo', 'ann']);
  });
  it('said twice is said once, until they are told again', () => {
    const story = handedOff();
    story.now += minutes(1);
    story.person('ann', { type: 'decline' });
    expect(story.person('ann', { type: 'decline' }).types).toEqual([]);
    story.person('ben', { type: 'decline' }).person('cleo', { type: 'decline' });
    expect(story.run.case?.told.at(-1)?.people).toContain('ann');
    story.now += minutes(1);
    expect(story.person('ann', { type: 'decline' }).types).toContain('CaseDeclined');
  });
  it('of a case at rest leaves it at rest', () => {
    const story = handedOff();
    story.person('ann', { type: 'decline' });
    story.person('ben', { type: 'snooze', until: story.now + minutes(60) });
    expect(story.person('ben', { type: 'decline' }).types).toEqual(['CaseDeclined']);
    expect(story.wait(minutes(59)).types).toEqual([]);
    expect(story.wait(minutes(1)).types).toEqual(['RungFired']);
    expect(story.run.case?.told.at(-1)).toMatchObject({ people: ['cleo'] });
  });
  it('after taking over puts control back first', () => {
    const story = handedOff().person('ann', { type: 'claim' }).person('ann', { type: 'decline' });
    expect(story.types).toEqual(['CaseReleased', 'ControlReturned', 'CaseDeclined', 'RungFired']);
    expect(story.run).toMatchObject({ epoch: 3, holder: { kind: 'agent' } });
  });
  it('is not for somebody else’s case', () => {
    expect(handedOff().person('ann', { type: 'claim' }).person('ben', { type: 'decline' }).refused).toBe('not_claimer');
    expect(handedOff().person('dirk', { type: 'decline' }).refused).toBe('not_entitled');
  });
});

describe('quiet hours', () => {
  const night = { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, from: '22:00', to: '07:00' };
  /** 1 January 1970 is where a story begins: at midnight. */
  const asked = (priority: string, quiet: string[]): Story => {
    const story = new Story();
    story.control = controlWith(
      'ladders:',
      `priority: [{ when: "true", add: ${priority}, because: "of its kind" }]\nladders:`,
    );
    const people = org.people.map((one) =>
      quiet.includes(one.personId) ? { ...one, quiet: [{ ...night, days: [...night.days] }] } : one,
    );
    story.organisation = { ...org, people };
    return story.ask({ facts: { fresh: true } });
  };

  it('hold a case of low priority back until the first of those who would be told is awake', () => {
    const story = asked('-1', ['ann', 'ben']);
    expect(story.types).toContain('RungDelayed');
    expect(story.run.case).toMatchObject({ owner: 'role:desk', told: [], nextRungAt: minutes(7 * 60) });
    expect(story.wait(minutes(7 * 60) - 1).types).toEqual([]);
    expect(story.wait(1).types).toEqual(['RungFired']);
    expect(story.run.case?.told.at(-1)?.people).toEqual(['ann', 'ben']);
  });
  it('hold that rung back, and no other is skipped, when a reason for others joins meanwhile', () => {
    const story = asked('-1', ['ann', 'ben']);
    const reason = {
      kind: 'rule' as const,
      because: 'another reason',
      rule: 'other',
      cites: null,
      step: null,
      key: null,
    };
    const context = story.context({ kind: 'system', id: 'belay' });
    const events = handOff(story.run, { reason, to: 'role:owners', step: null }, context);
    expect(events.map(({ type }) => type)).toEqual(['CaseReasonAdded', 'RungFired']);
    story.run = apply(story.run, events, context);
    expect(story.run.case?.rest).toMatchObject({ rung: 0, by: null });
    expect(story.wait(minutes(7 * 60)).types).toEqual(['RungFired']);
    expect(story.run.case?.told.map(({ people }) => people)).toEqual([['cleo'], ['ann', 'ben']]);
  });
  it('hold a rung back once: what came due in an outage is told, whatever the hour is by then', () => {
    const everybody = org.people.map(({ personId }) => personId);
    const story = asked('-1', everybody);
    expect(story.wait(minutes(22 * 60 + 30)).types).toEqual(['RungFired']);
    expect(story.run.case).toMatchObject({ rest: null, told: [{ people: [expect.any(String)] }] });
  });
  it('leave out those who have them when somebody else is awake', () => {
    expect(asked('-1', ['ann']).run.case?.told.at(-1)?.people).toEqual(['ben']);
  });
  it('never hold back any other case', () => {
    for (const priority of ['0', '5'])
      expect(asked(priority, ['ann', 'ben']).run.case?.told.at(-1)?.people).toEqual(['ann', 'ben']);
  });
});

describe('putting back, cancelling, resolving', () => {
  it('a released case is open again, and the run is held', () => {
    const story = handedOff().person('ann', { type: 'claim' }).person('ann', { type: 'release' });
    expect(story.run.case).toMatchObject({ status: 'open', claimedBy: null });
    expect(story.attach().ask({ key: 'again' }).answer.kind).toBe('handoff');
  });
  it('a cancelled case lets the run go on as it was; the same step asks again', () => {
    const story = handedOff().person('cleo', { type: 'cancel' });
    expect(story.run.case).toBeNull();
    expect(story.ask({ facts: { fresh: true } }).types).toContain('CaseOpened');
  });
  it('a claimed case is given back, not cancelled', () => {
    expect(handedOff().person('ann', { type: 'claim' }).person('ann', { type: 'cancel' }).refused).toBe(
      'case_not_open',
    );
    expect(handedOff().person('dirk', { type: 'cancel' }).refused).toBe('not_entitled');
  });
  it('a run does not end over a step that nobody knows the end of', () => {
    const story = new Story().ask().person('cleo', { type: 'takeOver' });
    expect(story.person('cleo', { type: 'resolve' }).refused).toBe('step_in_flight');
    const permitId = story.run.permits[0]?.permitId ?? '';
    story.person('cleo', { type: 'settle', permitId, happened: 'done' } as never);
    expect(story.person('cleo', { type: 'resolve' }).types).toEqual(['CaseResolved', 'RunFinished']);
  });
  it('a resolved case ends the run', () => {
    const story = handedOff().person('ann', { type: 'claim' }).person('ann', { type: 'resolve' });
    expect(story.types).toEqual(['CaseResolved', 'RunFinished']);
    expect(story.ask().refused).toBe('run_finished');
    expect(story.agent({ type: 'attach' } as never).refused).toBe('run_finished');
    expect(story.person('ann', { type: 'takeOver' }).refused).toBe('run_finished');
  });
});

describe('giving back', () => {
  const given = (more: object) =>
    handedOff()
      .person('ann', { type: 'claim' })
      .person('ann', { type: 'return', ...more } as never);
  it('with "allow once" lets exactly this step through, once', () => {
    const story = given({ allowOnce: [{ step: 'pay', digest }] }).attach();
    expect(story.ask({ facts: { fresh: true } }).answer.kind).toBe('continue');
    expect(story.ask({ facts: { fresh: true }, key: 'more' }).answer.kind).toBe('handoff');
  });
  it('a step allowed once is not used up by a permit that nobody redeemed', () => {
    const story = given({ allowOnce: [{ step: 'pay', digest }] })
      .attach()
      .ask({ facts: { fresh: true }, redeem: false });
    expect(story.ask({ facts: { fresh: true }, key: 'other' }).refused).toBe('key_reused');
    story.wait(61_000);
    expect(story.ask({ facts: { fresh: true }, key: 'other' }).answer.kind).toBe('continue');
  });
  it('only what this case is about can be allowed, and only editable arguments changed', () => {
    expect(given({ allowOnce: [{ step: 'pay', digest: digestOf(pay('99.00')) }] }).refused).toBe('digest_mismatch');
    expect(given({ allowOnce: [{ step: 'wipe', digest }] }).refused).toBe('digest_mismatch');
    expect(given({ allowOnce: [{ step: 'pay', digest, arguments: pay('10.00', 'mine') }] }).refused).toBe(
      'not_editable',
    );
    expect(given({ allowOnce: [{ step: 'pay', digest, arguments: pay('lots') }] }).refused).toBe('invalid_request');
  });
  it('edited arguments are what runs', () => {
    const story = given({ allowOnce: [{ step: 'pay', digest, arguments: pay('7.00') }] })
      .attach()
      .ask({ facts: { fresh: true } });
    expect(story.answer).toMatchObject({ kind: 'continue', digest: digestOf(pay('7.00')) });
    expect(story.run.permits[0]).toMatchObject({ arguments: pay('7.00'), edited: true, decidedBy: 'person' });
  });
  it('what the person did is never done again', () => {
    const story = given({ doneByMe: [{ step: 'pay', digest, reference: 'by phone' }] }).attach();
    expect(story.ask({ key: 'again' }).answer).toMatchObject({
      kind: 'done',
      reference: 'by phone',
      by: { kind: 'person', id: 'ann' },
    });
  });
  it('prohibited steps are refused and named steps need a signature from then on', () => {
    const story = given({ prohibit: ['note'], requireApproval: ['read'] }).attach();
    expect(story.ask({ step: 'note', args: {}, key: 'n' }).answer.kind).toBe('forbid');
    expect(story.ask({ step: 'read', args: {}, key: 'r' }).answer.kind).toBe('pause');
    expect(given({ prohibit: ['nothing-like-it'] }).refused).toBe('unknown_step');
  });
  it('nothing is decided before the agent has read the instructions', () => {
    const story = given({ instructions: 'careful' }).agent({ type: 'attach' } as never);
    expect(story.ask({ step: 'read', args: {} }).refused).toBe('instructions_unread');
    expect(story.types).toEqual(['AgentRefused']);
    expect(story.agent({ type: 'acknowledge', digest: 'sha256:other' } as never).refused).toBe('instructions_changed');
  });
  it('waits until a step in doubt was answered', () => {
    const story = new Story().ask().wait(minutes(10)).person('cleo', { type: 'claim' });
    expect(story.person('cleo', { type: 'return' }).refused).toBe('step_in_flight');
    const permitId = story.run.permits[0]?.permitId ?? '';
    expect(story.person('cleo', { type: 'settle', permitId, happened: 'notDone' } as never).types).toEqual([
      'PermitSettled',
    ]);
    expect(story.person('cleo', { type: 'return' }).types).toEqual(['CaseReturned', 'ControlReturned']);
  });
});

describe('a step in doubt', () => {
  it('is answered by a person who is entitled; a step under way only after taking over', () => {
    const story = new Story().ask();
    const permitId = story.run.permits[0]?.permitId ?? '';
    const settle = { type: 'settle' as const, permitId, happened: 'done' as const, reference: 'bank 7' };
    expect(story.person('cleo', settle).refused).toBe('not_in_doubt');
    story.wait(minutes(10));
    expect(story.person('dirk', settle).refused).toBe('not_entitled');
    expect(story.person('cleo', settle).types).toEqual(['PermitSettled']);
    expect(story.person('cleo', settle).refused).toBe('not_in_doubt');
  });
});

describe('rights at this moment', () => {
  it('who has left takes nothing over', () => {
    const story = handedOff();
    story.organisation = { ...org, people: org.people.map((p) => ({ ...p, active: p.personId !== 'ann' })) };
    expect(story.person('ann', { type: 'claim' }).refused).toBe('not_entitled');
    const leaver = handedOff();
    leaver.organisation = { ...org, people: org.people.map((p) => ({ ...p, active: p.personId !== 'cleo' })) };
    expect(leaver.person('cleo', { type: 'claim' }).refused, 'also an administrator').toBe('not_entitled');
  });
  it('who may no longer operate decides nothing on the case they have, and the next are told of it', () => {
    const story = handedOff().person('ann', { type: 'claim' });
    const { step = '', digest = '' } = story.run.case?.step ?? {};
    story.organisation = { ...org, people: org.people.map((p) => (p.personId === 'ann' ? { ...p, access: [] } : p)) };
    expect(story.person('ann', { type: 'return', allowOnce: [{ step, digest }] }).refused).toBe('not_entitled');
    expect(story.person('ann', { type: 'resolve' }).refused).toBe('not_entitled');
    expect(story.wait(minutes(2 * 60)).types).toEqual(['ClaimIdled', 'RungFired']);
    expect(story.person('ben', { type: 'claim', reason: 'Ann may no longer.' }).types).toContain('ControlTaken');
  });
});
