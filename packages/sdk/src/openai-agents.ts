/**
 * OpenAI Agents SDK 0.20: `new Agent({ tools: guard(run, tools) })` and `runner.run(agent, input, runOptions(run))`.
 * The tools' `invoke` is where the gate decides; `needsApproval` only interrupts, so that the process can end while people
 * decide. Errors become text here: what the host makes of them by itself is "please try again".
 */
import { Fenced, InDoubt } from './errors.ts';
import { createToolCalls, type GuardedRun, type GuardOptions, instructionsText, type ToolCalls } from './tool-call.ts';
import { reportUsage, type Usage } from './usage.ts';

/** As much of the host's types as is used here, so that nobody needs the package to build. */
type Details = { toolCall?: { callId: string } | undefined; signal?: AbortSignal | undefined };
type Invoke = (context: unknown, input: string, details?: Details) => Promise<unknown>;
type NeedsApproval = (context: unknown, input: unknown, callId?: string) => Promise<boolean>;
type FunctionTool = { type: 'function'; name: string };
type ModelData = { input: { type?: string }[] };
type Interruption = { name?: string | undefined; agent?: { tools?: readonly object[] } };
type HostContext = { usage?: Usage };
type Agent = { on?: (event: 'agent_end', listener: (context: HostContext) => void) => unknown };

/** The host's default text for a tool that threw: it hides the error, so nobody here can know what became of the call. */
const swallowed = 'An error occurred while running the tool. Please try again.';

const textOf = (output: unknown): string => (typeof output === 'string' ? output : (JSON.stringify(output) ?? ''));

const isFunctionTool = (tool: { type?: string }): tool is FunctionTool => tool.type === 'function';

const withNote = (output: unknown, note: string | null): unknown =>
  note === null ? output : `${textOf(output)}\n${note}`;

const parsed = (input: string): unknown => {
  try {
    return JSON.parse(input);
  } catch {
    return null;
  }
};

/** How much of the usage that the host adds up has been told: it goes on in a state that was saved. */
const told = new WeakMap<Usage, Usage>();

const heard = ({ inputTokens, outputTokens }: Usage): Usage => ({ inputTokens, outputTokens });

/** Looked at wherever the host shows it: at each call of a tool, and at its end. */
const tellUsage = (run: GuardedRun, context: unknown): void => {
  const { usage } = (context ?? {}) as HostContext;
  if (usage === undefined) return;
  const before = told.get(usage) ?? {};
  told.set(usage, heard(usage));
  const since = {
    inputTokens: (usage.inputTokens ?? 0) - (before.inputTokens ?? 0),
    outputTokens: (usage.outputTokens ?? 0) - (before.outputTokens ?? 0),
  };
  reportUsage(run, since);
};

/** Whose interruptions are Belay's: a tool may be copied by its host, what it asks with stays the same. */
const asksBelay = new WeakSet<object>();

const isOurs = ({ name, agent }: Interruption): boolean =>
  (agent?.tools ?? []).some((tool) => {
    const { name: toolName, needsApproval } = tool as { name?: string; needsApproval?: object };
    return toolName === name && needsApproval !== undefined && asksBelay.has(needsApproval);
  });

/** Ends the host's run when control is gone; tells the model of everything else. */
const failed = (name: string, error: unknown, signal: AbortSignal): string => {
  if (signal.aborted) throw signal.reason;
  if (error instanceof Fenced || !(error instanceof Error)) throw error;
  return `${name} failed: ${error.message}`;
};

const guardTool = <T extends FunctionTool>(calls: ToolCalls, run: GuardedRun, tool: T): T => {
  const host = tool as unknown as { invoke: Invoke };
  const { name } = tool;
  const invoke: Invoke = async (context, input, details) => {
    tellUsage(run, context);
    const id = details?.toolCall?.callId;
    if (id === undefined)
      throw new TypeError(`The call of ${name} has no id, so nothing can keep it from running twice.`);
    const args = parsed(input);
    if (args === null) return `${name} was not carried out: its input is no JSON object.`;
    try {
      const done = await calls.carryOut({ tool: name, id, arguments: args, signal: details?.signal }, async (step) => {
        const inner = { ...details, signal: step.signal };
        const output = await host.invoke.call(tool, context, JSON.stringify(step.arguments), inner);
        if (output === swallowed) throw new InDoubt('The tool failed and its error was hidden by the host.');
        return output;
      });
      return done.kind === 'refused' ? done.toModel : withNote(done.value, done.note);
    } catch (error) {
      return failed(name, error, run.signal);
    }
  };
  const needsApproval: NeedsApproval = async (context, input, callId) => {
    tellUsage(run, context);
    if (callId === undefined) return false;
    return (await calls.ask({ tool: name, id: callId, arguments: input })).kind === 'wait';
  };
  asksBelay.add(needsApproval);
  return { ...tool, invoke, needsApproval };
};

/**
 * Puts the function tools under the gate of `run`. Give tools with effects `errorFunction: null`: then a failure is
 * reported as what it was. Hosted tools run at the provider: there is nothing here that could stop them.
 */
export const guard = <T extends { type?: string }>(run: GuardedRun, tools: T[], options: GuardOptions = {}): T[] => {
  const calls = createToolCalls(run, options);
  return tools.map((tool) => (isFunctionTool(tool) ? guardTool(calls, run, tool) : tool));
};

/** What `runner.run` needs besides: the signal that ends it when control is gone, and the instructions for the model. */
export const runOptions = (run: GuardedRun) => {
  const listening = new WeakSet<Agent>();
  return {
    signal: run.signal,
    callModelInputFilter: <D extends ModelData>({ modelData, agent }: { modelData: D; agent?: Agent }): D => {
      if (agent?.on !== undefined && !listening.has(agent)) {
        listening.add(agent);
        agent.on('agent_end', (context) => tellUsage(run, context));
      }
      if (run.instructions === null) return modelData;
      const instructed = { type: 'message', role: 'user', content: instructionsText(run.instructions) };
      return { ...modelData, input: [...modelData.input, instructed] };
    },
  };
};

/**
 * The saved state, with the interruptions of guarded tools approved: `runner.run(agent, resume(await
 * RunState.fromString(agent, saved)), runOptions(run))`. It lets the execution start; what people decided is what the gate
 * says there. An interruption of another tool stays the host's question, and interrupts again until the host answers it.
 */
export const resume = <
  I extends Interruption,
  S extends { getInterruptions(): I[]; approve(item: I): void; usage?: Usage },
>(
  state: S,
): S => {
  if (state.usage !== undefined) told.set(state.usage, heard(state.usage));
  for (const interruption of state.getInterruptions()) if (isOurs(interruption)) state.approve(interruption);
  return state;
};
