// What the official suite expects of a server with tasks, on the gate server's own machinery: tools that take their time,
// fail, or ask first, and what became of each.
import { inputRequired, ProtocolError } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { tool } from '../../packages/server/dist/mcp/tool-server.js';
import { codec, tools as expected } from './fixture-tools.mjs';

const text = (said) => ({ content: [{ type: 'text', text: said }] });
const form = (name, type) => ({ type: 'object', properties: { [name]: { type } }, required: [name] });
const ask = (message, name, type) => inputRequired.elicit({ message, requestedSchema: form(name, type) });

/** taskId: what it is and how it ends, until this process does. */
const kept = new Map();
const now = () => new Date().toISOString();

/** `end(answers)`: what becomes of it once every question is answered and `ms` have passed. */
const begin = (end, { ms = 0, asks = {} } = {}) => {
  const task = { taskId: `t${kept.size + 1}`, createdAt: now(), lastUpdatedAt: now(), pollIntervalMs: 100 };
  const job = { task, asks: new Map(Object.entries(asks)), answers: {}, over: null };
  const finish = async () => {
    if (job.asks.size > 0 || job.over !== null) return;
    job.over = await end(job.answers);
    job.task.lastUpdatedAt = now();
  };
  job.timer = setTimeout(() => (job.timer = void finish()), ms);
  job.answered = () => job.timer === undefined && finish();
  kept.set(task.taskId, job);
  return { task: shown(job) };
};
const shown = ({ task, asks, over }) => {
  if (over !== null) return { ...task, ...over };
  if (asks.size === 0) return { ...task, status: 'working' };
  return { ...task, status: 'input_required', inputRequests: Object.fromEntries(asks) };
};
const done = (said, more = {}) => ({ status: 'completed', result: { ...text(said), ...more } });

export const tasks = {
  get: async (taskId) => (kept.has(taskId) ? shown(kept.get(taskId)) : null),
  async update(taskId, answers) {
    const job = kept.get(taskId);
    for (const [key, answer] of Object.entries(answers)) if (job?.asks.delete(key)) job.answers[key] = answer;
    await job?.answered();
    return job !== undefined;
  },
  async cancel(taskId) {
    const job = kept.get(taskId);
    clearTimeout(job?.timer);
    if (job?.over === null) job.over = { status: 'cancelled' };
    return job !== undefined;
  },
  changed: () => new Promise((resolve) => setTimeout(resolve, 50)),
};

const sure = () => ask('Really?', 'confirm', 'boolean');
const name = () => ask('What is your name?', 'name', 'string');
export const taskTools = {
  slow_compute: tool({
    description: 'Takes as long as it is told.',
    input: z.object({ seconds: z.number(), label: z.string().optional() }),
    task: 'optional',
    run: async ({ seconds, label = '' }, { tasks: taken }) =>
      taken ? begin(() => done(`Computed ${label}.`), { ms: seconds * 1000 }) : text(`Computed ${label}.`),
  }),
  failing_job: tool({
    description: 'Always fails.',
    input: z.object({}),
    task: 'required',
    run: async () => begin(() => done('It failed.', { isError: true }), { ms: 500 }),
  }),
  protocol_error_job: tool({
    description: 'Breaks.',
    input: z.object({}),
    task: 'required',
    run: async () => begin(() => ({ status: 'failed', error: { code: -32603, message: 'It broke.' } })),
  }),
  confirm_delete: tool({
    description: 'Asks before it deletes.',
    input: z.object({ filename: z.string() }),
    task: 'required',
    run: async ({ filename }) => begin(() => done(`Deleted ${filename}.`), { asks: { sure: sure() } }),
  }),
  multi_input: tool({
    description: 'Asks two things at once.',
    input: z.object({}),
    task: 'required',
    run: async () => begin(() => done('Both are answered.'), { asks: { name: name(), sure: sure() } }),
  }),
  test_tool_with_task: tool({
    description: 'Asks first, and goes on as a task.',
    input: z.object({}),
    task: 'required',
    run: async (_args, { ctx }) => {
      const given = ctx.mcpReq.inputResponses?.user_name;
      if (given === undefined) return inputRequired({ inputRequests: { user_name: name() } });
      return begin(() => done(`Hello, ${given.content.name}!`));
    },
  }),
  greet: tool({
    description: 'Greets.',
    input: z.object({ name: z.string() }),
    run: async ({ name: who }) => text(`Hello, ${who}!`),
  }),
};

/** A state that this server did not seal ends the call, before the tool sees it. */
const unsealed = async (ctx) => {
  const given = ctx.mcpReq.requestState();
  if (given === undefined) return ctx;
  const state = await codec.verify(given, ctx).catch(() => {
    throw new ProtocolError(-32602, 'Invalid or expired requestState');
  });
  return { ...ctx, mcpReq: { ...ctx.mcpReq, requestState: () => state } };
};
export const askingTools = Object.fromEntries(
  Object.entries(expected)
    .filter(([name]) => name.startsWith('test_input_required_result'))
    .map(([name, [run]]) => [
      name,
      tool({
        description: `What ${name} shows.`,
        input: z.object({}),
        run: async (args, { ctx }) => run(args, await unsealed(ctx)),
      }),
    ]),
);
