/**
 * Belay as an MCP server: tools to ask the gate, report, ask for a person and wait. Both protocol eras, over stdio and
 * Streamable HTTP. What a client answers to a question is never a decision: the gate is asked again.
 */
import { createMcpHandler, inputRequired, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';
import { type AgentApi, agentApi } from './agent-api.ts';
import * as tools from './gate-tools.ts';
import { isObject } from './json-rpc.ts';

const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
const longestWaitS = 50;
const defaultWaitS = 20;

const run = z.string().describe('The handle of the run, from belay_start or belay_wait.');
const key = z
  .string()
  .min(1)
  .max(200)
  .describe('Your stable name for this one intended effect. The same key never runs twice.');
const object = z.record(z.string(), z.json());

const resultOf = ({ text, data, isError = false }: tools.Told) => ({
  content: [{ type: 'text' as const, text }],
  _meta: { belay: data },
  ...(isError ? { isError: true } : {}),
});

/** The client is asked to open the address for its person; it calls again, and the gate is asked again. */
const opensAddresses = ({ mcpReq }: ServerContext): boolean => {
  const declared = (mcpReq.envelope as Record<string, unknown> | undefined)?.[capabilitiesKey];
  return isObject(declared) && isObject(declared.elicitation) && isObject(declared.elicitation.url);
};

/** The piece of work: begin it, ask about it, wait, end it. */
const registerWork = (server: McpServer, api: AgentApi): void => {
  server.registerTool(
    'belay_start',
    {
      description:
        'Begin a piece of work, or take it up again with the same key. Gives the handle of the run. Call it first.',
      inputSchema: z.object({
        control: z.string().describe('Name of the control this work is done under.'),
        subject: object.describe('What the work is about, e.g. {"invoiceId": "I-7"}.'),
        key: z.string().min(1).max(200).optional().describe('The same key takes up the same run.'),
        onBehalfOf: z.string().max(200).optional().describe('The person for whom you work.'),
      }),
    },
    async ({ control, subject, key: name, onBehalfOf }) =>
      resultOf(
        await tools.start(api, {
          control,
          subject,
          ...(name === undefined ? {} : { key: name }),
          ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
        }),
      ),
  );
  server.registerTool(
    'belay_escalate',
    {
      description: 'Ask for a person when you need help or are not sure that you may go on.',
      inputSchema: z.object({
        run,
        question: z.string().min(1).max(20_000),
        options: z.array(z.string().max(500)).max(20).optional().describe('Answers you would accept.'),
      }),
    },
    async ({ run: handle, question, options = [] }) => resultOf(await tools.escalate(api, handle, question, options)),
  );
  server.registerTool(
    'belay_wait',
    {
      description:
        'Wait for a person. When they had taken over and gave control back, gives the new handle and what they said.',
      inputSchema: z.object({
        run,
        key: key.optional(),
        seconds: z.number().min(1).max(longestWaitS).optional().describe(`At most. Default ${defaultWaitS}.`),
      }),
    },
    async ({ run: handle, key: name, seconds = defaultWaitS }) =>
      resultOf(await tools.wait(api, handle, name, seconds)),
  );
  server.registerTool(
    'belay_finish',
    { description: 'Say that the work is done.', inputSchema: z.object({ run, outcome: z.json().optional() }) },
    async ({ run: handle, outcome = null }) => resultOf(await tools.finish(api, handle, outcome)),
  );
};

/** Its steps: ask before each, say what became of it. */
const registerSteps = (server: McpServer, api: AgentApi): void => {
  server.registerTool(
    'belay_gate',
    {
      description:
        'Ask before each step with an effect. Carry it out only when the answer says so, with exactly its arguments.',
      inputSchema: z.object({
        run,
        step: z.string().describe('Name of the step in the control.'),
        key,
        arguments: object.describe('Exactly what you will carry it out with.'),
        facts: object.optional().describe('Facts that you claim.'),
        words: z.string().max(20_000).optional().describe('Why, in your words. Shown to people.'),
      }),
    },
    async ({ run: handle, facts, words, ...asked }, ctx) => {
      const more = { ...(facts === undefined ? {} : { facts }), ...(words === undefined ? {} : { words }) };
      const ask = (): Promise<tools.Told> => tools.gate(api, handle, { ...asked, ...more });
      if (ctx.mcpReq.inputResponses !== undefined) await tools.wait(api, handle, asked.key, defaultWaitS);
      const told = await ask();
      if (told.url === undefined || ctx.mcpReq.inputResponses !== undefined || !opensAddresses(ctx))
        return resultOf(told);
      return inputRequired({
        inputRequests: { decision: inputRequired.elicitUrl({ message: told.text, url: told.url }) },
      });
    },
  );
  server.registerTool(
    'belay_report',
    {
      description: 'Say what became of a step that the gate let through. Say unknown when you cannot tell.',
      inputSchema: z.object({
        run,
        key,
        status: z.enum(['done', 'failed', 'unknown']),
        result: z.json().optional().describe('done: what came of it.'),
        error: z.string().max(4_000).optional().describe('failed or unknown: what happened.'),
      }),
    },
    async ({ run: handle, key: name, status, result = null, error = 'No reason was given.' }) =>
      resultOf(
        await tools.report(api, handle, name, status === 'done' ? { status, value: result } : { status, error }),
      ),
  );
};

const createServer = (version: string, api: AgentApi): McpServer => {
  const server = new McpServer({ name: 'belay', version }, { capabilities: { tools: {} } });
  registerWork(server, api);
  registerSteps(server, api);
  return server;
};

export type GateHttp = (request: Request) => Promise<Response>;

/** The gate server under an address of Belay itself; who calls is told by the agent's API key. */
export const gateHttp = (
  url: string,
  version: string,
  send: (request: Request) => Response | Promise<Response>,
): GateHttp => {
  const handler = createMcpHandler(({ requestInfo }) => {
    const authorization = requestInfo?.headers.get('authorization') ?? '';
    return createServer(version, agentApi(url, authorization, send));
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
  serveStdio(() =>
    createServer(
      version,
      agentApi(url, `Bearer ${key}`, (request) => fetch(request)),
    ),
  );
