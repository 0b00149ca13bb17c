import { describe, expect, it } from 'vitest';
import { Fenced } from './errors.ts';
import { refuse } from './scripted-belay.testing.ts';
import { eventually } from './test-clock.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason));
  });

describe('the watcher', () => {
  it('aborts the signal when a person takes over, without a call of the agent', async () => {
    const { server, belay } = await world({ watch: true });
    const run = await belay.start(payment);
    await eventually('the stream is open', () => server.callsOf('watchRun').length === 1);
    const gone = aborted(run.signal);
    server.takeOver();
    const reason = await gone;
    expect(reason).toBeInstanceOf(Fenced);
    expect((reason as Fenced).control).toMatchObject({ by: 'person', name: 'Ann' });
    expect(server.callsOf('heartbeat')).toEqual([]);
  });

  it('aborts the signal that a step passes on to what it calls', async () => {
    const { server, belay } = await world({ watch: true });
    const run = await belay.start(payment);
    const step = thrownBy(
      run.step('release-payment', {}, async ({ signal }) => {
        await eventually('the stream is open', () => server.callsOf('watchRun').length === 1);
        const gone = aborted(signal);
        server.takeOver();
        await gone;
        signal.throwIfAborted();
      }),
    );
    expect(await step).toBeInstanceOf(Fenced);
    expect(server.callsOf('report')[0]?.body.result).toMatchObject({ status: 'unknown' });
  });

  it('polls where no stream comes through', async () => {
    const { server, belay } = await world({ watch: true });
    server.script.watchRun = () => ({ raw: { headers: { 'content-type': 'text/html' }, body: 'no streams here' } });
    const run = await belay.start(payment);
    await eventually('it polls', () => server.callsOf('waitForRun').length === 1);
    const gone = aborted(run.signal);
    server.takeOver();
    expect(await gone).toBeInstanceOf(Fenced);
  });

  it('comes back when the server comes back', async () => {
    const { server, clock, belay } = await world({ watch: true });
    const run = await belay.start(payment);
    await eventually('the stream is open', () => server.callsOf('watchRun').length === 1);
    await server.away();
    await server.back();
    const gone = aborted(run.signal);
    await eventually('it asks again', () => {
      clock.advance(5_000);
      return server.callsOf('waitForRun').length >= 1;
    });
    server.takeOver();
    expect(await gone).toBeInstanceOf(Fenced);
  });
});

describe('the stream', () => {
  it('takes a stream that has been silent for too long for dead', async () => {
    const { server, clock, belay } = await world({ watch: true });
    const run = await belay.start(payment);
    await eventually('the stream is open', () => server.callsOf('watchRun').length === 1);
    await eventually('it polls instead', () => {
      clock.advance(45_000);
      return server.callsOf('waitForRun').length >= 1;
    });
    await run.close();
  });

  it('learns of the fence from a refusal of the stream too', async () => {
    const { server, belay } = await world({ watch: true });
    server.script.watchRun = () => refuse('fenced', { control: { by: 'person', name: 'Ann', since: null } });
    const run = await belay.start(payment);
    await eventually('the signal aborts', () => run.signal.aborted);
    expect(run.signal.reason).toBeInstanceOf(Fenced);
  });

  it('takes the end of the run that its own agent says for no takeover', async () => {
    let chunks = 0;
    const counting = async (...request: Parameters<typeof fetch>): Promise<Response> => {
      const { body, status, headers } = await fetch(...request);
      const transform = (chunk: Uint8Array, passed: { enqueue: (chunk: Uint8Array) => void }): void => {
        passed.enqueue(chunk);
        setImmediate(() => chunks++);
      };
      return new Response(body?.pipeThrough(new TransformStream({ transform })), { status, headers });
    };
    const { server, client } = await world();
    const run = await client({ fetch: counting, watch: true }).start(payment);
    await eventually('the stream is open', () => server.streams === 1);
    server.script.finish = async () => {
      const before = chunks;
      server.change({ status: 'finished', finishedAt: '2026-11-23T10:00:00.000Z' });
      await eventually('the watcher has heard of it', () => chunks > before);
      return server.run;
    };
    await run.finish();
    expect(run.signal.aborted).toBe(false);
  });

  it('ends with the run', async () => {
    const { server, belay } = await world({ watch: true });
    {
      await using run = await belay.start(payment);
      await eventually('the stream is open', () => server.streams === 1);
      expect(run.signal.aborted).toBe(false);
    }
    await eventually('the stream is closed', () => server.streams === 0);
  });
});
