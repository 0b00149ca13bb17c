/**
 * Claude Agent SDK 0.3: `query({ prompt, options: guard(run, options) })`.
 * The hook before each tool is where the gate decides; a hook that fails blocks. When people have to decide, the call is
 * deferred: the query ends, the session is on the disk, and `resume` fires the hook anew for the same call.
 */
import { counted } from './claude-usage.ts';
import { systemClock } from './clock.ts';
import { InDoubt, Paused } from './errors.ts';
import {
  type CarriedOut,
  createToolCalls,
  type GuardedRun,
  type GuardOptions,
  instructionsText,
  type ToolCalls,
} from './tool-call.ts';

export { counted };

/** As much of the host's types as is used here, so that nobody needs the package to build. */
type HookInput = {
  hook_event_name: string;
  tool_name?: string;
  tool_input?: unknown;
  tool_response?: unknown;
  tool_use_id?: string;
  error?: string;
  is_interrupt?: boolean;
};
type HookOutput = {
  continue?: boolean;
  stopReason?: string;
  hookSpecificOutput?: { hookEventName: string; [more: string]: unknown };
};
type Hook = (input: never, toolUseID: string | undefined, options: { signal: AbortSignal }) => Promise<HookOutput>;
type Matcher = { matcher?: string; hooks: Hook[]; timeout?: number; onFailure?: 'continue' | 'block' };
type HostOptions = { hooks?: object; abortController?: AbortController };

export type ClaudeGuardOptions = GuardOptions & {
  /** which tools are gated, as the host matches names; default: all of them */
  matcher?: string;
};

/** A call that was let through and whose end the host has not told yet. */
type UnderWay = { carried: Promise<CarriedOut<unknown>>; end: (how: { value: unknown } | { error: Error }) => void };

/** `mcp__bank__release_payment` is the tool release_payment of the server bank. */
const bareName = (tool: string): string => tool.replace(/^mcp__.+?__/, '');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const before = (permissionDecision: 'allow' | 'deny' | 'defer', more: object): HookOutput => ({
  hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision, ...more },
});
const deny = (reason: string): HookOutput => before('deny', { permissionDecisionReason: reason });
const context = (hookEventName: string, additionalContext: string): HookOutput => ({
  hookSpecificOutput: { hookEventName, additionalContext },
});
const controlIsGone = { continue: false, stopReason: 'The agent has no longer control of this work.' } as const;

/** Whose options they are: `resume` is given nothing else. */
const runs = new WeakMap<AbortController, GuardedRun>();

const createHooks = (run: GuardedRun, calls: ToolCalls) => {
  const underWay = new Map<string, UnderWay>();
  let instructed = false;

  /** Lets the call through and keeps it open until the host tells how it ended; null: it was not let through. */
  const begin = (tool: string, id: string, args: unknown, signal: AbortSignal) => {
    let allow: (args: object) => void = () => {};
    const allowed = new Promise<object>((resolve) => {
      allow = resolve;
    });
    let end: UnderWay['end'] = () => {};
    const ended = new Promise<unknown>((resolve, reject) => {
      end = (how) => ('error' in how ? reject(how.error) : resolve(how.value));
    });
    ended.catch(() => {});
    const carried = calls.carryOut({ tool, id, arguments: args, signal, on: 'pause' }, (step) => {
      allow(step.arguments);
      return ended;
    });
    underWay.set(id, { carried, end });
    carried.catch(() => {});
    return Promise.race([allowed.then((args) => ({ args })), carried]);
  };

  /** Tells how a call ended, and waits until that is reported; null: it is none of ours. */
  const finish = async (id = '', how: Parameters<UnderWay['end']>[0]): Promise<CarriedOut<unknown> | null> => {
    const call = underWay.get(id);
    if (call === undefined) return null;
    underWay.delete(id);
    call.end(how);
    return call.carried;
  };

  return {
    async beforeTool(input: HookInput, _id: string | undefined, { signal }: { signal: AbortSignal }) {
      const { tool_name: name = '', tool_use_id: id = '', tool_input: args } = input;
      try {
        const begun = await begin(bareName(name), id, args, signal);
        if ('args' in begun) return before('allow', { updatedInput: begun.args });
        underWay.delete(id);
        return deny(begun.kind === 'refused' ? begun.toModel : `${textOf(begun.value)}\n${begun.note ?? ''}`);
      } catch (error) {
        underWay.delete(id);
        if (run.signal.aborted) return { ...deny(controlIsGone.stopReason), ...controlIsGone };
        if (error instanceof Paused)
          return before('defer', { permissionDecisionReason: `${error.message} ${error.url}` });
        throw error;
      }
    },
    async afterTool(input: HookInput): Promise<HookOutput> {
      const done = await finish(input.tool_use_id, { value: input.tool_response }).catch((error: unknown) => {
        if (run.signal.aborted) return null;
        throw error;
      });
      if (run.signal.aborted) return controlIsGone;
      return done?.kind === 'done' && done.note !== null ? context('PostToolUse', done.note) : {};
    },
    async failedTool({ tool_use_id: id, error = 'no reason given', is_interrupt: cut }: HookInput) {
      await finish(id, { error: cut === true ? new InDoubt(error) : new Error(error) }).catch(() => {});
      return run.signal.aborted ? controlIsGone : {};
    },
    /** Somebody else's rule refused it after it was let through: nothing was carried out. */
    async deniedTool({ tool_use_id: id }: HookInput): Promise<HookOutput> {
      await finish(id, { error: new Error('The host did not carry it out: a permission was denied.') }).catch(() => {});
      return {};
    },
    async beforePrompt(): Promise<HookOutput> {
      if (run.signal.aborted) return controlIsGone;
      if (run.instructions === null || instructed) return {};
      instructed = true;
      return context('UserPromptSubmit', instructionsText(run.instructions));
    },
    /** The query is over: what the host has not told will not be told. */
    over() {
      for (const id of [...underWay.keys()])
        void finish(id, { error: new InDoubt('The query ended before the tool did.') }).catch(() => {});
    },
  };
};

/** `query`'s options, with the tools under the gate of `run`. Hooks of your own are kept; a takeover aborts the query. */
export const guard = <O extends HostOptions>(run: GuardedRun, options: O, more: ClaudeGuardOptions = {}) => {
  const { matcher, ...guardOptions } = more;
  const hooks = createHooks(run, createToolCalls(run, guardOptions));
  const abortController = options.abortController ?? new AbortController();
  runs.set(abortController, run);
  const abort = (): void => abortController.abort(run.signal.reason);
  if (run.signal.aborted) abort();
  else run.signal.addEventListener('abort', abort, { once: true, signal: abortController.signal });
  abortController.signal.addEventListener('abort', hooks.over, { once: true });

  const own = (options.hooks ?? {}) as { [event: string]: Matcher[] | undefined };
  const added: { [event: string]: Matcher } = {
    PreToolUse: { hooks: [hooks.beforeTool], onFailure: 'block' },
    PostToolUse: { hooks: [hooks.afterTool] },
    PostToolUseFailure: { hooks: [hooks.failedTool] },
    PermissionDenied: { hooks: [hooks.deniedTool] },
    UserPromptSubmit: { hooks: [hooks.beforePrompt], onFailure: 'block' },
  };
  const merged = Object.entries(added).map(([event, hook]) => {
    const matched = matcher === undefined || event === 'UserPromptSubmit' ? hook : { ...hook, matcher };
    return [event, [...(own[event] ?? []), matched]] as const;
  });
  return { ...options, abortController, hooks: { ...own, ...Object.fromEntries(merged) } } as O & {
    abortController: AbortController;
    // The host's own type of hooks, whatever version it has.
    hooks: NonNullable<O['hooks']>;
  };
};

type Message = { type: string; state?: unknown; terminal_reason?: unknown };
type HostQuery<M> = AsyncIterable<M> & { mcpServerStatus(): Promise<{ name: string; status: string }[]> };
type Turn = { type: 'user'; message: { role: 'user'; content: string }; parent_tool_use_id: null };

const betweenLooksMs = 25;
/** The host itself waits no longer for a server. */
const longestConnectMs = 5_000;
/** A try that is going to be made has been announced by then. */
const announcedMs = 500;

const connected = async (query: HostQuery<Message>, names: string[]): Promise<void> => {
  for (let waited = 0; waited < longestConnectMs; waited += betweenLooksMs) {
    const status = new Map((await query.mcpServerStatus()).map((server) => [server.name, server.status]));
    if (names.every((name) => (status.get(name) ?? 'pending') !== 'pending')) return;
    await systemClock.sleep(betweenLooksMs);
  }
};

/**
 * Goes on with a session that paused: `resume(query, { prompt, options: { ...guard(run, options), resume: sessionId } })`.
 * The host tries the deferred call as soon as it starts, when MCP servers may not be connected. A prompt that it has by then
 * makes it drop the call; one that comes after that try (`tool_deferred_unavailable`) makes it try again, with its tools.
 */
export async function* resume<O extends { mcpServers?: object; abortController?: AbortController }, M extends Message>(
  query: (input: { prompt: AsyncIterable<Turn>; options: O }) => HostQuery<M>,
  { prompt, options }: { prompt: string; options: O },
): AsyncGenerator<M> {
  let begin: (turn: boolean) => void = () => {};
  const begun = new Promise<boolean>((resolve) => {
    begin = resolve;
  });
  const turn = async function* (): AsyncGenerator<Turn> {
    if (await begun) yield { type: 'user', message: { role: 'user', content: prompt }, parent_tool_use_id: null };
  };
  let tries = false;
  let tried = false;
  const going = query({ prompt: turn(), options });
  const ready = connected(going, Object.keys(options.mcpServers ?? {})).catch(() => {});
  void ready
    .then(() => systemClock.sleep(announcedMs))
    .then(() => {
      if (!tries) begin(true);
    });
  const run = options.abortController && runs.get(options.abortController);
  for await (const message of run === undefined ? going : counted(run, going, { resumed: true })) {
    if (message.type === 'command_lifecycle' && message.state === 'started') tries = true;
    if (message.type === 'result' && !tried) {
      tried = true;
      const again = message.terminal_reason === 'tool_deferred_unavailable';
      if (again) await ready;
      begin(again);
      if (again) continue;
    }
    yield message;
  }
}
