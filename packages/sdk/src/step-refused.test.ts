import { describe, expect, it, vi } from 'vitest';
import { BelayError, Fenced, Refused, Unreachable } from './errors.ts';
import { byAnn, continued, forbidden, type Odd, refuse } from './scripted-belay.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };

describe('a step that is not permitted', () => {
  it('throws Refused with what to do instead and the text for the model', async () => {
    const { server, belay } = await world();
    server.script.gate = forbidden;
    const run = await belay.start(payment);
    const fn = vi.fn();
    const error = await thrownBy(run.step('release-payment', args, fn));
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ instead: 'Ask treasury.', toModel: expect.stringContaining('not be retried') });
    expect(fn).not.toHaveBeenCalled();
  });

  it('throws Fenced after a takeover, also without a watcher, and everything after it too', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    server.takeOver();
    const fn = vi.fn();
    const error = await thrownBy(run.step('release-payment', args, fn));
    expect(error).toBeInstanceOf(Fenced);
    expect(run.signal.reason).toBe(error);
    expect(run.control()).toMatchObject({ by: 'person', name: 'Ann' });
    const asked = server.calls.length;
    expect(await thrownBy(run.step('gather-context', {}, fn))).toBe(error);
    expect(await thrownBy(run.gate('gather-context', {}))).toBe(error);
    expect(await thrownBy(run.finish())).toBe(error);
    expect(server.calls).toHaveLength(asked);
    expect(fn).not.toHaveBeenCalled();
  });

  it('aborts the signal of a step under way, keeps its late report as evidence, and throws Fenced', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const error = await thrownBy(
      run.step('release-payment', args, () => {
        server.takeOver();
        return 'paid';
      }),
    );
    expect(error).toBeInstanceOf(Fenced);
    expect((error as Fenced).control.name).toBe('Ann');
    expect(server.callsOf('report')[0]?.body).toMatchObject({ epoch: 1, result: { status: 'done', value: 'paid' } });
  });

  it('throws Fenced when the report itself is refused by the fence', async () => {
    const { server, belay } = await world();
    server.script.report = () => refuse('fenced', { control: byAnn });
    const run = await belay.start(payment);
    const error = await thrownBy(run.step('release-payment', args, () => 'paid'));
    expect(error).toBeInstanceOf(Fenced);
    expect(run.signal.reason).toBe(error);
  });

  it('stops at the last look before the irreversible line', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const pay = vi.fn();
    const error = await thrownBy(
      run.step('release-payment', args, async (step) => {
        server.takeOver();
        await step.check();
        pay();
      }),
    );
    expect(error).toBeInstanceOf(Fenced);
    expect(pay).not.toHaveBeenCalled();
  });

  it('passes the server’s refusal on with its remedy', async () => {
    const { server, belay } = await world();
    server.script.gate = () => refuse('instructions_unread');
    const run = await belay.start(payment);
    const error = await thrownBy(run.step('release-payment', args, () => 1));
    expect(error).toBeInstanceOf(BelayError);
    expect(error).toMatchObject({ code: 'instructions_unread', remedy: expect.stringContaining('acknowledge') });
  });
});

describe('an agent whose gate is broken carries nothing out', () => {
  const html = { 'content-type': 'text/html' };
  const odd: [string, Odd][] = [
    ['200 {}', { raw: { body: '{}' } }],
    ['204', { raw: { status: 204 } }],
    ['302 to a page that would say yes', { raw: { status: 302, headers: { location: '/yes' } } }],
    ['HTML', { raw: { headers: html, body: '<html>Log in</html>' } }],
    ['an unknown kind', { raw: { body: '{"kind":"perhaps"}' } }],
    ['a bad gateway', { raw: { status: 502, headers: html, body: 'bad gateway' } }],
    ['503', refuse('unavailable')],
    ['500', refuse('internal')],
    ['a cut connection', { cut: true }],
    ['a slow loris', { hang: true }],
  ];
  it.each(odd)('on %s', async (_what, answer) => {
    const { server, belay } = await world({ timeoutMs: 50 });
    server.script.gate = () => answer;
    const run = await belay.start(payment);
    const fn = vi.fn();
    const error = await thrownBy(run.step('release-payment', args, fn));
    expect(error).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
    expect(server.callsOf('gate').length).toBeLessThanOrEqual(5);
  });

  it('on JSON that ends in the middle', async () => {
    const { server, belay } = await world();
    server.script.gate = (call) => ({ raw: { body: JSON.stringify(continued(call)).slice(0, -2) } });
    const run = await belay.start(payment);
    const fn = vi.fn();
    expect(await thrownBy(run.step('release-payment', args, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });

  it('on a redirect, even to a place that would say continue', async () => {
    const { server, belay } = await world();
    const location = `${server.url}/v1/runs/run-2/gate`;
    server.script.gate = (call) =>
      call.path.includes('run-2') ? continued(call) : { raw: { status: 307, headers: { location } } };
    const run = await belay.start(payment);
    const fn = vi.fn();
    expect(await thrownBy(run.step('release-payment', args, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });

  it('on a server that speaks no HTTP', async () => {
    const { belay, server } = await world();
    const run = await belay.start(payment);
    await server.away();
    const fn = vi.fn();
    expect(await thrownBy(run.step('release-payment', args, fn))).toBeInstanceOf(Unreachable);
    expect(fn).not.toHaveBeenCalled();
  });

  it('waits as long as it is told when there are too many requests', async () => {
    const { server, clock, belay } = await world();
    server.script.gate = (call) =>
      server.callsOf('gate').length === 1 ? refuse('too_many_requests', { retryAfter: 7 }) : continued(call);
    const run = await belay.start(payment);
    const before = clock.now();
    await run.step('release-payment', args, () => 1);
    expect(clock.now() - before).toBeGreaterThanOrEqual(7_000);
  });
});
