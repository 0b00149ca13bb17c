/** Asks a server for its tools, in whichever era it speaks: the handshake first, and without one when it is refused. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { JsonObject } from '@belay/protocol';
import { wireEvents } from './events.ts';
import { bodyOf, isEventStream, send } from './http-exchange.ts';
import { type Answer, answerOf, eachLine, idOf, objectOr, readLoosely } from './json-rpc.ts';
import { Mendable } from './mendable.ts';

export type Listed = { server: string; tools: JsonObject[] };

type Wire = {
  request(method: string, params: JsonObject): Promise<Answer>;
  notify(method: string): Promise<void>;
};

const client = { name: 'belay', version: '0.1.0' };
const patienceMs = 30_000;
const mostPages = 100;

const statelessMeta: JsonObject = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': client,
  'io.modelcontextprotocol/clientCapabilities': {},
};

const listOver = async (wire: Wire): Promise<Listed> => {
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: client };
  const { result: agreed } = await wire.request('initialize', hello);
  if (agreed !== undefined) await wire.notify('notifications/initialized');
  const common: JsonObject = agreed === undefined ? { _meta: statelessMeta } : {};
  const info = objectOr(agreed?.serverInfo);
  const tools: JsonObject[] = [];
  let cursor: string | undefined;
  for (let page = 0; page === 0 || (cursor !== undefined && page < mostPages); page++) {
    const { result, error } = await wire.request('tools/list', {
      ...common,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (result === undefined)
      throw new Mendable(
        `The server does not list its tools: ${error?.message ?? 'no answer'}.`,
        'Is it an MCP server, and at this address? One that asks who calls gets --header NAME=VALUE.',
      );
    tools.push(...(Array.isArray(result.tools) ? result.tools.map((tool) => objectOr(tool)) : []));
    cursor = typeof result.nextCursor === 'string' ? result.nextCursor : undefined;
  }
  return { server: typeof info.name === 'string' ? info.name : 'the server', tools };
};

export const listStdioTools = async (
  command: string,
  args: string[],
  env: Record<string, string | undefined>,
): Promise<Listed> => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const ended = once(child, 'exit').then(
    ([code]) => {
      throw new Mendable(
        `${command} ended with ${code} before it had listed its tools.`,
        'What it said itself stands above. Start it alone to see what it needs.',
      );
    },
    (error: Error) => {
      throw new Mendable(
        `${command} cannot be started: ${error.message}.`,
        'Write the command after --, as in the configuration of your MCP client.',
        error,
      );
    },
  );
  const late = AbortSignal.timeout(patienceMs);
  const tooLate = once(late, 'abort').then(() => {
    throw new Mendable(
      `${command} did not list its tools within ${patienceMs / 1_000} s.`,
      'Is it an MCP server that speaks over standard input and output? One over HTTP is read with --http.',
    );
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  const write = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  child.stdin.on('error', () => {});
  void eachLine(child.stdout, (line) => {
    const message = readLoosely(line) ?? {};
    const answer = answerOf(message, line);
    if (answer !== null) waiting.get(Number(idOf(message)))?.(answer);
  });
  const wire: Wire = {
    request: (method, params) =>
      new Promise((resolve) => {
        waiting.set(++last, resolve);
        write({ id: last, method, params });
      }),
    notify: async (method) => write({ method }),
  };
  try {
    return await Promise.race([listOver(wire), ended, tooLate]);
  } finally {
    ended.catch(() => {});
    tooLate.catch(() => {});
    child.kill('SIGTERM');
  }
};

const answerFrom = async (from: Awaited<ReturnType<typeof send>>): Promise<Answer> => {
  if (!isEventStream(from)) {
    const text = (await bodyOf(from)) ?? '';
    const error = { code: -32000, message: `status ${from.statusCode}` };
    return answerOf(readLoosely(text) ?? {}, text) ?? { text, error };
  }
  for await (const { data } of wireEvents(from)) {
    const answer = answerOf(readLoosely(data) ?? {}, data);
    if (answer !== null) return answer;
  }
  throw new Error('The stream ended before the answer.');
};

/** `own`: headers that the server asks for. */
export const listHttpTools = (url: URL, own: Record<string, string>): Promise<Listed> => {
  let session: string | undefined;
  let last = 0;
  const post = async (message: JsonObject) => {
    const stateless = objectOr(message.params)._meta !== undefined;
    const version = stateless ? '2026-07-28' : '2025-11-25';
    const headers = {
      ...own,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      ...(session === undefined ? {} : { 'mcp-session-id': session }),
      ...(stateless ? { 'mcp-method': String(message.method) } : {}),
    };
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const signal = AbortSignal.timeout(patienceMs);
    const from = await send({ url, method: 'POST', headers, body, signal }).catch((error: Error) => {
      const why = signal.aborted ? `nothing came within ${patienceMs / 1_000} s` : error.message;
      throw new Mendable(
        `${url.href} does not answer: ${why}.`,
        'Look at the address, and whether the server runs.',
        error,
      );
    });
    const given = from.headers['mcp-session-id'];
    if (typeof given === 'string') session = given;
    return from;
  };
  return listOver({
    request: async (method, params) => answerFrom(await post({ id: ++last, method, params })),
    notify: async (method) => void (await post({ method })).resume(),
  });
};
