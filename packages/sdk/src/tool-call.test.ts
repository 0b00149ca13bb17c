import { describe, expect, it, vi } from 'vitest';
import { BelayError } from './errors.ts';
import { continued, done, doubted, forbidden, handedOff, instructed, paused } from './scripted-belay.testing.ts';
import { createToolCalls, instructionsText, stepOf } from './tool-call.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };
const call = { tool: 'release_payment', id: 'call-1', arguments: args };

describe('the step that a tool is', () => {
  it.each([
    ['release_payment', 'release-payment'],
    ['releasePayment', 'release-payment'],
    ['release-payment', 'release-payment'],
    ['Gather Context', 'gather-context'],
  ])('is the tool’s name in the form of steps: %s is %s', (tool, step) => expect(stepOf(tool)).toBe(step));

  it('is what the options say where they say it, with the facts that they claim', async () => {
    const { server, belay } = await world();
    const run = await belay.start(payment);
    const calls = createToolCalls(run, { steps: { pay: 'release-payment' }, facts: () => ({ confidence: '0.90' }) });
    await calls.ask({ ...call, tool: 'pay' });
    expect(server.callsOf('gate')[0]?.body).toMatchObject({
      step: 'release-payment',
      key: 'call-1',
      facts: { confidence: '0.90' },
      redeem: false,
    });
  });
});

describe('asking before the execution', () => {
  it.each([
    [continued, { kind: 'go' }],
    [forbidden, { kind: 'refused', toModel: expect.stringContaining('not be retried') }],
    [paused, { kind: 'wait', because: 'Above the limit.', url: 'https://belay.test/approvals/approval-1' }],
    [handedOff, { kind: 'wait', url: 'https://belay.test/cases/case-1' }],
    [doubted, { kind: 'wait', because: 'Nobody knows whether it happened.' }],
  ])('%o is %o', async (gate, prospect) => {
    const { server, belay } = await world();
    server.script.gate = gate;
    const calls = createToolCalls(await belay.start(payment));
    expect(await calls.ask(call)).toMatchObject(prospect);
    expect(server.callsOf('report')).toEqual([]);
  });

  it('leaves it to the execution to refuse when nobody answers', async () => {
    const { server, belay } = await world({ timeoutMs: 200 });
    const calls = createToolCalls(await belay.start(payment));
    server.script.gate = () => ({ raw: { status: 204 } });
    expect(await calls.ask(call)).toEqual({ kind: 'go' });
    const fn = vi.fn();
    expect(await calls.carryOut(call, fn)).toMatchObject({
      kind: 'refused',
      toModel: expect.stringContaining('could not be asked'),
    });
    expect(fn).not.toHaveBeenCalled();
  });
});

describe('carrying out', () => {
  it('runs the arguments that were let through, and notes that a person changed them', async () => {
    const { server, belay } = await world();
    const edited = { ...args, amount: '100.00' };
    server.script.gate = (asked) => continued(asked, { arguments: edited });
    const calls = createToolCalls(await belay.start(payment));
    const carried = await calls.carryOut(call, (step) => step.arguments);
    expect(carried).toMatchObject({ kind: 'done', value: edited, note: expect.stringContaining('"amount":"100.00"') });
  });

  it('gives what was recorded when it was done before, and says so', async () => {
    const { server, belay } = await world();
    server.script.gate = (asked) => done(asked, { paid: 1 });
    const calls = createToolCalls(await belay.start(payment));
    await calls.ask(call);
    const fn = vi.fn();
    const carried = await calls.carryOut(call, fn);
    expect(carried).toEqual({
      kind: 'done',
      value: { paid: 1 },
      note: '[operator] It was carried out already. Do not retry it.',
    });
    expect(fn).not.toHaveBeenCalled();
  });

  it('says that the instructions were read before the first step, once', async () => {
    const { server, belay } = await world();
    server.giveBack('Pay 100 only.');
    const calls = createToolCalls(await belay.start(payment));
    await calls.ask(call);
    await calls.carryOut(call, () => 'paid');
    expect(server.calls.map(({ route }) => route).filter((route) => route !== 'heartbeat')).toEqual([
      'startRun',
      'acknowledge',
      'gate',
      'gate',
      'report',
    ]);
  });

  it('takes no arguments without names', async () => {
    const { belay } = await world();
    const calls = createToolCalls(await belay.start(payment));
    const error = await thrownBy(calls.carryOut({ ...call, arguments: ['499.99'] }, () => 'paid'));
    expect(error).toBeInstanceOf(BelayError);
    expect(error).toMatchObject({ code: 'invalid_request' });
  });
});

it('the text of the instructions says who, what, and what is no longer to be done', () => {
  const text = instructionsText({
    ...instructed('Pay 100 only.'),
    prohibit: ['hold-invoice'],
    requireApproval: ['release-payment'],
    doneByMe: [{ step: 'gather-context', digest: 'sha256:0', reference: 'call of Monday' }],
  });
  for (const part of ['Ann', 'Pay 100 only.', 'hold-invoice', 'release-payment', 'gather-context (call of Monday)'])
    expect(text).toContain(part);
});
