/**
 * LangChain and LangGraph 1.x: `createAgent({ model, tools, middleware: [belayMiddleware(run)], checkpointer })`.
 * `wrapToolCall` asks, interrupts when people have to decide (the checkpoint outlives the process), and gates inside the
 * tool's execution. A node runs anew after an interrupt: that is why the call's id, not the attempt, names the step.
 */
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { interrupt } from '@langchain/langgraph';
import { type AgentMiddleware, createMiddleware } from 'langchain';
import { createToolCalls, type GuardedRun, type GuardOptions, instructionsText } from './tool-call.ts';
import { reportUsage } from './usage.ts';

type HostTool = { invoke: (input: unknown, config?: object) => unknown };
type HostCall = { id?: string; name: string; args: unknown };
type ToolRequest = { toolCall: HostCall; tool?: HostTool; runtime?: { signal?: AbortSignal } };
type ModelRequest = { messages: unknown[] };
type HostUsage = { input_tokens?: number; output_tokens?: number };
type Handler<R> = (request: R) => Promise<unknown>;

/** A tool that answered with an error message of its own: reported as failed, given to the model as it is. */
class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly answer: ToolMessage;

  constructor(answer: ToolMessage) {
    super(typeof answer.content === 'string' ? answer.content : JSON.stringify(answer.content));
    this.answer = answer;
  }
}

/** The same tool, ended as soon as control is gone. */
const under = (tool: HostTool | undefined, signal: AbortSignal): HostTool | undefined =>
  tool &&
  Object.create(tool, {
    invoke: { value: (input: unknown, config?: object) => tool.invoke(input, { ...config, signal }) },
  });

const noted = (content: unknown, note: string | null): unknown => {
  if (Array.isArray(content)) return note === null ? content : [...content, { type: 'text', text: note }];
  const text = typeof content === 'string' ? content : JSON.stringify(content ?? null);
  return note === null ? text : `${text}\n${note}`;
};

/** Puts the tools of an agent under the gate of `run`. `invoke(null, config)` takes an interrupted thread up again. */
export const belayMiddleware = (run: GuardedRun, options: GuardOptions = {}): AgentMiddleware => {
  const calls = createToolCalls(run, options);

  const wrapToolCall = async (request: ToolRequest, handler: Handler<ToolRequest>): Promise<unknown> => {
    const { toolCall, tool, runtime } = request;
    const { id, name, args } = toolCall;
    if (id === undefined)
      throw new TypeError(`The call of ${name} has no id, so nothing can keep it from running twice.`);
    const call = { tool: name, id, arguments: args, signal: runtime?.signal };
    const say = (content: unknown, status: 'success' | 'error', more: { artifact?: unknown } = {}): ToolMessage =>
      new ToolMessage({ ...more, content, tool_call_id: id, name, status });

    const prospect = await calls.ask(call);
    if (prospect.kind === 'refused') return say(prospect.toModel, 'error');
    if (prospect.kind === 'wait') interrupt({ belay: { tool: name, because: prospect.because, url: prospect.url } });
    let answer: unknown;
    try {
      const done = await calls.carryOut(call, async (step) => {
        const carried = under(tool, step.signal);
        answer = await handler({
          ...request,
          toolCall: { ...toolCall, args: step.arguments },
          ...(carried === undefined ? {} : { tool: carried }),
        });
        if (!ToolMessage.isInstance(answer)) return null;
        if (answer.status === 'error') throw new ToolError(answer);
        return answer.content;
      });
      if (done.kind === 'refused') return say(done.toModel, 'error');
      if (answer !== undefined && !ToolMessage.isInstance(answer)) return answer;
      return say(noted(done.value, done.note), 'success', { artifact: answer?.artifact });
    } catch (error) {
      if (error instanceof ToolError) return error.answer;
      throw error;
    }
  };

  const wrapModelCall = async (request: ModelRequest, handler: Handler<ModelRequest>): Promise<unknown> => {
    run.signal.throwIfAborted();
    const told = run.instructions === null ? [] : [new HumanMessage(instructionsText(run.instructions))];
    const answer = await handler({ ...request, messages: [...request.messages, ...told] });
    const { usage_metadata: usage } = (answer ?? {}) as { usage_metadata?: HostUsage };
    reportUsage(run, { inputTokens: usage?.input_tokens, outputTokens: usage?.output_tokens });
    return answer;
  };

  return createMiddleware({ name: 'belay', wrapToolCall, wrapModelCall });
};
