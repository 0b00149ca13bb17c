/**
 * Mastra 1.x: `new Agent({ tools: guard(run, tools) })` and `agent.generate(input, runOptions(run))`.
 * The tools' `execute` is where the gate decides; when people have to, it suspends, and Mastra's storage outlives the
 * process. `runOptions` brings their instructions and ends the work when control is gone.
 */
import { createToolCalls, type GuardedRun, type GuardOptions, instructionsText, type ToolCalls } from './tool-call.ts';
import { reportUsage, type Usage } from './usage.ts';

/** As much of the host's types as is used here, so that nobody needs the package to build. */
type Suspend = (payload: unknown, options?: unknown) => unknown;
type Within = { toolCallId?: string; suspend?: Suspend; resumeData?: unknown };
type Context = Within & { agent?: Within; abortSignal?: AbortSignal };
type Execute = (input: unknown, context?: Context) => unknown;
type HostTool = { execute?: unknown };
type SystemMessage = { role: string; content: unknown };

/** What `agent.resumeGenerate` or `resumeStream` is given: it starts the execution, and the gate is asked anew. */
export const resumeData = { belay: 'ask again' } as const;

/** A tool that suspended by its own wish: not done, not failed for good, asked about again when it goes on. */
class Suspended extends Error {
  override readonly name = 'Suspended';
}

const isOurs = (data: unknown): boolean => typeof data === 'object' && data !== null && 'belay' in data;

const withNote = (output: unknown, note: string | null): unknown =>
  note === null ? output : `${typeof output === 'string' ? output : (JSON.stringify(output) ?? '')}\n${note}`;

/** The tool does not hear of a suspension that was not its own; `asked` is told of one that is. */
const inner = (context: Context, signal: AbortSignal, asked: () => void): Context => {
  const within = <W extends Within>({ resumeData: data, suspend, ...rest }: W) => ({
    ...rest,
    ...(data === undefined || isOurs(data) ? {} : { resumeData: data }),
    ...(suspend === undefined
      ? {}
      : {
          suspend: (payload: unknown, options?: unknown) => {
            asked();
            return suspend(payload, options);
          },
        }),
  });
  const { agent, ...rest } = context;
  const outer = { ...within(rest), abortSignal: signal };
  return agent === undefined ? outer : { ...outer, agent: within(agent) };
};

const guardTool = <T extends HostTool>(calls: ToolCalls, name: string, tool: T): T => {
  if (typeof tool.execute !== 'function') return tool;
  const host = tool.execute as Execute;
  const execute = async (input: unknown, context: Context = {}): Promise<unknown> => {
    const { toolCallId: id, suspend } = context.agent ?? context;
    if (id === undefined)
      throw new TypeError(`The call of ${name} has no id, so nothing can keep it from running twice.`);
    const call = { tool: name, id, arguments: input, signal: context.abortSignal };
    const prospect = await calls.ask(call);
    if (prospect.kind === 'refused') return prospect.toModel;
    if (prospect.kind === 'wait' && suspend !== undefined)
      return suspend({ belay: { tool: name, because: prospect.because, url: prospect.url } });
    let suspended = false;
    let given: unknown;
    try {
      const done = await calls.carryOut(call, async (step) => {
        given = await host.call(
          tool,
          step.arguments,
          inner(context, step.signal, () => {
            suspended = true;
          }),
        );
        if (suspended) throw new Suspended(`${name} waits for something else than Belay.`);
        return given;
      });
      return done.kind === 'refused' ? done.toModel : withNote(done.value, done.note);
    } catch (error) {
      if (error instanceof Suspended) return given;
      throw error;
    }
  };
  return Object.assign(Object.create(Object.getPrototypeOf(tool)), tool, { execute }) as T;
};

/** Puts the tools of an agent under the gate of `run`. Tools without `execute` run elsewhere: nothing here stops them. */
export const guard = <T extends { [name: string]: HostTool }>(
  run: GuardedRun,
  tools: T,
  options: GuardOptions = {},
): T => {
  const calls = createToolCalls(run, options);
  const guarded = Object.entries(tools).map(([name, tool]) => [name, guardTool(calls, name, tool)]);
  return Object.fromEntries(guarded) as T;
};

/**
 * What `generate`, `stream` and their `resume` counterparts need besides: the end of control, the instructions, and what the
 * model used.
 */
export const runOptions = (run: GuardedRun) => ({
  abortSignal: run.signal,
  onStepFinish: ({ usage }: { usage?: Usage }): void => reportUsage(run, usage),
  prepareStep: <M extends SystemMessage>({ systemMessages }: { systemMessages: M[] }) => {
    run.signal.throwIfAborted();
    if (run.instructions === null) return undefined;
    const content = instructionsText(run.instructions);
    if (systemMessages.some((message) => message.content === content)) return undefined;
    return { systemMessages: [...systemMessages, { role: 'system' as const, content }] };
  },
});
