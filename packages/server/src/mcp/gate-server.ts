/**
 * Belay as an MCP server: tools to ask the gate, report, ask for a person and wait. Both protocol eras, over stdio and
 * Streamable HTTP. What waits for people is a task where the client takes one, an address to open where it can, and a
 * ticket everywhere else. What a client answers to a question is never a decision: the gate is asked again.
 */
import { createMcpHandler, inputRequired, type Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { type AgentApi, agentApi } from './agent-api.ts';
import { gateTasks, waitingTask } from './gate-tasks.ts';
import * as tools from './gate-tools.ts';
import { isObject } from './json-rpc.ts';
import type { Era } from './task-wire.ts';
import { capabilitiesOf, type Tool, type ToolContext, tool, toolServer } from './tool-server.ts';

const longestWaitS = 50;
const defaultWaitS = 20;

const run = z.string().describe('The handle of the run, from belay_start or belay_wait.');
const key = z
  .string()
  .min(1)
  .max(200)
  .describe('Your stable name for this one intended effect. The same key never runs twice.');
const object = z.record(z.string(), z.json());

/** The client is asked to open the address for its person; it calls again, and the gate is asked again. */
const opensAddresses = ({ ctx }: ToolContext): boolean => {
  const { elicitation } = capabilitiesOf(ctx);
  return isObject(elicitation) && isObject(elicitation.url);
};

/** What was found to wait, as a task for a client that takes one; null for another client. */
const asTask = (told: tools.Told, handle: string, name: string | null, { tasks }: ToolContext) => {
  const waits = told.data.state === 'waiting' ? tools.handleOf(handle) : null;
  return tasks && waits !== null ? { task: waitingTask({ ...waits, key: name }, told, Date.now()) } : null;
};

/** The piece of work: begin it, ask about it, wait, end it. */
const workTools = (api: AgentApi): Record<string, Tool> => ({
  belay_start: tool({
    description:
      'Begin a piece of work, or take it up again with the same key. Gives the handle of the run. Call it first.',
    input: z.object({
      control: z.string().describe('Name of the control this work is done under.'),
      subject: object.describe('What the work is about, e.g. {"invoiceId": "I-7"}.'),
      key: z.string().min(1).max(200).optional().describe('The same key takes up the same run.'),
      onBehalfOf: z.string().max(200).optional().describe('The person for whom you work.'),
    }),
    run: async ({ control, subject, key: name, onBehalfOf }) =>
      tools.resultOf(
        await tools.start(api, {
          control,
          subject,
          ...(name === undefined ? {} : { key: name }),
          ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
        }),
      ),
  }),
  belay_escalate: tool({
    description: 'Ask for a person when you need help or are not sure that you may go on.',
    input: z.object({
      run,
      question: z.string().min(1).max(20_000),
      options: z.array(z.string().max(500)).max(20).optional().describe('Answers you would accept.'),
    }),
    task: 'optional',
    run: async ({ run: handle, question, options = [] }, context) => {
      const told = await tools.escalate(api, handle, question, options);
      return asTask(told, handle, null, context) ?? tools.resultOf(told);
    },
  }),
  belay_wait: tool({
    description:
      'Wait for a person. When they had taken over and gave control back, gives the new handle and what they said.',
    input: z.object({
      run,
      key: key.optional(),
      seconds: z.number().min(1).max(longestWaitS).optional().describe(`At most. Default ${defaultWaitS}.`),
    }),
    task: 'optional',
    run: async ({ run: handle, key: name, seconds = defaultWaitS }, context) => {
      const told = await tools.wait(api, handle, name, context.tasks ? 0 : seconds);
      return asTask(told, handle, name ?? null, context) ?? tools.resultOf(told);
    },
  }),
  belay_finish: tool({
    description: 'Say that the work is done.',
    input: z.object({ run, outcome: z.json().optional() }),
    run: async ({ run: handle, outcome = null }) => tools.resultOf(await tools.finish(api, handle, outcome)),
  }),
});

/** Its steps: ask before each, say what became of it. */
const stepTools = (api: AgentApi): Record<string, Tool> => ({
  belay_gate: tool({
    description:
      'Ask before each step with an effect. Carry it out only when the answer says so, with exactly its arguments.',
    input: z.object({
      run,
      step: z.string().describe('Name of the step in the control.'),
      key,
      arguments: object.describe('Exactly what you will carry it out with.'),
      facts: object.optional().describe('Facts that you claim.'),
      words: z.string().max(20_000).optional().describe('Why, in your words. Shown to people.'),
    }),
    task: 'optional',
    run: async ({ run: handle, facts, words, ...asked }, context) => {
      const more = { ...(facts === undefined ? {} : { facts }), ...(words === undefined ? {} : { words }) };
      const answered = context.ctx.mcpReq.inputResponses !== undefined;
      if (answered) await tools.wait(api, handle, asked.key, defaultWaitS);
      const told = await tools.gate(api, handle, { ...asked, ...more });
      const task = asTask(told, handle, asked.key, context);
      if (task !== null) return task;
      if (told.url === undefined || answered || !opensAddresses(context)) return tools.resultOf(told);
      return inputRequired({
        inputRequests: { decision: inputRequired.elicitUrl({ message: told.text, url: told.url }) },
      });
    },
  }),
  belay_report: tool({
    description: 'Say what became of a step that the gate let through. Say unknown when you cannot tell.',
    input: z.object({
      run,
      key,
      status: z.enum(['done', 'failed', 'unknown']),
      arguments: object
        .optional()
        .describe('Exactly what you carried it out with. Others than were let through put it in doubt.'),
      result: z.json().optional().describe('done: what came of it.'),
      error: z.string().max(4_000).optional().describe('failed or unknown: what happened.'),
    }),
    run: async ({ run: handle, key: name, status, arguments: args, result = null, error = 'No reason was given.' }) =>
      tools.resultOf(
        await tools.report(api, handle, name, status === 'done' ? { status, value: result } : { status, error }, args),
      ),
  }),
});

const createServer = (version: string, era: Era, api: AgentApi): Server =>
  toolServer({ name: 'belay', version }, era, { ...workTools(api), ...stepTools(api) }, gateTasks(api, Date.now));

export type GateHttp = (request: Request) => Promise<Response>;

/** The gate server under an address of Belay itself; who calls is told by the agent's API key. */
export const gateHttp = (
  url: string,
  version: string,
  send: (request: Request) => Response | Promise<Response>,
): GateHttp => {
  const handler = createMcpHandler(({ era, requestInfo }) => {
    const authorization = requestInfo?.headers.get('authorization') ?? '';
    return createServer(version, era, agentApi(url, authorization, send));
  });
  return async (request) => {
    if (/^Bearer \S/i.test(request.headers.get('authorization') ?? '')) return handler.fetch(request);
    const headers = { 'www-authenticate': 'Bearer realm="belay"', 'content-type': 'application/json' };
    const error = { code: -32001, message: 'Send the API key of an agent: Authorization: Bearer KEY.' };
    return new Response(JSON.stringify({ jsonrpc: '2.0', id: null, error }), { status: 401, headers });
  };
};

/** The gate server over this process's standard input and output, for an agent on this machine. */
export const gateStdio = (url: string, key: string, version: string): { close(): Promise<void> } =>
  serveStdio(({ era }) =>
    createServer(
      version,
      era,
      agentApi(url, `Bearer ${key}`, (request) => fetch(request)),
    ),
  );
