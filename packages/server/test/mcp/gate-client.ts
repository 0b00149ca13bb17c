/** A client of the gate server over HTTP, in each era of the protocol: what it calls, and what it says it can do. */
import type { JsonObject } from '@belay/protocol';
import { read, type ToolResult } from './client.ts';

export type Era = {
  name: string;
  ask(method: string, params: JsonObject): Promise<{ result?: JsonObject; error?: { code: number; message: string } }>;
  call(tool: string, args: JsonObject, more?: JsonObject): Promise<ToolResult>;
};

const messageIn = async (response: Response): Promise<JsonObject> => {
  const text = await response.text();
  const data = /^data: (.*)$/m.exec(text)?.[1];
  return JSON.parse(data ?? text);
};

export const gateClients = (endpoint: () => { url: string; secret: string }) => {
  const post = (message: JsonObject, headers: Record<string, string>): Promise<Response> =>
    fetch(`${endpoint().url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${endpoint().secret}`,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }),
    });

  const eraOf = (name: string, ask: Era['ask']): Era => ({
    name,
    ask,
    async call(tool, args, more = {}) {
      const { result, error } = await ask('tools/call', { name: tool, arguments: args, ...more });
      if (result === undefined) throw new Error(JSON.stringify(error));
      return read(result);
    },
  });

  /** `params` with the era's own `_meta`; the headers say of a message what the era has them say. */
  const postStateless = async (method: string, params: JsonObject): ReturnType<Era['ask']> => {
    const named = params.name ?? params.taskId;
    const headers = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof named === 'string' ? { 'mcp-name': named } : {}),
    };
    return messageIn(await post({ method, params }, headers));
  };

  return {
    post,
    messageIn,
    postStateless,
    legacy: eraOf('2025-11-25', async (method, params) =>
      messageIn(await post({ method, params }, { 'mcp-protocol-version': '2025-11-25' })),
    ),
    stateless: (capabilities: JsonObject): Era =>
      eraOf('2026-07-28', (method, params) => {
        const _meta = {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': capabilities,
        };
        return postStateless(method, { ...params, _meta });
      }),
  };
};
