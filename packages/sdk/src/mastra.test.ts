import { describe, expect, it, vi } from 'vitest';
import { Fenced, InDoubt } from './errors.ts';
import { guard, resumeData, runOptions } from './mastra.ts';
import { continued, forbidden, paused } from './scripted-belay.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };
type Execute = (input: unknown, context?: object) => Promise<unknown>;

class HostTool {
  readonly id = 'release_payment';
  execute: Execute;
  constructor(execute: Execute) {
    this.execute = execute;
  }
}

const guarded = async (execute: Execute) => {
  const opened = await world();
  const run = await opened.belay.start(payment);
  const { release_payment: tool } = guard(run, { release_payment: new HostTool(execute) });
  const suspend = vi.fn(async () => undefined);
  return { ...opened, run, tool, suspend, context: { agent: { toolCallId: 'call-1', messages: [], suspend } } };
};

describe('a guarded tool', () => {
  it('is still a tool of the host, and carries out under the id of the call what was let through', async () => {
    const { server, tool, context } = await guarded(async (input) => `paid ${JSON.stringify(input)}`);
    expect(tool).toBeInstanceOf(HostTool);
    expect(tool.id).toBe('release_payment');
    server.script.gate = (call) => continued(call, { arguments: { amount: '100.00' } });
    expect(await tool.execute(args, context)).toMatch(/^paid \{"amount":"100.00"\}\n\[operator\] A person changed/);
    expect(server.callsOf('gate').at(-1)?.body).toMatchObject({ key: 'call-1', arguments: args, redeem: true });
  });

  it('suspends while people have to decide, and is not carried out', async () => {
    const execute = vi.fn();
    const { server, tool, context, suspend } = await guarded(execute);
    server.script.gate = paused;
    await tool.execute(args, context);
    expect(suspend).toHaveBeenCalledWith({ belay: expect.objectContaining({ because: 'Above the limit.' }) });
    expect(execute).not.toHaveBeenCalled();
  });

  it('does not hear of a suspension that was not its own', async () => {
    const execute = vi.fn(async () => 'paid');
    const { tool, context } = await guarded(execute);
    await tool.execute(args, { ...context, agent: { ...context.agent, resumeData } });
    expect(execute).toHaveBeenCalledWith(args, { abortSignal: expect.any(AbortSignal), agent: expect.anything() });
    expect(execute.mock.calls[0]?.[1 as never]).not.toHaveProperty('agent.resumeData');
  });

  it('that suspends by its own wish is not taken for done, and may be asked for again', async () => {
    const { server, tool, context, suspend } = await guarded(async (_input, given) =>
      (given as { agent: { suspend: (payload: object) => unknown } }).agent.suspend({ question: 'which account?' }),
    );
    await tool.execute(args, context);
    expect(suspend).toHaveBeenCalledWith({ question: 'which account?' }, undefined);
    expect(server.callsOf('report')[0]?.body).toMatchObject({ result: { status: 'failed' } });
  });

  it('answers with the refusal as text', async () => {
    const execute = vi.fn();
    const { server, tool, context } = await guarded(execute);
    server.script.gate = forbidden;
    expect(await tool.execute(args, context)).toContain('must not be retried');
    expect(execute).not.toHaveBeenCalled();
  });

  it('of whose end nobody knows tells the model so; what it throws otherwise is thrown', async () => {
    const unknown = await guarded(async () => {
      throw new InDoubt('the bank did not answer');
    });
    expect(await unknown.tool.execute(args, unknown.context)).toContain('Do not retry it');
    const failing = await guarded(async () => {
      throw new Error('the bank is closed');
    });
    expect(await thrownBy(failing.tool.execute(args, failing.context))).toMatchObject({
      message: 'the bank is closed',
    });
  });

  it('is not carried out without an id, nor when control is gone', async () => {
    const execute = vi.fn();
    const { server, tool, context, run } = await guarded(execute);
    expect(await thrownBy(tool.execute(args))).toBeInstanceOf(TypeError);
    server.takeOver();
    expect(await thrownBy(tool.execute(args, context))).toBeInstanceOf(Fenced);
    expect(run.signal.aborted).toBe(true);
    expect(execute).not.toHaveBeenCalled();
  });
});

it('leaves tools without `execute` as they are', async () => {
  const { belay } = await world();
  const tools = { search: {} };
  expect(guard(await belay.start(payment), tools)).toEqual(tools);
});

it('shows the model the instructions of the person who gave control back, once', async () => {
  const { server, belay } = await world();
  const first = runOptions(await belay.start(payment));
  expect(first.prepareStep({ systemMessages: [] })).toBeUndefined();
  server.giveBack('Pay 100 only.');
  const { prepareStep } = runOptions(await belay.start(payment));
  const told = prepareStep({ systemMessages: [] })?.systemMessages ?? [];
  expect(told).toEqual([{ role: 'system', content: expect.stringContaining('Pay 100 only.') }]);
  expect(prepareStep({ systemMessages: told })).toBeUndefined();
});
