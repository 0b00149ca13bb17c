/**
 * Vercel AI SDK 7: `generateText({ model, messages, ...guard(run, tools) })`.
 * The tools' `execute` is where the gate decides; `toolApproval` only lets the call return, so that the process can end
 * while people decide; `prepareStep` brings their instructions; `abortSignal` ends the work when control is gone;
 * `onLanguageModelCallEnd` tells what the model used.
 */
import type { JsonObject } from '@belay/protocol';
import { createToolCalls, type GuardedRun, type GuardOptions, instructionsText, type ToolCalls } from './tool-call.ts';
import { reportUsage, type Usage } from './usage.ts';

/** As much of `ai`'s types as is used here, so that nobody needs the package to build. */
type ExecuteOptions = { toolCallId: string; abortSignal?: AbortSignal | undefined };
type ModelOutput = { type: string; value?: unknown };
type ToModelOutput = (options: { toolCallId: string; input: unknown; output: unknown }) => unknown;
type HostTool = { execute?: unknown; toModelOutput?: unknown };
type Execute = (input: unknown, options: ExecuteOptions) => unknown;
type ApprovalStatus = undefined | { type: 'user-approval'; reason: string } | { type: 'denied'; reason: string };
type Message = { role: string; content: unknown };
type Part = { type: string; approvalId: string; isAutomatic?: boolean; reason?: string };

export type Guarded<T> = {
  tools: T;
  toolApproval: (options: {
    toolCall: { toolCallId: string; toolName: string; input?: unknown };
  }) => Promise<ApprovalStatus>;
  prepareStep: <M>(options: { messages: M[]; stepNumber: number }) => { messages: M[] } | undefined;
  onLanguageModelCallEnd: (event: { usage: Usage }) => void;
  abortSignal: AbortSignal;
};

/** How the reason of each request begins that Belay makes: the host keeps it in the messages. */
const askedOfPeople = 'Belay asks people: ';

/** A tool that streams gives its last output. */
const lastOf = async (output: unknown): Promise<unknown> => {
  const given = await output;
  if (typeof given !== 'object' || given === null || !(Symbol.asyncIterator in given)) return given;
  let last: unknown;
  for await (const part of given as AsyncIterable<unknown>) last = part;
  return last;
};

const outputFor = async (tool: HostTool, options: Parameters<ToModelOutput>[0]): Promise<ModelOutput> => {
  if (tool.toModelOutput !== undefined) return (await (tool.toModelOutput as ToModelOutput)(options)) as ModelOutput;
  const { output } = options;
  return typeof output === 'string' ? { type: 'text', value: output } : { type: 'json', value: output ?? null };
};

/** The tool's own output stays what it is for the application; only what the model reads gets the note. */
const noted = (output: ModelOutput, note: string): ModelOutput => {
  if (output.type === 'content' && Array.isArray(output.value))
    return { type: 'content', value: [...output.value, { type: 'text', text: note }] };
  const text = typeof output.value === 'string' ? output.value : JSON.stringify(output.value ?? null);
  return { ...output, type: 'text', value: `${text}\n${note}` };
};

const guardTool = <T extends HostTool>(calls: ToolCalls, name: string, tool: T): T => {
  if (typeof tool.execute !== 'function') return tool;
  const execute = tool.execute as Execute;
  const notes = new Map<string, string>();
  return {
    ...tool,
    execute: async (input: unknown, options: ExecuteOptions) => {
      const call = { tool: name, id: options.toolCallId, arguments: input, signal: options.abortSignal };
      const done = await calls.carryOut(call, (step) =>
        lastOf(execute.call(tool, step.arguments, { ...options, abortSignal: step.signal })),
      );
      if (done.kind === 'refused') throw new Error(done.toModel, { cause: done.because });
      if (done.note !== null) notes.set(options.toolCallId, done.note);
      return done.value;
    },
    toModelOutput: async (options: Parameters<ToModelOutput>[0]) => {
      const note = notes.get(options.toolCallId);
      const output = await outputFor(tool, options);
      return note === undefined ? output : noted(output, note);
    },
  };
};

/**
 * Puts `tools` under the gate of `run`. Spread it into generateText, streamText, or a ToolLoopAgent (there, give
 * `abortSignal` to `generate`). Tools without `execute` run elsewhere: there is nothing here that could stop them.
 */
export const guard = <T extends { [name: string]: HostTool }>(
  run: GuardedRun,
  tools: T,
  options: GuardOptions = {},
): Guarded<T> => {
  const calls = createToolCalls(run, options);
  const guarded = Object.entries(tools).map(([name, tool]) => [name, guardTool(calls, name, tool)]);
  return {
    tools: Object.fromEntries(guarded) as T,
    async toolApproval({ toolCall }) {
      // Another tool that the host has put beside them: Belay neither asks about it nor answers for it.
      if (!Object.hasOwn(tools, toolCall.toolName)) return undefined;
      const call = { tool: toolCall.toolName, id: toolCall.toolCallId, arguments: toolCall.input as JsonObject };
      const prospect = await calls.ask(call);
      if (prospect.kind === 'refused') return { type: 'denied', reason: prospect.toModel };
      if (prospect.kind === 'wait')
        return { type: 'user-approval', reason: `${askedOfPeople}${prospect.because} ${prospect.url}` };
      return undefined;
    },
    prepareStep: <M>({ messages, stepNumber }: { messages: M[]; stepNumber: number }) => {
      run.signal.throwIfAborted();
      if (stepNumber > 0 || run.instructions === null) return undefined;
      return { messages: [...messages, { role: 'user', content: instructionsText(run.instructions) } as M] };
    },
    onLanguageModelCallEnd: ({ usage }) => reportUsage(run, usage),
    abortSignal: run.signal,
  };
};

const partsOf = (messages: Message[], type: string): Part[] =>
  messages
    .flatMap(({ content }) => (Array.isArray(content) ? (content as Part[]) : []))
    .filter((part) => part.type === type && part.isAutomatic !== true);

/**
 * The saved messages, with an answer to each call that paused for Belay: `generateText({ messages: resume(saved),
 * ...guard(run, tools) })`. It lets the execution start; what people decided is what the gate says there. Requests of the
 * host's own stay open. The host reads answers from the last message alone: give yours first, then call `resume`.
 */
export const resume = <M>(messages: M[]): M[] => {
  const known = messages as unknown as Message[];
  const answered = new Set(partsOf(known, 'tool-approval-response').map(({ approvalId }) => approvalId));
  const open = partsOf(known, 'tool-approval-request').filter(
    ({ approvalId, reason }) => !answered.has(approvalId) && reason?.startsWith(askedOfPeople),
  );
  if (open.length === 0) return messages;
  const content = open.map(({ approvalId }) => ({ type: 'tool-approval-response', approvalId, approved: true }));
  const last = known.at(-1);
  if (last?.role !== 'tool' || partsOf([last], 'tool-approval-response').length === 0)
    return [...messages, { role: 'tool', content } as M];
  return [...messages.slice(0, -1), { ...last, content: [...(last.content as object[]), ...content] } as M];
};
