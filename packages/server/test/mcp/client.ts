/** An MCP client of a few lines, over whatever streams the server is at. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Json, JsonObject } from '@belay/protocol';

export type ToolResult = {
  text: string;
  isError: boolean;
  ticket: string;
  meta: JsonObject;
  result: JsonObject;
};

export type McpClient = {
  /** what it calls itself: the subject of its run */
  name: string;
  request(method: string, params?: JsonObject): Promise<{ result?: JsonObject; error?: JsonObject }>;
  notify(method: string, params?: JsonObject): void;
  /** a line as it stands; resolves with the next message that answers no request */
  raw(line: string): Promise<JsonObject>;
  /** a tool's answer; a JSON-RPC error throws */
  call(name: string, args?: JsonObject, meta?: JsonObject, more?: JsonObject): Promise<ToolResult>;
  /** ends its output, as a client does that is done; resolves with the exit code */
  close(): Promise<number | null>;
};

/** Where a server speaks, and how it ended. */
export type Spoken = { to: Writable; from: Readable; ended: Promise<number | null>; trouble(): string };

let clients = 0;

export const read = (result: JsonObject): ToolResult => {
  const content = (result.content ?? []) as { text?: string }[];
  const meta = (result._meta ?? {}) as JsonObject;
  return {
    text: content.map(({ text = '' }) => text).join('\n'),
    isError: result.isError === true,
    ticket: String(meta['belay/ticket'] ?? ''),
    meta,
    result,
  };
};

export const speak = ({ to, from, ended, trouble }: Spoken): McpClient => {
  const waiting = new Map<Json, (message: JsonObject) => void>();
  const write = (message: JsonObject): void => void to.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  createInterface({ input: from }).on('line', (line) => {
    const message = JSON.parse(line) as JsonObject;
    if (message.method === 'sampling/createMessage') write({ id: message.id ?? null, result: { role: 'assistant' } });
    else waiting.get(message.id ?? null)?.(message);
  });
  const gone = ended.then((code): never => {
    throw new Error(`The server ended with ${code}. ${trouble()}`);
  });
  gone.catch(() => {});
  const answered = (id: Json): Promise<JsonObject> =>
    Promise.race([new Promise<JsonObject>((resolve) => waiting.set(id, resolve)), gone]);
  let last = 0;
  const request: McpClient['request'] = (method, params = {}) => {
    const answer = answered(++last);
    write({ id: last, method, params });
    return answer as never;
  };
  return {
    name: `client-${++clients}`,
    request,
    notify: (method, params = {}) => write({ method, params }),
    raw(line) {
      const answer = answered(null);
      to.write(`${line}\n`);
      return answer;
    },
    async call(name, args = {}, meta, more = {}) {
      const params = { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }), ...more };
      const { result, error } = await request('tools/call', params);
      if (result === undefined) throw new Error(`${JSON.stringify(error)} ${trouble()}`);
      return read(result);
    },
    close() {
      to.end();
      return ended;
    },
  };
};

export const connect = async (client: McpClient): Promise<McpClient> => {
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: client.name, version: '1' } };
  await client.request('initialize', hello);
  client.notify('notifications/initialized');
  return client;
};
