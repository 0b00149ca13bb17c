/** A stuck agent goes to a person, with the reason in a sentence; an agent whose world is down does not. */
import { describe, expect, it } from 'vitest';
import { controlWith, minutes, Story } from '../story.testing.ts';

const limits = 'stuck: { idle: 10m, same-step: 3, attempts: 3, steps: 20, cost: USD 5.00 }';
const story = (words: string): Story => {
  const told = new Story();
  told.control = controlWith(limits, `stuck: { ${words} }`);
  return told;
};
const report = (told: Story, key: string, outside: boolean): Story =>
  told.agent({ type: 'report', key, result: { status: 'failed', error: '503', outside } } as never);
const heartbeat = { type: 'heartbeat', costUsd: 0, tokens: 0, progress: null } as never;
const because = (told: Story): string | undefined => told.run.case?.reasons[0]?.because;

describe('a system outside that fails', () => {
  /** The agent tries the same step again, as it should, each time under a key of its own. */
  const storm = (told: Story, times: number, everyMs: number): Story => {
    for (let n = 0; n < times && told.run.case === null; n++) {
      told.ask({ key: `try ${n}` });
      if (told.run.case === null) report(told, `try ${n}`, true);
      told.now += everyMs;
    }
    return told;
  };

  it('is no failure of the agent, no repetition, and none of its steps', () => {
    const told = storm(story('idle: 2h, same-step: 3, attempts: 3, steps: 20'), 50, minutes(1));
    expect(told.run.case).toBeNull();
    expect(told.run.outside).toMatchObject({ count: 50 });
  });
  it('is told to a person when it has lasted, and the sentence says who is not at fault', () => {
    const told = storm(story('idle: 2h, outage: 30m'), 50, minutes(1));
    expect(because(told)).toBe('Systems outside have failed for 30 min (30 times); bot itself is not stuck.');
    expect(told.run.case?.reasons[0]?.kind).toBe('stuck');
  });
  it('is over with the first success', () => {
    const told = storm(story('idle: 2h, outage: 30m'), 29, minutes(1)).ask({ key: 'ok' });
    told.agent({ type: 'report', key: 'ok', result: { status: 'done', value: null } } as never);
    expect(storm(told, 29, minutes(1)).run.case).toBeNull();
  });
  it('does not hide failures of the step itself', () => {
    const told = story('idle: 2h, attempts: 3');
    for (let n = 0; n < 3; n++)
      report(told.ask({ key: `own ${n}`, args: { amount: `EUR ${n + 1}.00`, to: 'x' } }), `own ${n}`, false);
    expect(because(told.ask({ key: 'again' }))).toBe('Pay failed 3 times.');
  });
});

describe('an agent that repeats itself or spends', () => {
  it('is not stuck when it waits: the same call again, by its key, is no repetition', () => {
    const told = story('idle: 2h, same-step: 3');
    const large = { args: { amount: 'EUR 250.00', to: 'x' } };
    for (let n = 0; n < 9; n++) told.ask({ ...large, key: n < 3 ? `own ${n}` : 'own 2' });
    expect(told.run.case).toBeNull();
    expect(because(told.ask({ ...large, key: 'own 3' }))).toContain('with the same arguments 4 times in a row');
  });

  it('may spend anew what the control allows, once a person has looked', () => {
    const told = story('idle: 2h, cost: USD 5.00');
    const spend = (costUsd: number) => told.agent({ type: 'heartbeat', costUsd, tokens: 0, progress: null } as never);
    spend(6);
    expect(because(told.ask({ step: 'read', args: {}, key: 'one' }))).toContain('has cost USD 6.00');
    told.person('cleo', { type: 'cancel' });
    spend(4);
    expect(told.ask({ step: 'read', args: {}, key: 'two' }).run.case).toBeNull();
    spend(2);
    expect(because(told.ask({ step: 'read', args: {}, key: 'three' }))).toContain('has cost USD 6.00 without a person');
  });
});

describe('a lost heartbeat', () => {
  it('is noticed long before silence would be, once the agent has sent one', () => {
    const told = story('idle: 1h, heartbeat: 3m').agent(heartbeat);
    expect(told.types).toEqual(['AgentReported']);
    expect(told.wait(minutes(2)).types).toEqual([]);
    expect(told.wait(minutes(1)).types).toEqual(['CaseOpened', 'RungFired']);
    expect(because(told)).toBe('bot sent signs of life and stopped: the last one came 3 min ago.');
  });
  it('is not missed from an agent that never sent one, nor from another process of it', () => {
    expect(story('idle: 1h, heartbeat: 3m').wait(minutes(59)).types).toEqual([]);
    const told = story('idle: 1h, heartbeat: 3m').agent(heartbeat).attach();
    expect(told.wait(minutes(59)).types).toEqual([]);
    expect(told.wait(minutes(1)).types).toContain('CaseOpened');
  });
  it('that goes on keeps a long step alive', () => {
    const told = story('idle: 1h, heartbeat: 3m').agent(heartbeat);
    for (let n = 0; n < 60; n++) {
      told.now += minutes(2);
      told.agent(heartbeat).wait(0);
    }
    expect(told.run.case).toBeNull();
  });
});

describe('a time budget', () => {
  const busy = (told: Story, steps: number): Story => {
    for (let n = 0; n < steps; n++) {
      told.now += minutes(5);
      const key = `read ${told.now}`;
      told.ask({ step: 'read', args: {}, key }).wait(0);
      told.agent({ type: 'report', key, result: { status: 'done', value: null } } as never);
    }
    return told;
  };

  it('is told to a person when the agent has worked for so long, however busy it is', () => {
    expect(busy(story('steps: 999, same-step: 999, time: 1h'), 11).run.case).toBeNull();
    const told = busy(story('steps: 999, same-step: 999, time: 1h'), 12);
    expect(because(told)).toBe('bot has worked for 60 min without a person; the control allows 60 min.');
  });
  it('begins anew when a person has looked', () => {
    const told = busy(story('steps: 999, same-step: 999, time: 1h'), 12).person('cleo', { type: 'cancel' }).attach();
    expect(busy(told, 11).run.case).toBeNull();
    expect(busy(told, 1).run.case).not.toBeNull();
  });
  it('does not count the time for which the agent waits for people', () => {
    const told = busy(story('steps: 999, same-step: 999, time: 1h'), 6).ask({
      args: { amount: 'EUR 250.00', to: 'x' },
      key: 'large',
    });
    told.now += minutes(50);
    told.sign('ben');
    told.ask({ args: { amount: 'EUR 250.00', to: 'x' }, key: 'large' }).wait(0);
    told.agent({ type: 'report', key: 'large', result: { status: 'done', value: null } } as never);
    expect(busy(told, 5).run.case).toBeNull();
    expect(busy(told, 1).run.case).not.toBeNull();
  });
});
