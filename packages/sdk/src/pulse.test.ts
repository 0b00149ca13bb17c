import { describe, expect, it } from 'vitest';
import { Fenced } from './errors.ts';
import { eventually } from './test-clock.testing.ts';
import { payment, world } from './world.testing.ts';

const spent = (calls: { body: { costUsd?: unknown; tokens?: unknown } }[]): number[] =>
  calls.map((call) => Number(call.body.costUsd ?? 0));

describe('the pulse', () => {
  it('tells Belay at an interval that the agent lives', async () => {
    const { server, clock, belay } = await world({ heartbeatMs: 30_000 });
    await belay.start(payment);
    clock.advance(29_999);
    expect(server.callsOf('heartbeat')).toHaveLength(0);
    clock.advance(1);
    await eventually('one beat', () => server.callsOf('heartbeat').length === 1);
    await eventually('another beat', () => {
      clock.advance(30_000);
      return server.callsOf('heartbeat').length === 2;
    });
  });

  it('adds up what was spent and sends it once', async () => {
    const { server, clock, belay } = await world();
    const run = await belay.start(payment);
    run.report({ costUsd: 0.25, tokens: 100, progress: 'reading' });
    run.report({ costUsd: 0.5, tokens: 20, progress: 'writing' });
    clock.advance(1_000);
    await eventually('it is sent', () => server.callsOf('heartbeat').length === 1);
    expect(server.callsOf('heartbeat')[0]?.body).toEqual({ epoch: 1, costUsd: 0.75, tokens: 120, progress: 'writing' });
  });

  it('sends it as the same call again when the answer was lost, and what came meanwhile as another', async () => {
    const { server, clock, belay } = await world();
    const run = await belay.start(payment);
    let lost = 1;
    server.script.heartbeat = (call) => (lost-- > 0 ? { cut: true } : server.news(call.body.epoch as number));
    run.report({ costUsd: 0.25 });
    clock.advance(1_000);
    await eventually('it is sent', () => server.callsOf('heartbeat').length === 1);
    run.report({ costUsd: 0.5 });
    await eventually('both have arrived', () => {
      clock.advance(30_000);
      return server.callsOf('heartbeat').length >= 3;
    });
    const beats = server.callsOf('heartbeat').slice(0, 3);
    expect(spent(beats)).toEqual([0.25, 0.25, 0.5]);
    const [first, again, other] = beats.map((call) => call.headers['idempotency-key']);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe('the pulse of a run', () => {
  it('shows a step’s notes to whoever watches', async () => {
    const { server, clock, belay } = await world();
    const run = await belay.start(payment);
    await run.step('release-payment', {}, (step) => step.note('bank has accepted it'));
    clock.advance(1_000);
    await eventually('it is sent', () => server.callsOf('heartbeat').length === 1);
    expect(server.callsOf('heartbeat')[0]?.body.progress).toBe('bank has accepted it');
  });

  it('learns of a takeover', async () => {
    const { server, clock, belay } = await world();
    const run = await belay.start(payment);
    server.takeOver();
    clock.advance(30_000);
    await eventually('the signal aborts', () => run.signal.aborted);
    expect(run.signal.reason).toBeInstanceOf(Fenced);
  });

  it('learns of a takeover also from an answer that says so', async () => {
    const { server, clock, belay } = await world();
    const run = await belay.start(payment);
    server.script.heartbeat = () => ({ ...server.news(1), holder: 'person', holderName: 'Ann', fenced: true });
    clock.advance(30_000);
    await eventually('the signal aborts', () => run.signal.aborted);
  });

  it('stops with the run', async () => {
    const { server, clock, belay } = await world();
    const run = await belay.start(payment);
    await run.close();
    clock.advance(60_000);
    await belay.start(payment);
    expect(server.callsOf('heartbeat')).toEqual([]);
  });

  it('leaves nothing unsent that was spent before the run was finished or let go', async () => {
    const { server, belay } = await world();
    const first = await belay.start(payment);
    first.report({ costUsd: 1 });
    await first.close();
    const second = await belay.start(payment);
    second.report({ costUsd: 2 });
    await second.finish();
    expect(spent(server.callsOf('heartbeat'))).toEqual([1, 2]);
    expect(server.calls.at(-1)?.route).toBe('finish');
  });
});
