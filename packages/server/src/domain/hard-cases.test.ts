/** Hard cases: late and contradicting reports, rights at the edge, permits between two decisions, growth without end. */
import { describe, expect, it } from 'vitest';
import { minutes, org, pay, Story } from './story.testing.ts';

const returned = (story: Story, by: string, more: object = {}) =>
  story.person(by, { type: 'return', ...more } as never);

describe('reports', () => {
  it('a report that contradicts what a person said is kept (taken over, settled notDone, agent says done)', () => {
    const story = new Story().ask();
    const epoch = story.run.epoch;
    story.person('cleo', { type: 'takeOver' });
    const permitId = story.run.permits[0]?.permitId ?? '';
    story.person('cleo', { type: 'settle', permitId, happened: 'notDone' } as never);
    story.agent({ type: 'report', epoch, key: 'k', result: { status: 'done', value: 'tx-1' } } as never);
    expect(story.refused).toBeUndefined();
    expect(story.types).toContain('LateReportKept');
  });

  it('same epoch: in doubt, settled notDone by mistake, the slow agent reports done: not let through a second time', () => {
    const story = new Story().ask();
    story.wait(minutes(11));
    const permitId = story.run.permits[0]?.permitId ?? '';
    story.person('cleo', { type: 'settle', permitId, happened: 'notDone' } as never);
    story.person('cleo', { type: 'cancel' });
    expect(story.refused).toBeUndefined();
    story.agent({ type: 'report', key: 'k', result: { status: 'done', value: 'tx-1' } } as never);
    const kept = story.types;
    story.ask({ attempt: 'second' });
    expect({ kept, then: story.answer.kind }).not.toEqual({ kept: [], then: 'continue' });
  });

  it('identical late reports do not fill the log', () => {
    const story = new Story().ask();
    const epoch = story.run.epoch;
    story.person('ben', { type: 'takeOver' });
    let entries = 0;
    for (let i = 0; i < 1_000; i++) {
      story.agent({ type: 'report', epoch, key: 'k', result: { status: 'done', value: 'x' } } as never);
      entries += story.events.length;
    }
    expect(entries).toBeLessThan(101);
  });
});

describe('people', () => {
  it('whoever the agent acts for does not let its step through (allow once on a handoff)', () => {
    const story = new Story('person:ann').ask({ facts: { fresh: true } });
    expect(story.answer.kind).toBe('handoff');
    story.person('ann', { type: 'claim' });
    const step = story.run.case?.step;
    returned(story, 'ann', { allowOnce: [{ step: step?.step, digest: step?.digest }] });
    if (story.refused !== undefined) return;
    story.attach().ask({ facts: { fresh: true }, key: 'k2' });
    expect(story.answer.kind).not.toBe('continue');
  });

  it('a stop gives nobody rights they do not have: who stopped may not let a handoff through', () => {
    const story = new Story().ask({ facts: { fresh: true } });
    story.person('dirk', { type: 'takeOver' });
    expect(story.refused).toBe('not_entitled');
    story.person('dirk', { type: 'takeOver', kind: 'stopped', reason: 'stop' });
    const step = story.run.case?.step;
    returned(story, 'dirk', { allowOnce: [{ step: step?.step, digest: step?.digest }] });
    if (story.refused !== undefined) return;
    story.attach().ask({ facts: { fresh: true }, key: 'k2' });
    expect(story.answer.kind).not.toBe('continue');
  });

  it('refusing a step refuses that step, not every step with equal arguments', () => {
    const args = pay('500.00');
    const story = new Story().ask({ args });
    story.sign('ben', { type: 'reject', because: 'no' });
    story.ask({ step: 'read', args, key: 'r1' });
    expect(story.answer.kind).toBe('continue');
  });

  it('given back unchanged says nothing else: words and sign-offs are refused, not dropped', () => {
    const story = new Story().person('ben', { type: 'takeOver' });
    returned(story, 'ben', { unchanged: true, instructions: 'Do not pay Acme.' });
    expect(story.refused ?? story.run.instructions?.text).toMatch(/invalid_request|Do not pay Acme/);
  });

  it('a handoff that joins an open case reaches whom it is for', () => {
    const story = new Story().agent({ type: 'escalate', question: 'How?', options: [], key: 'q' } as never);
    expect(story.run.case?.owner).toBe('role:owners');
    story.ask({ facts: { fresh: true } });
    expect(story.answer.requirements).toMatchObject([{ kind: 'handoff', to: 'desk' }, { kind: 'continue' }]);
    story.person('ann', { type: 'claim' });
    expect(story.refused).toBeUndefined();
  });
});

describe('the claimer', () => {
  it('may say what became of the steps that were in flight when they took over', () => {
    const story = new Story().ask().person('ben', { type: 'takeOver' });
    expect(story.refused).toBeUndefined();
    const permitId = story.run.permits[0]?.permitId ?? '';
    story.person('ben', { type: 'settle', permitId, happened: 'done' } as never);
    expect(story.refused).toBeUndefined();
  });
});

describe('permits', () => {
  it('held: a permit granted before the handoff is not redeemed after it', () => {
    const story = new Story().ask({ redeem: false });
    const permitId = story.run.permits[0]?.permitId ?? '';
    story.ask({ facts: { fresh: true }, key: 'other' });
    expect(story.run.case?.status).toBe('open');
    story.agent({ type: 'redeem', permitId } as never);
    expect(story.refused).toBeDefined();
  });

  it('a signer who left before the redemption does not count', () => {
    const story = new Story().ask({ args: pay('500.00'), redeem: false }).sign('ben');
    story.ask({ args: pay('500.00'), redeem: false, attempt: 'a' });
    expect(story.answer.kind).toBe('continue');
    const permitId = story.run.permits[0]?.permitId ?? '';
    story.organisation = {
      ...org,
      people: org.people.map((p) => (p.personId === 'ben' ? { ...p, active: false } : p)),
    };
    story.agent({ type: 'redeem', permitId } as never);
    expect(story.refused).toBeDefined();
  });

  it('two calls with one key: only one of them is told to carry it out', () => {
    const story = new Story().ask({ attempt: 'A', redeem: false });
    story.ask({ attempt: 'B', redeem: true });
    expect(story.answer.kind).toBe('continue');
    story.ask({ attempt: 'A', redeem: true });
    expect(story.answer.kind).not.toBe('continue');
  });

  it('a repeat of the very call that redeemed gets the same permit', () => {
    const story = new Story().ask({ attempt: 'A', redeem: false });
    story.ask({ attempt: 'B', redeem: true });
    story.ask({ attempt: 'B', redeem: true });
    expect(story.answer.kind).toBe('continue');
  });
});

describe('without end', () => {
  it('waiting (same call, same key) is not work: entries and steps do not grow without end', () => {
    const story = new Story().ask({ args: pay('500.00') });
    let entries = 0;
    for (let i = 0; i < 15; i++) {
      story.ask({ args: pay('500.00') });
      entries += story.events.length;
    }
    const steps = story.run.stepsDecided;
    for (let i = 0; i < 15; i++) story.ask({ args: pay('500.00') });
    expect({ entries, steps, then: story.answer.kind }).toEqual({ entries: 0, steps: 1, then: 'pause' });
  });

  it('an agent that keeps asking under new keys does not grow its run without bound', () => {
    const story = new Story();
    for (let i = 0; i < 400; i++) story.ask({ facts: { fresh: true }, key: `k${i}` });
    expect(story.run.case?.reasons.length).toBeLessThan(100);
  });

  it('cost stays a number', () => {
    const story = new Story();
    for (let i = 0; i < 2; i++)
      story.agent({ type: 'heartbeat', costUsd: Number.MAX_VALUE, tokens: 0, progress: null } as never);
    story.run = JSON.parse(JSON.stringify(story.run));
    expect(() => story.ask()).not.toThrow();
  });

  it('a case about a step in doubt that is cancelled leaves nobody unaware of the doubt', () => {
    const story = new Story().ask();
    story.wait(minutes(11));
    expect(story.run.permits[0]?.status).toBe('inDoubt');
    story.person('cleo', { type: 'cancel' });
    if (story.refused !== undefined) return;
    story.agent({ type: 'heartbeat', costUsd: 0, tokens: 0, progress: 'working' } as never);
    const reasons: string[] = [];
    for (let i = 0; i < 12; i++) {
      story.agent({ type: 'heartbeat', costUsd: 0, tokens: 0, progress: `${i}` } as never);
      story.wait(minutes(9));
      for (const r of story.run.case?.reasons ?? []) reasons.push(r.kind);
    }
    expect(reasons).toContain('inDoubt');
  });

  it('an allowance of an earlier person ends when another one takes over and gives back without it', () => {
    const story = new Story().ask({ facts: { fresh: true } }).person('ann', { type: 'claim' });
    const step = story.run.case?.step;
    returned(story, 'ann', { allowOnce: [{ step: step?.step, digest: step?.digest }] });
    story.person('ben', { type: 'takeOver', reason: 'wait' });
    returned(story, 'ben', { instructions: 'Do not pay before I have called them.' });
    story.attach().ask({ facts: { fresh: true }, key: 'k2' });
    expect(story.answer.kind).not.toBe('continue');
  });

  it('a second stop or takeover is bounded: refusals of a later epoch are evidence too', () => {
    const story = new Story().person('ben', { type: 'takeOver' });
    for (let i = 0; i < 150; i++) story.ask({ epoch: 1, key: `k${i}` });
    returned(story, 'ben', {});
    story.attach();
    const epoch = story.run.epoch;
    story.person('ben', { type: 'takeOver' });
    story.ask({ epoch, key: 'new' });
    expect(story.refused).toBe('fenced');
    expect(story.types).toContain('AgentRefused');
  });
});
