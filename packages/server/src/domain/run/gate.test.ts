import { describe, expect, it } from 'vitest';
import { minutes, pay, Story } from '../story.testing.ts';
import { permitLifeMs } from './permit.ts';

describe('the gate', () => {
  it('lets a small payment through and says why', () => {
    const story = new Story().ask();
    expect(story.types).toEqual(['StepGated', 'PermitGranted', 'PermitRedeemed']);
    expect(story.answer).toMatchObject({ kind: 'continue', because: 'EUR 10.00 is small.' });
  });
  it('asks for a signature above the limit, once for the same arguments', () => {
    const story = new Story().ask({ args: pay('500.00') });
    expect(story.types).toEqual(['StepGated', 'ApprovalRequested']);
    expect(story.ask({ args: pay('500.00') }).types).toEqual([]);
    expect(story.run.approvals).toHaveLength(1);
  });
  it('hands off and keeps the signature that is needed too', () => {
    const story = new Story().ask({ args: pay('500.00'), facts: { fresh: true } });
    expect(story.types).toEqual(['StepGated', 'CaseOpened', 'RungFired']);
    expect(story.answer.requirements.map((r) => r.kind)).toEqual(['handoff', 'approval']);
  });
  it('hands a missing or ill-typed fact to the owner, by name', () => {
    const story = new Story().ask({ facts: { fresh: 'no' } });
    expect(story.answer.kind).toBe('handoff');
    expect(story.answer.because).toContain('fresh');
    expect(story.run.case).toMatchObject({ owner: 'role:owners', reasons: [{ kind: 'badFact' }] });
  });
  it('lets no argument through that the step does not declare', () => {
    const story = new Story().ask({ args: { ...pay('10.00'), iban: 'DE02' } });
    expect(story.answer).toMatchObject({ kind: 'forbid', because: 'The step "pay" has no argument "iban".' });
    expect(story.ask({ args: pay('10.00'), key: 'again' }).answer.kind).toBe('continue');
  });
  it('says what to do instead of a forbidden step, and asks a person the third time', () => {
    const story = new Story().ask({ step: 'wipe', args: {}, key: 'a' });
    expect(story.answer).toMatchObject({ kind: 'forbid', instead: 'Archive it.' });
    story.ask({ step: 'wipe', args: {}, key: 'b' }).ask({ step: 'wipe', args: {}, key: 'c' });
    expect(story.answer.kind).toBe('handoff');
    expect(story.run.case?.reasons[0]?.kind).toBe('persistent');
  });
  it('keeps low-risk work moving while a person is asked, and lets high-risk work wait', () => {
    const story = new Story().ask({ facts: { fresh: true } });
    expect(story.ask({ step: 'read', args: {}, key: 'r' }).answer.kind).toBe('continue');
    expect(story.ask({ key: 'small' }).answer.kind).toBe('handoff');
    expect(story.run.case?.reasons).toHaveLength(1);
  });
});

describe('a step key', () => {
  it('gives the same call the same permit', () => {
    const story = new Story().ask({ attempt: '1' });
    const first = story.answer;
    expect(story.ask({ attempt: '1' }).answer).toMatchObject({
      kind: 'continue',
      permitId: (first as { permitId: string }).permitId,
    });
    expect(story.events).toEqual([]);
  });
  it('of a step under way is in doubt for any other call, and a person is asked once', () => {
    const story = new Story().ask({ attempt: '1' }).ask({ attempt: '2' });
    expect(story.types).toEqual(['PermitInDoubt', 'CaseOpened', 'RungFired']);
    expect(story.ask({ attempt: '3' }).types).toEqual([]);
  });
  it('that is new does not get the effect again that an earlier process left open', () => {
    const story = new Story().ask({ key: 'old', attempt: '1' });
    story.attach();
    expect(story.ask({ key: 'new' }).answer).toMatchObject({ kind: 'inDoubt', key: 'new' });
    expect(story.ask({ key: 'newer' }).answer.kind).toBe('inDoubt');
    expect(story.ask({ key: 'other', args: pay('11.00') }).answer.kind).toBe('handoff');
  });
  it('that is new gets the person’s word when they say that it happened', () => {
    const story = new Story().ask({ key: 'old', attempt: '1' });
    story.attach();
    const [permit] = story.ask({ key: 'new' }).run.permits;
    story.person('cleo', {
      type: 'settle',
      permitId: permit?.permitId ?? '',
      happened: 'done',
      reference: 'bank 77',
      because: '',
    });
    expect(story.ask({ key: 'new' }).answer).toMatchObject({ kind: 'done', reference: 'bank 77' });
  });
  it('that is new is decided afresh when they say that it did not happen', () => {
    const story = new Story().ask({ key: 'old', attempt: '1' });
    story.attach();
    const [permit] = story.ask({ key: 'new' }).run.permits;
    story.person('cleo', {
      type: 'settle',
      permitId: permit?.permitId ?? '',
      happened: 'notDone',
      reference: null,
      because: 'not booked',
    });
    expect(story.ask({ key: 'new' }).answer.kind).not.toBe('inDoubt');
  });
  it('that is new beside one under way in the same process is a second effect', () => {
    expect(new Story().ask({ key: 'one' }).ask({ key: 'two' }).answer.kind).toBe('continue');
  });
  it('of a harmless step may be run again', () => {
    const story = new Story()
      .ask({ step: 'note', args: {}, attempt: '1' })
      .ask({ step: 'note', args: {}, attempt: '2' });
    expect(story.types).toEqual(['PermitVoided', 'StepGated', 'PermitGranted', 'PermitRedeemed']);
  });
  it('cannot be used for other arguments or another step', () => {
    expect(new Story().ask().ask({ args: pay('11.00') }).refused).toBe('key_reused');
    expect(new Story().ask().ask({ step: 'read' }).refused).toBe('key_reused');
  });
  it('of a failed step is decided afresh', () => {
    const story = new Story()
      .ask()
      .agent({ type: 'report', key: 'k', result: { status: 'failed', error: 'bank closed' } } as never);
    expect(story.ask({ attempt: 'again' }).answer.kind).toBe('continue');
  });
  it('of a finished step has its recorded answer', () => {
    const story = new Story()
      .ask()
      .agent({ type: 'report', key: 'k', result: { status: 'done', value: 'ref' } } as never);
    const [settled] = story.ended.permits;
    expect(story.ask({ settled: settled ?? null }).answer).toMatchObject({ kind: 'done', result: 'ref' });
  });
});

describe('a permit', () => {
  it('that is not redeemed in its minute ends, and the key may ask again', () => {
    const story = new Story().ask({ redeem: false });
    const { permitId } = story.answer as { permitId: string };
    story.now += permitLifeMs;
    expect(story.agent({ type: 'redeem', permitId } as never).refused).toBe('permit_not_redeemable');
    expect(story.types).toEqual(['PermitExpired']);
    expect(story.ask().answer.kind).toBe('continue');
  });
  it('is redeemed once', () => {
    const story = new Story().ask({ redeem: false });
    const { permitId } = story.answer as { permitId: string };
    expect(story.agent({ type: 'redeem', permitId } as never).types).toEqual(['PermitRedeemed']);
    expect(story.agent({ type: 'redeem', permitId } as never).refused).toBe('permit_not_redeemable');
  });
  it('of an earlier process is void when another one attaches', () => {
    const story = new Story().ask({ redeem: false });
    const { permitId } = story.answer as { permitId: string };
    expect(story.attach().types).toEqual(['PermitVoided', 'AgentAttached']);
    expect(story.agent({ type: 'redeem', permitId } as never).refused).toBe('permit_unknown');
  });
  it('cannot be reported before it was redeemed', () => {
    const story = new Story().ask({ redeem: false });
    expect(story.agent({ type: 'report', key: 'k', result: { status: 'done', value: 1 } } as never).refused).toBe(
      'permit_not_redeemable',
    );
  });
  it('that nobody reports is in doubt after the control’s idle time', () => {
    expect(new Story().ask().wait(minutes(9)).types).toEqual([]);
    expect(new Story().ask().wait(minutes(10)).types).toContain('PermitInDoubt');
  });
});

describe('an agent that does not get on', () => {
  it('goes to a person when it repeats itself', () => {
    const story = new Story();
    for (const key of ['a', 'b', 'c']) story.ask({ step: 'read', args: {}, key });
    expect(story.ask({ step: 'read', args: {}, key: 'd' }).answer.kind).toBe('handoff');
    expect(story.run.case?.reasons[0]).toMatchObject({
      kind: 'stuck',
      because: 'bot asked for “read” with the same arguments 4 times in a row.',
    });
  });
  it('goes to a person when a step keeps failing', () => {
    const story = new Story();
    for (const key of ['a', 'b', 'c'])
      story
        .ask({ key, args: pay(`1${key === 'a' ? 0 : key === 'b' ? 1 : 2}.00`) })
        .agent({ type: 'report', key, result: { status: 'failed', error: '503' } } as never);
    expect(story.ask({ key: 'd' }).answer.because).toBe('Pay failed 3 times.');
  });
  it('goes to a person when it has spent what the control allows', () => {
    const story = new Story().agent({ type: 'heartbeat', costUsd: 5.01, tokens: 10, progress: null } as never);
    expect(story.ask().answer.because).toBe(
      'This run has cost USD 5.01 without a person; the control allows USD 5.00.',
    );
  });
  it('goes to a person when it takes too many steps, and may go on after a person looked', () => {
    const story = new Story();
    for (let i = 0; i < 20; i++) story.ask({ step: 'read', args: { i }, key: `k${i}` });
    expect(story.ask({ key: 'one more' }).answer.because).toContain('has taken 20 steps without a person');
    story.person('cleo', { type: 'claim' }).person('cleo', { type: 'return', unchanged: true }).attach();
    expect(story.ask({ key: 'fresh' }).answer.kind).toBe('continue');
  });
});
