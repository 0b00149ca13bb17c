/**
 * An MCP server of a few tools, in both protocol eras. A tool may answer with a task: the client gets it at once and asks
 * for it later, by the tasks extension since 2026-07-28 and by `params.task` before, as far as each defines it. Nothing is
 * kept here; what became of a task, `Tasks` knows.
 */
import {
  type CallToolRequestParams,
  type CallToolResult,
  type InputRequiredResult,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { isObject } from './json-rpc.ts';
import { type Era, type Task, taskCreated, taskSeen, tasksCapability, tasksExtension } from './task-wire.ts';

export type Tasks = {
  /** null: there is no such task */
  get(taskId: string): Promise<Task | null>;
  /** what the client's user answered, by the key of the question; false: there is no such task */
  update(taskId: string, answers: { [key: string]: unknown }): Promise<boolean>;
  cancel(taskId: string): Promise<boolean>;
  /** resolves when another look may be worth it, or when the signal aborts */
  changed(taskId: string, signal: AbortSignal): Promise<void>;
};

export type ToolAnswer = CallToolResult | InputRequiredResult | { task: Task };

/** A request as a tool sees it. `tasks`: its client takes a task for an answer. */
export type ToolContext = { ctx: ServerContext; tasks: boolean };

export type Tool<A extends z.ZodObject = z.ZodObject> = {
  description: string;
  input: A;
  /** `optional`: may be a task; `required`: is refused to a client that takes none */
  task?: 'optional' | 'required';
  run(args: z.infer<A>, context: ToolContext): Promise<ToolAnswer>;
};
/** Keeps the types of the arguments, which a table of tools cannot. */
export const tool = <A extends z.ZodObject>(made: Tool<A>): Tool => made as unknown as Tool;

const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
const params = z.looseObject({ taskId: z.string() });
const terminal = new Set(['completed', 'failed', 'cancelled']);

export const capabilitiesOf = ({ mcpReq }: ServerContext): Record<string, unknown> => {
  const declared = (mcpReq.envelope as Record<string, unknown> | undefined)?.[capabilitiesKey];
  return isObject(declared) ? declared : {};
};

const takesTasks = (era: Era, request: CallToolRequestParams, ctx: ServerContext): boolean => {
  if (era === 'legacy') return request.task !== undefined;
  const { extensions } = capabilitiesOf(ctx);
  return isObject(extensions) && isObject(extensions[tasksExtension]);
};

const needsTasks = (what: string): Error =>
  new MissingRequiredClientCapabilityError(
    { requiredCapabilities: { extensions: { [tasksExtension]: {} } } },
    `${what} needs a client that declares ${tasksExtension}.`,
  );

const unknownTask = (taskId: string): Error =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task ${taskId}.`);

const failed = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });

const call = async (
  era: Era,
  tools: Record<string, Tool>,
  request: CallToolRequestParams,
  ctx: ServerContext,
): Promise<CallToolResult | InputRequiredResult> => {
  const { name, arguments: given = {} } = request;
  const asked = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (asked === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${name}.`);
  const tasks = asked.task !== undefined && takesTasks(era, request, ctx);
  if (asked.task === 'required' && !tasks) throw needsTasks(name);
  const parsed = asked.input.safeParse(given);
  if (!parsed.success) return failed(`Not done: the arguments of ${name} do not fit. ${z.prettifyError(parsed.error)}`);
  try {
    const answer = await asked.run(parsed.data, { ctx, tasks });
    return 'task' in answer ? taskCreated(era, answer.task as Task) : answer;
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    return failed(error instanceof Error ? error.message : String(error));
  }
};

/** `tasks/*` as the era has it: get, update, cancel since 2026-07-28; get and the result that is waited for before. */
const serveTasks = (server: Server, era: Era, tasks: Tasks): void => {
  const find = async (taskId: string): Promise<Task> => {
    const task = await tasks.get(taskId);
    if (task === null) throw unknownTask(taskId);
    return task;
  };
  const declared = (method: string, ctx: ServerContext): void => {
    if (era === 'modern' && !takesTasks(era, { name: '' }, ctx)) throw needsTasks(method);
  };
  server.setRequestHandler('tasks/get', { params }, async ({ taskId }, ctx) => {
    declared('tasks/get', ctx);
    return taskSeen(era, await find(taskId));
  });
  if (era === 'legacy') {
    server.setRequestHandler('tasks/result', { params }, async ({ taskId }, { mcpReq: { signal } }) => {
      let task = await find(taskId);
      while (!terminal.has(task.status) && !signal.aborted) {
        await tasks.changed(taskId, signal);
        task = await find(taskId);
      }
      if (task.status === 'failed') throw new ProtocolError(task.error.code, task.error.message);
      if (task.status !== 'completed')
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Task ${taskId} has no result.`);
      const { _meta = {}, ...result } = task.result;
      return { ...result, _meta: { ..._meta, 'io.modelcontextprotocol/related-task': { taskId } } };
    });
    return;
  }
  server.setRequestHandler('tasks/update', { params }, async ({ taskId }, ctx) => {
    declared('tasks/update', ctx);
    if (!(await tasks.update(taskId, ctx.mcpReq.inputResponses ?? {}))) throw unknownTask(taskId);
    return {};
  });
  server.setRequestHandler('tasks/cancel', { params }, async ({ taskId }, ctx) => {
    declared('tasks/cancel', ctx);
    if (!(await tasks.cancel(taskId))) throw unknownTask(taskId);
    return {};
  });
};

export const toolServer = (
  about: { name: string; version: string },
  era: Era,
  tools: Record<string, Tool>,
  tasks: Tasks,
): Server => {
  const server = new Server(about, { capabilities: { tools: {}, ...tasksCapability(era) } });
  server.setRequestHandler('tools/list', () => ({
    tools: Object.entries(tools).map(([name, { description, input, task }]) => ({
      name,
      description,
      inputSchema: z.toJSONSchema(input, { io: 'input' }) as { type: 'object' },
      ...(task === undefined ? {} : { execution: { taskSupport: task } }),
    })),
  }));
  server.setRequestHandler('tools/call', (request, ctx) => call(era, tools, request.params, ctx));
  serveTasks(server, era, tasks);
  return server;
};
