import { describe, expect, it } from 'vitest';
import { minutes, Story } from '../story.testing.ts';

const calls = [
  { type: 'redeem', permitId: 'permit_1' },
  { type: 'heartbeat', costUsd: 0, tokens: 0, progress: null },
  { type: 'escalate', question: 'help', options: [], key: 'q' },
  { type: 'acknowledge', digest: 'sha256:0' },
  { type: 'finish', outcome: null },
] as const;

describe('the fence', () => {
  it('refuses every call of an earlier process of the agent', () => {
    const story = new Story().attach();
    for (const call of calls) expect(story.agent({ ...call, epoch: 1 } as never).refused).toBe('fenced');
    expect(story.ask({ epoch: 1 }).refused).toBe('fenced');
    expect(story.ask({ epoch: 3 }).refused).toBe('fenced');
    expect(story.ask({ epoch: 2 }).answer.kind).toBe('continue');
  });
  it('refuses every call while a person has control, also with the right epoch', () => {
    const story = new Story().person('cleo', { type: 'takeOver' });
    for (const call of calls) expect(story.agent({ ...call, epoch: story.run.epoch } as never).refused).toBe('fenced');
    expect(story.ask({ epoch: story.run.epoch }).refused).toBe('fenced');
    expect(story.agent({ type: 'attach' } as never).refused).toBe('fenced');
  });
  it('still refuses the old epoch after control was given back, until the agent attaches', () => {
    const story = new Story().person('cleo', { type: 'takeOver' });
    const during = story.run.epoch;
    story.person('cleo', { type: 'return' });
    expect(story.run.epoch).toBeGreaterThan(during);
    expect(story.ask({ epoch: 1 }).refused).toBe('fenced');
    expect(story.ask({ epoch: during }).refused).toBe('fenced');
  });
  it('keeps refused calls as evidence, but not without end', () => {
    const story = new Story().attach();
    expect(story.ask({ epoch: 1 }).types).toEqual(['AgentRefused']);
    for (let i = 0; i < 200; i++) story.ask({ epoch: 1 });
    expect(story.types).toEqual([]);
    expect(story.run.refusals).toBe(100);
  });
  it('never tells the epoch', () => {
    const story = new Story().person('cleo', { type: 'takeOver' }).ask({ epoch: 1 });
    expect(JSON.stringify(story.last)).not.toMatch(/epoch/);
  });
});

describe('a report', () => {
  it('of an earlier epoch is kept and changes nothing', () => {
    const story = new Story().ask().person('cleo', { type: 'takeOver' });
    const before = story.run.permits[0]?.status;
    story.agent({ type: 'report', key: 'k', epoch: 1, result: { status: 'done', value: 7 } } as never);
    expect(story.types).toEqual(['LateReportKept']);
    expect(story.run.permits[0]).toMatchObject({ status: before, lateReport: { status: 'done', value: 7 } });
  });
  it('that does not know puts the step in doubt', () => {
    const story = new Story()
      .ask()
      .agent({ type: 'report', key: 'k', result: { status: 'unknown', error: 'timeout' } } as never);
    expect(story.types).toContain('PermitInDoubt');
  });
  it('of a key that was never let through is refused', () => {
    expect(
      new Story().agent({ type: 'report', key: 'none', result: { status: 'done', value: 1 } } as never).refused,
    ).toBe('permit_unknown');
  });
});

describe('finishing', () => {
  it('waits for steps under way and for people', () => {
    expect(new Story().ask().agent({ type: 'finish', outcome: null } as never).refused).toBe('step_in_flight');
    expect(new Story().ask({ facts: { fresh: true } }).agent({ type: 'finish', outcome: null } as never).refused).toBe(
      'fenced',
    );
  });
  it('twice is once', () => {
    const story = new Story().agent({ type: 'finish', outcome: 'ok' } as never);
    expect(story.types).toEqual(['RunFinished']);
    expect(story.agent({ type: 'finish', outcome: 'ok' } as never).types).toEqual([]);
    expect(story.wait(minutes(60)).types).toEqual([]);
  });
});

describe('silence', () => {
  it('of an agent is told to a person after the control’s idle time, and every call of it starts that anew', () => {
    expect(new Story().wait(minutes(10)).types).toEqual(['CaseOpened', 'RungFired']);
    const story = new Story()
      .wait(minutes(9))
      .agent({ type: 'heartbeat', costUsd: 0, tokens: 0, progress: null } as never);
    expect(story.wait(minutes(9)).types).toEqual([]);
    expect(story.wait(minutes(1)).types).toEqual(['CaseOpened', 'RungFired']);
  });
});

describe('a report', () => {
  const done = { type: 'report', key: 'k', result: { status: 'done', value: null } } as const;
  const paid = () => new Story().ask();
  it('restates the digest of what was let through, whether the agent says it or not', () => {
    const permit = paid().run.permits[0];
    for (const said of [{}, { digest: permit?.digest }])
      expect(paid().agent({ ...done, ...said } as never).events).toMatchObject([
        { type: 'PermitReported', digest: permit?.digest },
      ]);
  });
  it('of something else settles nothing: a person is asked what happened', () => {
    const told = paid().agent({ ...done, digest: 'sha256:other' } as never);
    expect(told.refused).toBe('reported_otherwise');
    expect(told.types).toEqual(['PermitInDoubt', 'CaseOpened', 'RungFired']);
    expect(told.run.case?.reasons[0]?.because).toContain('with other arguments than let through: sha256:other');
  });
});
