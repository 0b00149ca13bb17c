import { digestOf } from '@belay/protocol';
import { describe, expect, it, vi } from 'vitest';
import { InDoubt, Unreachable } from './errors.ts';
import { continued, done, inFlight, refuse } from './scripted-belay.testing.ts';
import { eventually } from './test-clock.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };

describe('a step that may continue', () => {
  it('is asked for and redeemed in one call, carried out, and reported', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const paid = await run.step('release-payment', args, async (step) => ({ paid: step.arguments }));
    expect(paid).toEqual({ paid: args });
    expect(server.calls.map((call) => call.route)).toEqual(['startRun', 'gate', 'report']);
    expect(server.callsOf('gate')[0]?.body).toMatchObject({ step: 'release-payment', arguments: args, redeem: true });
    expect(server.callsOf('report')[0]?.body).toMatchObject({ result: { status: 'done', value: { paid: args } } });
  });

  it('gets what a person edited, the permit and the key', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => continued(call, { arguments: { ...args, amount: '400.00' }, token: 'jws' });
    const run = await belay.start(payment);
    const seen = await run.step('release-payment', args, (step) => step, { key: 'call-7' });
    expect(seen).toMatchObject({ arguments: { amount: '400.00' }, edited: true, permit: 'jws', key: 'call-7' });
  });

  it('is reported with the digest of what was carried out, also where the function changed it', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    await run.step('release-payment', args, () => 1, { key: 'same' });
    const changes = (step: { arguments: unknown }): void => {
      Object.assign(step.arguments as object, { amount: '1.00' });
    };
    await run.step('release-payment', args, changes, { key: 'other' });
    const [same, other] = server.callsOf('report').map(({ body }) => body.digest);
    expect(same).toBe(digestOf(args));
    expect(other).toBe(digestOf({ ...args, amount: '1.00' }));
  });

  it('sends facts and words as the agent’s claims', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    await run.step('release-payment', args, () => 1, { facts: { urgent: true }, words: 'They called twice.' });
    expect(server.callsOf('gate')[0]?.body).toMatchObject({ facts: { urgent: true }, words: 'They called twice.' });
  });

  it('is not carried out with arguments that do not match their digest', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => ({ ...continued(call), arguments: { ...args, amount: '9000.00' } }) as never;
    const run = await belay.start(payment);
    const fn = vi.fn();
    expect(await thrownBy(run.step('release-payment', args, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });

  it('is not carried out on an answer about another step', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => ({ ...continued(call), key: 'another' });
    const run = await belay.start(payment);
    const fn = vi.fn();
    expect(await thrownBy(run.step('release-payment', args, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });

  it('refuses arguments that JSON cannot say, before anybody is asked', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const error = await thrownBy(run.step('release-payment', { due: new Date(0) } as never, () => 1));
    expect(error).toMatchObject({ code: 'invalid_request' });
    expect((error as Error).message).toContain('/due');
    expect(server.callsOf('gate')).toEqual([]);
  });
});

describe('at most once', () => {
  it('gives the recorded result of a step that was carried out before, and does not run it', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => done(call, { paid: 'p-1' });
    const run = await belay.start(payment);
    const fn = vi.fn();
    expect(await run.step('release-payment', args, fn)).toEqual({ paid: 'p-1' });
    expect(fn).not.toHaveBeenCalled();
    expect(server.callsOf('report')).toEqual([]);
  });

  it('names the same effect alike in another process, and the next one otherwise', async () => {
    const { server, belay, client } = await world();
    const names = async (twin: typeof belay): Promise<unknown[]> => {
      const before = server.callsOf('gate').length;
      const run = await twin.start(payment);
      for (const amount of ['1.00', '1.00', '2.00']) await run.step('release-payment', { amount }, () => 1);
      return server
        .callsOf('gate')
        .slice(before)
        .map((call) => call.body.key);
    };
    const first = await names(belay);
    expect(new Set(first).size).toBe(3);
    expect(await names(client())).toEqual(first);
  });

  it('keeps the name of an effect that failed, so that it is the same effect when it is tried again', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    await thrownBy(run.step('release-payment', args, () => Promise.reject(new Error('card declined'))));
    await run.step('release-payment', args, () => 1);
    const [failed, retried] = server.callsOf('gate').map((call) => call.body.key);
    expect(retried).toBe(failed);
  });

  it('runs two calls with one key at once as one effect', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const fn = vi.fn(async () => 'paid');
    const both = [
      run.step('release-payment', args, fn, { key: 'k' }),
      run.step('release-payment', args, fn, { key: 'k' }),
    ];
    expect(await Promise.all(both)).toEqual(['paid', 'paid']);
    expect(fn).toHaveBeenCalledTimes(1);
    expect(server.callsOf('gate')).toHaveLength(1);
  });

  it('refuses one key with two sets of arguments at once', async () => {
    const { belay } = await world();
    const run = await belay.start(payment);
    const first = run.step('release-payment', args, () => 1, { key: 'k' });
    expect(await thrownBy(run.step('release-payment', { amount: '2.00' }, () => 1, { key: 'k' }))).toMatchObject({
      code: 'key_reused',
    });
    await first;
  });
});

describe('one call', () => {
  it('asks again as the same call when the answer was lost', async () => {
    const { server, belay } = await world();
    let lost = 2;
    server.script.gate = (call) => (lost-- > 0 ? { cut: true } : continued(call));
    const run = await belay.start(payment);
    const fn = vi.fn(() => 'paid');
    expect(await run.step('release-payment', args, fn)).toBe('paid');
    const attempts = server.callsOf('gate').map((call) => call.body.attempt);
    expect(attempts).toHaveLength(3);
    expect(new Set(attempts).size).toBe(1);
    expect(fn).toHaveBeenCalledTimes(1);
  });

  it('is still the same call when the caller tries a step again whose answer never came', async () => {
    const { server, belay } = await world();
    server.script.gate = () => ({ cut: true });
    const run = await belay.start(payment);
    expect(await thrownBy(run.step('release-payment', args, () => 1))).toBeInstanceOf(Unreachable);
    delete server.script.gate;
    await run.step('release-payment', args, () => 1);
    expect(new Set(server.callsOf('gate').map((call) => call.body.attempt)).size).toBe(1);
  });

  it('is another call once there was an answer', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    await run.step('release-payment', args, () => 1, { key: 'k' });
    await run.step('release-payment', args, () => 1, { key: 'k' });
    expect(new Set(server.callsOf('gate').map((call) => call.body.attempt)).size).toBe(2);
  });
});

describe('what became of it', () => {
  it('is reported as failed when the function throws, and the error is the caller’s', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const error = new Error('card declined');
    expect(await thrownBy(run.step('release-payment', args, () => Promise.reject(error)))).toBe(error);
    expect(server.callsOf('report')[0]?.body.result).toEqual({ status: 'failed', error: 'Error: card declined' });
  });

  it.each([
    ['says so', new InDoubt('the bank did not answer')],
    ['was aborted', new DOMException('aborted', 'AbortError')],
    ['ran out of time', new DOMException('too slow', 'TimeoutError')],
  ])('is unknown when the function %s', async (_what, error) => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    expect(await thrownBy(run.step('release-payment', args, () => Promise.reject(error)))).toBe(error);
    expect(server.callsOf('report')[0]?.body.result).toMatchObject({ status: 'unknown' });
  });

  it('is reported without its result when that is no JSON', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(await run.step('release-payment', args, () => loop)).toBe(loop);
    expect(server.callsOf('report')[0]?.body.result).toEqual({ status: 'done', value: null });
  });

  it('is reported without its result when that is too large', async () => {
    const { server, belay } = await world();
    server.script.report = (call) =>
      (call.body.result as { value: unknown }).value === null
        ? { accepted: true, late: false, permit: inFlight('k') }
        : refuse('body_too_large');
    const run = await belay.start(payment);
    expect(await run.step('release-payment', args, () => 'x'.repeat(100))).toHaveLength(100);
    expect(server.callsOf('report')).toHaveLength(2);
  });

  it('is told in the background when Belay is away after the effect, and the caller has its result', async () => {
    const { server, clock, belay } = await world();
    const run = await belay.start(payment);
    const paid = await run.step('release-payment', args, async () => {
      await server.away();
      return 'paid';
    });
    expect(paid).toBe('paid');
    await server.back();
    await eventually('the report arrives', () => {
      clock.advance(5_000);
      return server.callsOf('report').length === 1;
    });
  });

  it('is told at the latest before the run is finished', async () => {
    const { server, belay } = await world();
    let away = true;
    server.script.report = () => (away ? { cut: true } : { accepted: true, late: false, permit: inFlight('k') });
    const run = await belay.start(payment);
    await run.step('release-payment', args, () => 'paid');
    away = false;
    await run.finish();
    expect(server.calls.map((call) => call.route).slice(-2)).toEqual(['report', 'finish']);
  });
});
