import { describe, expect, it, vi } from 'vitest';
import { guard, resume } from './ai-sdk.ts';
import { Fenced, InDoubt } from './errors.ts';
import { continued, forbidden, paused } from './scripted-belay.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };
const options = { toolCallId: 'call-1', messages: [], context: undefined };
const toolCall = { toolCallId: 'call-1', toolName: 'release_payment', input: args };

type Executed = { execute: (input: unknown, options: object) => Promise<unknown> };
type Shown = { toModelOutput: (options: object) => Promise<unknown> };

const guarded = async (execute: (...given: never[]) => unknown, more: object = {}) => {
  const opened = await world();
  const run = await opened.belay.start(payment);
  const set = guard(run, { release_payment: { ...more, execute } });
  return { ...opened, run, set, tool: set.tools.release_payment as unknown as Executed & Shown };
};

describe('a guarded tool', () => {
  it('asks, carries out, and reports under the id of the tool call', async () => {
    const { server, tool } = await guarded(() => 'paid');
    expect(await tool.execute(args, options)).toBe('paid');
    expect(server.callsOf('gate')[0]?.body).toMatchObject({ key: 'call-1', arguments: args, redeem: true });
    expect(server.callsOf('report')[0]?.body).toMatchObject({ key: 'call-1', result: { value: 'paid' } });
  });

  it('carries out what a person edited, gives the application its own output and the model the note', async () => {
    const bank = vi.fn(() => ({ paid: true }));
    const { server, tool } = await guarded(bank);
    server.script.gate = (call) => continued(call, { arguments: { ...args, amount: '100.00' } });
    const output = await tool.execute(args, options);
    expect(output).toEqual({ paid: true });
    expect(bank).toHaveBeenCalledWith({ ...args, amount: '100.00' }, expect.anything());
    expect(await tool.toModelOutput({ ...options, input: args, output })).toEqual({
      type: 'text',
      value: expect.stringMatching(/^\{"paid":true\}\n\[operator\] A person changed the arguments/),
    });
  });

  it('keeps the form that the tool gives its output for the model', async () => {
    const toModelOutput = () => ({ type: 'content', value: [{ type: 'text', text: 'ok' }] });
    const { tool } = await guarded(() => 'paid', { toModelOutput });
    const output = await tool.execute(args, options);
    expect(await tool.toModelOutput({ ...options, output })).toEqual(toModelOutput());
  });

  it('that streams is carried out to its last output', async () => {
    const { tool } = await guarded(async function* () {
      yield 'paying';
      yield 'paid';
    });
    expect(await tool.execute(args, options)).toBe('paid');
  });

  it('throws the text for the model when the gate refuses', async () => {
    const execute = vi.fn();
    const { server, tool } = await guarded(execute);
    server.script.gate = forbidden;
    const error = await thrownBy(tool.execute(args, options));
    expect((error as Error).message).toBe('release-payment was refused and must not be retried.');
    expect(execute).not.toHaveBeenCalled();
  });

  it('of whose end nobody knows tells the model not to retry it', async () => {
    const { tool } = await guarded(() => {
      throw new InDoubt('The bank did not answer.');
    });
    const error = (await thrownBy(tool.execute(args, options))) as Error;
    expect(error.message).toMatch(
      /^Nobody knows whether release_payment was carried out: The bank.*Do not retry it\.$/,
    );
    expect(error.cause).toBeInstanceOf(InDoubt);
  });

  it('gets a signal that ends with the run', async () => {
    const { run, set } = await guarded(() => 'paid');
    expect(set.abortSignal).toBe(run.signal);
  });
});

describe('a generation', () => {
  it('returns for an approval when people have to decide, and with the refusal when it is forbidden', async () => {
    const { server, set } = await guarded(() => 'paid');
    expect(await set.toolApproval({ toolCall })).toBeUndefined();
    server.script.gate = paused;
    expect(await set.toolApproval({ toolCall })).toEqual({
      type: 'user-approval',
      reason: 'Belay asks people: Above the limit. https://belay.test/approvals/approval-1',
    });
    server.script.gate = forbidden;
    expect(await set.toolApproval({ toolCall })).toMatchObject({ type: 'denied' });
  });

  it('says nothing about a tool that the host has put beside the guarded ones', async () => {
    const { server, set } = await guarded(() => 'paid');
    server.script.gate = paused;
    expect(await set.toolApproval({ toolCall: { ...toolCall, toolName: 'search' } })).toBeUndefined();
    expect(await set.toolApproval({ toolCall: { ...toolCall, toolName: 'toString' } })).toBeUndefined();
    expect(server.callsOf('gate')).toEqual([]);
  });

  it('begins with the instructions of the person who gave control back', async () => {
    const { server, belay } = await world();
    server.giveBack('Pay 100 only.');
    const { prepareStep } = guard(await belay.start(payment), {});
    expect(prepareStep({ messages: [], stepNumber: 0 })?.messages).toEqual([
      { role: 'user', content: expect.stringContaining('Pay 100 only.') },
    ]);
    expect(prepareStep({ messages: [], stepNumber: 1 })).toBeUndefined();
  });

  it('makes no further step once control is gone', async () => {
    const { server, run, set, tool } = await guarded(() => 'paid');
    server.takeOver();
    await thrownBy(tool.execute(args, options));
    expect(run.signal.reason).toBeInstanceOf(Fenced);
    expect(() => set.prepareStep({ messages: [], stepNumber: 0 })).toThrow(Fenced);
  });
});

describe('resume', () => {
  const reason = 'Belay asks people: Above the limit. https://belay.test/approvals/approval-1';
  const request = (approvalId: string, more = {}) => ({ type: 'tool-approval-request', approvalId, reason, ...more });
  const answer = (approvalId: string, approved = true) => ({ type: 'tool-approval-response', approvalId, approved });
  const asked = (...content: object[]) => [
    { role: 'user', content: 'go' },
    { role: 'assistant', content },
  ];

  it('answers the calls that paused, each once, and leaves finished messages alone', () => {
    const resumed = resume(asked(request('a'), request('b'), request('c', { isAutomatic: true })));
    expect(resumed.at(-1)).toEqual({ role: 'tool', content: [answer('a'), answer('b')] });
    expect(resume(resumed)).toBe(resumed);
  });

  it('leaves what the host asks its own user to the host', () => {
    const saved = asked(request('own', { reason: 'Delete the account?' }), request('silent', { reason: undefined }));
    expect(resume(saved)).toBe(saved);
    expect(resume([...saved, ...asked(request('ours'))]).at(-1)).toEqual({ role: 'tool', content: [answer('ours')] });
  });

  it('puts its answers beside those that the host has given already: the host reads the last message alone', () => {
    const given = { role: 'tool', content: [answer('own', false)] };
    const resumed = resume([...asked(request('own', { reason: 'Delete it?' }), request('ours')), given]);
    expect(resumed).toHaveLength(3);
    expect(resumed.at(-1)).toEqual({ role: 'tool', content: [answer('own', false), answer('ours')] });
    const results = { role: 'tool', content: [{ type: 'tool-result' }] };
    expect(resume([...asked(request('ours')), results]).at(-1)).toEqual({ role: 'tool', content: [answer('ours')] });
  });
});
