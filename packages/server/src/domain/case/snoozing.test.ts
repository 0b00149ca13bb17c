import { describe, expect, it } from 'vitest';
import { apply } from '../decided.ts';
import { controlWith, minutes, org, Story } from '../story.testing.ts';
import { handOff } from './open.ts';

const handedOff = () => new Story().ask({ facts: { fresh: true } });
const until = (story: Story, minutesLater: number) => story.now + minutes(minutesLater);

describe('snoozing', () => {
  it('rests until its end, and then those who were told are told again', () => {
    const story = handedOff();
    story.person('ann', { type: 'snooze', until: until(story, 90), because: 'the bank opens at nine' });
    expect(story.types).toEqual(['CaseSnoozed']);
    expect(story.wait(minutes(89)).types).toEqual([]);
    expect(story.wait(minutes(1)).types).toEqual(['RungFired']);
    expect(story.run.case).toMatchObject({ rung: 0, rest: null, owner: 'role:desk' });
    expect(story.wait(minutes(10)).types).toEqual(['RungFired']);
    expect(story.run.case?.owner).toBe('role:owners');
  });
  it('of a case that somebody has puts their reminder off', () => {
    const story = handedOff().person('ann', { type: 'claim' });
    story.person('ann', { type: 'snooze', until: until(story, 300) });
    expect(story.wait(minutes(299)).types).toEqual([]);
    expect(story.wait(minutes(1)).types).toEqual(['ClaimIdled']);
  });
  it('is not needed to be reminded: who took over and does nothing is, and then it is offered on', () => {
    const story = new Story();
    story.control = controlWith('then: remind', 'then: next-rung');
    story.ask({ facts: { fresh: true } }).person('ann', { type: 'claim' });
    expect(story.wait(minutes(120)).types).toEqual(['ClaimIdled']);
    expect(story.wait(minutes(120)).types).toEqual(['ClaimIdled', 'RungFired']);
    expect(story.run.case).toMatchObject({ status: 'claimed', claimedBy: 'ann', owner: 'role:owners' });
  });
  it('does not wait for somebody who has left: their case is offered on at once', () => {
    const story = handedOff().person('ann', { type: 'claim' });
    story.organisation = { ...org, people: org.people.filter(({ personId }) => personId !== 'ann') };
    expect(story.wait(minutes(240)).types).toEqual(['ClaimIdled', 'RungFired']);
    expect(story.run.case?.owner).toBe('role:owners');
  });
  it('ends when a new reason joins', () => {
    const story = new Story().ask({ key: 'one' }).ask({ key: 'two', facts: { fresh: true } });
    story.person('ann', { type: 'snooze', until: until(story, 300) });
    expect(story.wait(minutes(11)).types).toContain('CaseReasonAdded');
    expect(story.types).toContain('RungFired');
    expect(story.run.case?.rest).toBeNull();
  });
  it('that a reason for others ends leaves the ladder with the time of the rung that was told again', () => {
    const story = handedOff();
    story.person('ann', { type: 'snooze', until: until(story, 300) });
    const reason = { kind: 'rule' as const, because: 'another', rule: 'other', cites: null, step: null, key: null };
    const context = story.context({ kind: 'system', id: 'belay' });
    story.run = apply(story.run, handOff(story.run, { reason, to: 'role:signers', step: null }, context), context);
    expect(story.run.case?.told.map(({ target }) => target)).toEqual(['role:desk', 'role:desk', 'role:signers']);
    expect(story.run.case).toMatchObject({ rest: null, nextRungAt: story.now + minutes(10) });
  });
  it.each([
    ['in the past', -1, 'invalid_request'],
    ['for more than a week', 7 * 24 * 60 + 1, 'invalid_request'],
  ])('is not possible %s', (_, later, code) => {
    const story = handedOff();
    expect(story.person('ann', { type: 'snooze', until: until(story, later) }).refused).toBe(code);
  });
  it('is for those who may take it over, and for nobody else once somebody has', () => {
    const story = handedOff();
    expect(story.person('dirk', { type: 'snooze', until: until(story, 5) }).refused).toBe('not_entitled');
    story.person('ann', { type: 'claim' });
    expect(story.person('ben', { type: 'snooze', until: until(story, 5) }).refused).toBe('not_claimer');
  });
});

describe('ending a snooze', () => {
  it('is by whoever may: the same people are told again, and the ladder goes on', () => {
    const story = handedOff();
    story.person('ann', { type: 'snooze', until: until(story, 90) }).wait(minutes(5));
    expect(story.person('ben', { type: 'endSnooze', because: 'the bank is open' } as never).types).toEqual([
      'SnoozeEnded',
      'RungFired',
    ]);
    expect(story.run.case).toMatchObject({ rung: 0, rest: null, owner: 'role:desk' });
    expect(story.wait(minutes(10)).types).toEqual(['RungFired']);
    expect(story.run.case?.owner).toBe('role:owners');
  });
  it('of a case that somebody has is for them alone, and their reminder comes in its time', () => {
    const story = handedOff().person('ann', { type: 'claim' });
    story.person('ann', { type: 'snooze', until: until(story, 300) }).wait(minutes(100));
    expect(story.person('ben', { type: 'endSnooze' } as never).refused).toBe('not_claimer');
    expect(story.person('ann', { type: 'endSnooze' } as never).types).toEqual(['SnoozeEnded']);
    expect(story.wait(minutes(119)).types).toEqual([]);
    expect(story.wait(minutes(1)).types).toEqual(['ClaimIdled']);
  });
  it('is refused where nothing was snoozed', () => {
    expect(handedOff().person('ann', { type: 'endSnooze' } as never).refused).toBe('case_not_snoozed');
    expect(handedOff().person('dirk', { type: 'endSnooze' } as never).refused).toBe('not_entitled');
  });
});
