import { describe, expect, it, vi } from 'vitest';
import { Fenced } from './errors.ts';
import { guard, resume, runOptions } from './openai-agents.ts';
import { continued, forbidden, paused } from './scripted-belay.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };
const details = { toolCall: { callId: 'call-1' } };
type Invoke = (context: unknown, input: string, details?: object) => Promise<unknown>;
type Host = {
  type: 'function';
  name: string;
  invoke: Invoke;
  needsApproval: (...given: unknown[]) => Promise<boolean>;
};

const guarded = async (invoke: Invoke) => {
  const opened = await world();
  const run = await opened.belay.start(payment);
  const written: Host = { type: 'function', name: 'release_payment', invoke, needsApproval: async () => false };
  const [tool] = guard(run, [written]);
  if (tool === undefined) throw new Error('guard lost the tool');
  return { ...opened, run, tool };
};

describe('a guarded tool', () => {
  it('asks, carries out what was let through, and reports under the id of the call', async () => {
    const { server, tool } = await guarded(async (_context, input) => `paid ${input}`);
    server.script.gate = (call) => continued(call, { arguments: { amount: '100.00' } });
    const answer = await tool.invoke({}, JSON.stringify(args), details);
    expect(answer).toMatch(/^paid \{"amount":"100.00"\}\n\[operator\] A person changed the arguments/);
    expect(server.callsOf('gate')[0]?.body).toMatchObject({ key: 'call-1', arguments: args, redeem: true });
  });

  it('answers with the refusal as text, because the host hides what is thrown', async () => {
    const invoke = vi.fn();
    const { server, tool } = await guarded(invoke);
    server.script.gate = forbidden;
    expect(await tool.invoke({}, JSON.stringify(args), details)).toContain('must not be retried');
    expect(invoke).not.toHaveBeenCalled();
  });

  it('interrupts only while people have to decide', async () => {
    const { server, tool } = await guarded(async () => 'paid');
    expect(await tool.needsApproval({}, args, 'call-1')).toBe(false);
    server.script.gate = paused;
    expect(await tool.needsApproval({}, args, 'call-1')).toBe(true);
  });

  it('that throws is reported as failed, and the model is told what it threw', async () => {
    const { server, tool } = await guarded(async () => {
      throw new Error('the bank is closed');
    });
    expect(await tool.invoke({}, JSON.stringify(args), details)).toBe('release_payment failed: the bank is closed');
    expect(server.callsOf('report')[0]?.body).toMatchObject({ result: { status: 'failed' } });
  });

  it('whose error the host has hidden is in doubt, not done', async () => {
    const { server, tool } = await guarded(async () => 'An error occurred while running the tool. Please try again.');
    expect(await tool.invoke({}, JSON.stringify(args), details)).toContain('Do not retry it');
    expect(server.callsOf('report')[0]?.body).toMatchObject({ result: { status: 'unknown' } });
  });

  it('ends the host’s run when control is gone', async () => {
    const { server, tool } = await guarded(async () => 'paid');
    server.takeOver();
    expect(await thrownBy(tool.invoke({}, JSON.stringify(args), details))).toBeInstanceOf(Fenced);
  });

  it('is not carried out without an id, nor with an input that is no JSON', async () => {
    const invoke = vi.fn();
    const { tool } = await guarded(invoke);
    expect(await thrownBy(tool.invoke({}, JSON.stringify(args)))).toBeInstanceOf(TypeError);
    expect(await tool.invoke({}, '{"amount":', details)).toContain('was not carried out');
    expect(invoke).not.toHaveBeenCalled();
  });
});

it('leaves hosted tools as they are', async () => {
  const { belay } = await world();
  const hosted = { type: 'hosted_tool', name: 'web_search' };
  expect(guard(await belay.start(payment), [hosted])).toEqual([hosted]);
});

it('shows the model the instructions of the person who gave control back, and nothing when nobody did', async () => {
  const { server, belay } = await world();
  const modelData = { input: [{ type: 'message' }] };
  expect(runOptions(await belay.start(payment)).callModelInputFilter({ modelData })).toBe(modelData);
  server.giveBack('Pay 100 only.');
  const { input } = runOptions(await belay.start(payment)).callModelInputFilter({ modelData });
  expect(input[1]).toMatchObject({ role: 'user', content: expect.stringContaining('Pay 100 only.') });
});

it('resume answers for guarded tools alone: what another tool asks of its user stays the host’s question', async () => {
  const { tool } = await guarded(async () => 'paid');
  const own = { ...tool, name: 'delete_account', needsApproval: async () => true };
  const agent = { tools: [{ ...tool }, own] };
  const ours = { name: 'release_payment', agent };
  const others = [
    { name: 'delete_account', agent },
    // The same name at another agent, which has it without Belay.
    { name: 'release_payment', agent: { tools: [{ ...own, name: 'release_payment' }] } },
    { name: 'release_payment', agent: {} },
    { agent },
  ];
  const approve = vi.fn();
  const state = { getInterruptions: () => [...others, ours], approve };
  expect(resume(state)).toBe(state);
  expect(approve.mock.calls).toEqual([[ours]]);
});
