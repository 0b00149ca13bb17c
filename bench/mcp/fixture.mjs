// The server that the conformance suite is run against, directly and through the proxy: both protocol eras on one port,
// sessions and resumable streams for the earlier one. `node fixture.mjs PORT`
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import {
  hostHeaderValidation,
  NodeStreamableHTTPServerTransport,
  originValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { completable, createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { codec, prompts, resources, tools } from './fixture-tools.mjs';

const argumentsOf = (names) =>
  z.object(Object.fromEntries(names.map((name) => [name, completable(z.string(), () => ['paris', 'park', 'party'])])));

const build = () => {
  const capabilities = {
    tools: { listChanged: true },
    resources: { subscribe: true },
    prompts: {},
    logging: {},
    completions: {},
  };
  const server = new McpServer(
    { name: 'conformance-fixture', version: '1.0.0' },
    { capabilities, requestState: { verify: codec.verify } },
  );
  for (const [name, [run, inputSchema]] of Object.entries(tools)) {
    const description = `What ${name} shows.`;
    server.registerTool(name, { description, inputSchema: inputSchema ?? z.object({}) }, run);
  }
  for (const [name, [run, names]] of Object.entries(prompts)) {
    const more = names === undefined ? {} : { argsSchema: argumentsOf(names) };
    server.registerPrompt(name, { description: `What ${name} shows.`, ...more }, run);
  }
  for (const [uri, given] of Object.entries(resources)) {
    const { mimeType } = given;
    server.registerResource(uri.slice(7), uri, { mimeType, description: uri }, () => ({
      contents: [{ uri, ...given }],
    }));
  }
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, { mimeType: 'application/json' }, ({ href: uri }, { id }) => ({
    contents: [
      {
        uri,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }));
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  return server;
};

/** Keeps the events of every stream, so that a client may come back for them. */
const eventStore = () => {
  const events = [];
  return {
    async storeEvent(streamId, message) {
      const eventId = `${streamId}_${events.length}`;
      events.push({ streamId, eventId, message });
      return eventId;
    },
    async replayEventsAfter(lastEventId, { send }) {
      const at = events.findIndex(({ eventId }) => eventId === lastEventId);
      const { streamId } = events[at] ?? {};
      for (const event of events.slice(at + 1))
        if (event.streamId === streamId && event.message.jsonrpc !== undefined)
          await send(event.eventId, event.message);
      return streamId;
    },
  };
};

const sessions = new Map();
const modern = toNodeHandler(createMcpHandler(build, { legacy: 'reject' }));
const allowed = ['localhost', '127.0.0.1', '[::1]'];
const mayHost = hostHeaderValidation(allowed);
const mayOrigin = originValidation(allowed);

const sessionFor = async (message) => {
  if (message?.method !== 'initialize') return undefined;
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: eventStore(),
    retryInterval: 500,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await build().connect(transport);
  return transport;
};

const bodyOf = async (request) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const notFound = JSON.stringify({
  jsonrpc: '2.0',
  id: null,
  error: { code: -32001, message: 'There is no such session.' },
});

const server = createServer(async (request, response) => {
  if (!mayHost(request, response) || !mayOrigin(request, response)) return;
  const body = request.method === 'POST' ? await bodyOf(request) : undefined;
  const id = request.headers['mcp-session-id'];
  const version = request.headers['mcp-protocol-version'];
  const meta = body?.params?._meta?.['io.modelcontextprotocol/protocolVersion'];
  const legacy =
    meta === undefined && (id !== undefined || body?.method === 'initialize' || (version ?? '2025') < '2026');
  if (!legacy) return modern(request, response, body);
  const session = sessions.get(id) ?? (await sessionFor(body));
  if (session !== undefined) return session.handleRequest(request, response, body);
  response.writeHead(id === undefined ? 400 : 404, { 'content-type': 'application/json' }).end(notFound);
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}/mcp` }));
});
