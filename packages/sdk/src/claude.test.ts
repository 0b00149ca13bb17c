import { describe, expect, it } from 'vitest';
import { guard, resume } from './claude.ts';
import { Fenced } from './errors.ts';
import { continued, done, forbidden, paused } from './scripted-belay.testing.ts';
import { eventually } from './test-clock.testing.ts';
import { payment, thrownBy, world } from './world.testing.ts';

const args = { invoiceId: 'i-1', amount: '499.99' };
type Fire = (input: object, id: undefined, options: { signal: AbortSignal }) => Promise<Record<string, unknown>>;
type Hooks = { [event: string]: { hooks: Fire[]; matcher?: string; onFailure?: string }[] };

const call = { tool_name: 'mcp__bank__release_payment', tool_use_id: 'toolu_1', tool_input: args };

const guarded = async (more: Parameters<typeof guard>[2] = {}, options: object = {}) => {
  const opened = await world();
  const run = await opened.belay.start(payment);
  const set = guard(run, options, more);
  const hooks = set.hooks as unknown as Hooks;
  const fire = async (event: string, input: object = call) => {
    const last = hooks[event]?.at(-1)?.hooks[0];
    if (last === undefined) throw new Error(`no hook for ${event}`);
    return last({ hook_event_name: event, ...input }, undefined, { signal: new AbortController().signal });
  };
  return { ...opened, run, set, hooks, fire };
};

const decision = (more: object) => ({ hookSpecificOutput: expect.objectContaining(more) });

describe('a tool call', () => {
  it('is let through with the permitted arguments, and reported when the host says how it ended', async () => {
    const { server, fire } = await guarded();
    const edited = { ...args, amount: '100.00' };
    server.script.gate = (asked) => continued(asked, { arguments: edited });
    expect(await fire('PreToolUse')).toEqual(decision({ permissionDecision: 'allow', updatedInput: edited }));
    expect(server.callsOf('report')).toEqual([]);
    expect(await fire('PostToolUse', { ...call, tool_response: 'paid' })).toEqual(
      decision({ additionalContext: expect.stringContaining('A person changed the arguments') }),
    );
    expect(server.callsOf('gate')[0]?.body).toMatchObject({ step: 'release-payment', key: 'toolu_1', redeem: true });
    expect(server.callsOf('report')[0]?.body).toMatchObject({ key: 'toolu_1', result: { value: 'paid' } });
  });

  it('is deferred while people have to decide', async () => {
    const { server, fire } = await guarded();
    server.script.gate = paused;
    expect(await fire('PreToolUse')).toEqual(
      decision({ permissionDecision: 'defer', permissionDecisionReason: expect.stringContaining('Above the limit.') }),
    );
  });

  it('is denied with the refusal, and with the record when it was carried out before', async () => {
    const { server, fire } = await guarded();
    server.script.gate = forbidden;
    const refused = { permissionDecisionReason: 'release-payment was refused and must not be retried.' };
    expect(await fire('PreToolUse')).toEqual(decision({ permissionDecision: 'deny', ...refused }));
    server.script.gate = (asked) => done(asked, { paid: 1 });
    const recorded = { permissionDecisionReason: expect.stringMatching(/^\{"paid":1\}\n.*Do not retry it/) };
    expect(await fire('PreToolUse')).toEqual(decision({ permissionDecision: 'deny', ...recorded }));
  });

  it('is denied when nobody can be asked', async () => {
    const { server, fire } = await guarded();
    await server.close();
    server.script.gate = () => ({ raw: { status: 204 } });
    expect(await fire('PreToolUse')).toEqual(
      decision({ permissionDecision: 'deny', permissionDecisionReason: expect.stringContaining('could not be asked') }),
    );
    await server.open(Number(new URL(server.url).port)).catch(() => {});
  });

  it.each([
    ['PostToolUseFailure', { error: 'the bank is closed' }, 'failed'],
    ['PostToolUseFailure', { error: 'cut off', is_interrupt: true }, 'unknown'],
    ['PermissionDenied', {}, 'failed'],
  ])('that ends in %s %o is reported as %s', async (event, how, status) => {
    const { server, fire } = await guarded();
    await fire('PreToolUse');
    await fire(event, { ...call, ...how });
    expect(server.callsOf('report')[0]?.body).toMatchObject({ result: { status } });
  });

  it('that the query leaves behind is in doubt', async () => {
    const { server, set, fire } = await guarded();
    await fire('PreToolUse');
    set.abortController.abort();
    await eventually('it is reported', () => server.callsOf('report').length === 1);
    expect(server.callsOf('report')[0]?.body).toMatchObject({ result: { status: 'unknown' } });
  });

  it('that nobody let through is not reported', async () => {
    const { server, fire } = await guarded();
    expect(await fire('PostToolUse', { ...call, tool_response: 'read' })).toEqual({});
    expect(server.callsOf('report')).toEqual([]);
  });
});

describe('the hooks', () => {
  it('block when they fail, stand beside those of the application, and match what they are told to', async () => {
    const own = { hooks: [async () => ({})] };
    const { hooks } = await guarded({ matcher: 'mcp__bank__.*' }, { hooks: { PreToolUse: [own], Stop: [own] } });
    expect(hooks.PreToolUse).toMatchObject([own, { matcher: 'mcp__bank__.*', onFailure: 'block' }]);
    expect(hooks.Stop).toEqual([own]);
    expect(hooks.UserPromptSubmit?.[0]).not.toHaveProperty('matcher');
  });

  it('throw what they do not understand: the host blocks', async () => {
    const { fire } = await guarded();
    expect(await thrownBy(fire('PreToolUse', { ...call, tool_input: 'pay' }))).toMatchObject({
      code: 'invalid_request',
    });
  });

  it('give the model the instructions of the person who gave control back, once', async () => {
    const { server, belay } = await world();
    server.giveBack('Pay 100 only.');
    const { hooks } = guard(await belay.start(payment), { hooks: {} });
    const [prompt] = (hooks as unknown as Hooks).UserPromptSubmit ?? [];
    const ask = () => prompt?.hooks[0]?.({}, undefined, { signal: new AbortController().signal });
    expect(await ask()).toEqual(decision({ additionalContext: expect.stringContaining('Pay 100 only.') }));
    expect(await ask()).toEqual({});
  });

  it('end the query when control is gone', async () => {
    const { server, set, fire } = await guarded();
    server.takeOver();
    expect(await fire('PreToolUse')).toMatchObject({ continue: false });
    expect(set.abortController.signal.reason).toBeInstanceOf(Fenced);
    expect(await fire('UserPromptSubmit', {})).toMatchObject({ continue: false });
  });
});

describe('going on with a session that paused', () => {
  type Message = { type: string; state?: string; terminal_reason?: string };
  const unavailable = { type: 'result', terminal_reason: 'tool_deferred_unavailable' };

  /** A host that tries the deferred call when it starts, and again when the first turn comes. */
  const host = (first: Message[], status: () => { name: string; status: string }[]) => {
    const asked: string[] = [];
    const query = ({ prompt }: { prompt: AsyncIterable<{ message: { content: string } }> }) => ({
      mcpServerStatus: async () => status(),
      async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
        yield* first;
        for await (const { message } of prompt) {
          asked.push(message.content);
          yield { type: 'result', terminal_reason: 'completed' };
        }
      },
    });
    return { asked, query };
  };
  const options = { mcpServers: { bank: {} } };
  const resultsOf = async (query: Parameters<typeof resume>[0]) => {
    const messages: Message[] = [];
    for await (const message of resume(query, { prompt: 'Go on.', options })) messages.push(message as Message);
    return messages.filter(({ type }) => type === 'result').map(({ terminal_reason }) => terminal_reason);
  };

  it('begins the turn after the host’s first try, and when the servers are there', async () => {
    let looked = 0;
    const { asked, query } = host([{ type: 'command_lifecycle', state: 'started' }, unavailable], () => [
      { name: 'bank', status: ++looked < 3 ? 'pending' : 'connected' },
    ]);
    expect(await resultsOf(query as never)).toEqual(['completed']);
    expect(asked).toEqual(['Go on.']);
    expect(looked).toBe(3);
  });

  it('asks nothing more when the call was carried out, or has paused again', async () => {
    const again = { type: 'result', terminal_reason: 'tool_deferred' };
    const { asked, query } = host([{ type: 'command_lifecycle', state: 'started' }, again], () => [
      { name: 'bank', status: 'connected' },
    ]);
    expect(await resultsOf(query as never)).toEqual(['tool_deferred']);
    expect(asked).toEqual([]);
  });

  it('begins the turn when there is nothing that was deferred', async () => {
    const { asked, query } = host([], () => [{ name: 'bank', status: 'failed' }]);
    expect(await resultsOf(query as never)).toEqual(['completed']);
    expect(asked).toEqual(['Go on.']);
  });
});
