/** The proxy over Streamable HTTP, in the stateless era: paused as `input_required`, taken up by another process. */
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningHttpProxy, startHttpProxy } from '../../src/mcp/http-proxy.ts';
import { read } from './client.ts';
import { noteTools } from './definitions.ts';
import { openStage, type Stage, until } from './stage.ts';

let stage: Stage;
let server: Server;
let target: URL;
/** where the proxies think that it is */
let proxied: URL;
const wrote: JsonObject[] = [];
const seen: JsonObject[] = [];

const results: Record<string, (params: JsonObject) => JsonObject> = {
  'tools/list': () => ({ resultType: 'complete', ttlMs: 0, tools: noteTools() }),
  'tools/call': ({ name = '', arguments: args = {} }) => {
    wrote.push({ name, args });
    return { resultType: 'complete', content: [{ type: 'text', text: `Did ${String(name)}` }] };
  },
};

/** Answers as events when it is asked to, with a notification before the answer. */
const serveNotes = (): Server =>
  createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { id, method, params } = JSON.parse(text);
    const [, status] = /^answer with (\d{3})$/.exec(params?.arguments?.body) ?? [];
    if (status !== undefined) return void response.writeHead(Number(status)).end('Not now.');
    seen.push({ method, host: request.headers.host ?? '', named: String(request.headers['mcp-name'] ?? '') });
    const answer = JSON.stringify({ jsonrpc: '2.0', id, result: results[method]?.(params) ?? {} });
    if (params?.arguments?.stream !== true) {
      response.writeHead(200, { 'content-type': 'application/json', 'x-of-the-server': 'kept' }).end(answer);
      return;
    }
    const progress = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: 1\ndata: ${progress}\n\n`);
    response.end(`id: 2\ndata: ${answer}\n\n`);
  });

beforeAll(async () => {
  stage = await openStage();
  server = serveNotes();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  proxied = new URL(target);
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await stage.close();
});

const withProxy = async <T>(act: (proxy: RunningHttpProxy) => Promise<T>): Promise<T> => {
  const sessionFor = stage.gated();
  const proxy = await startHttpProxy({ target: proxied, host: '127.0.0.1', port: 0, log: () => {}, sessionFor });
  try {
    return await act(proxy);
  } finally {
    await proxy.close();
  }
};

const post = ({ url }: RunningHttpProxy, message: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'mcp-protocol-version': '2026-07-28', ...headers },
    body: JSON.stringify(message),
  });

const callMessage = (name: string, args: JsonObject, more: JsonObject = {}): JsonObject => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: {
    name,
    arguments: args,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } },
    },
    ...more,
  },
});

const call = async (proxy: RunningHttpProxy, name: string, args: JsonObject, more: JsonObject = {}) => {
  const headers = { 'mcp-method': 'tools/call', 'mcp-name': name };
  return (await post(proxy, callMessage(name, args, more), headers)).json() as Promise<{
    result: JsonObject;
    error?: JsonObject;
  }>;
};

describe('a call that is dressed up as something else', () => {
  const message = () => JSON.stringify(callMessage('write_note', { title: 'pay', body: '1' }));
  const types = [
    'text/plain; application/json',
    'Application/JSON',
    'application/x-www-form-urlencoded; application/json',
    'application/x-www-form-urlencoded',
  ];

  it.each(types)('as %s, at an address that the server reads as its own, never gets past the gate', (type) =>
    withProxy(async ({ url }) => {
      const before = wrote.length;
      for (const at of [url, `${url}/`, url.replace('/mcp', '/MCP'), url.replace('/mcp', '//mcp'), `${url}/x`])
        for (const body of [message(), `\ufeff ${message()}`, Buffer.from(message(), 'utf16le')]) {
          const { status } = await fetch(at, { method: 'POST', headers: { 'content-type': type }, body });
          expect([at, status]).toEqual([at, expect.toBeOneOf([400, 415])]);
        }
      expect(wrote.slice(before)).toEqual([]);
    }),
  );
});

describe('a call that goes on', () => {
  it('comes with the server’s own headers, under the server’s own name', () =>
    withProxy(async (proxy) => {
      const response = await post(proxy, callMessage('read_note', {}));
      expect(response.headers.get('x-of-the-server')).toBe('kept');
      expect(await response.json()).toMatchObject({ id: 7, result: { content: [{ text: 'Did read_note' }] } });
      expect(seen.at(-1)).toMatchObject({ host: target.host });
    }));

  it('streams: what comes before the answer comes before it here, and each event is as it was', () =>
    withProxy(async (proxy) => {
      const response = await post(proxy, callMessage('read_note', { stream: true }));
      const events = (await response.text()).split('\n\n').filter((event) => event !== '');
      expect(events).toEqual([
        expect.stringMatching(/^id: 1\ndata: .*notifications\/progress/),
        expect.stringMatching(/^id: 2\ndata: .*Did read_note/),
      ]);
    }));
});

describe('a server that is down', () => {
  /** What Belay was told of the step that these arguments were for. */
  const reportOf = (arguments_: JsonObject) =>
    until('its run is there', async () => {
      const runs = (await stage.runs()).filter(({ subject }) => subject.client === 'test');
      for (const { runId } of runs) {
        const events = (await stage.entriesOf(runId)).map(({ event }) => event);
        const gated = events.find((event) => isDeepStrictEqual(event.arguments, arguments_));
        const told = events
          .slice(gated === undefined ? events.length : events.indexOf(gated))
          .find(({ type }) => type === 'PermitReported' || type === 'PermitInDoubt');
        if (told !== undefined) return told;
      }
      return null;
    });

  it.each([503, 429])('with %i took no call: the world failed and not the agent, and nobody is asked', (status) =>
    withProxy(async (proxy) => {
      const args = { title: 'x', body: `answer with ${status}` };
      expect((await post(proxy, callMessage('write_note', args))).status).toBe(status);
      expect(await reportOf(args)).toMatchObject({ type: 'PermitReported', status: 'failed', outside: true });
    }),
  );

  it.each([500, 504])('with %i may have carried it out: a person is asked', (status) =>
    withProxy(async (proxy) => {
      const args = { title: 'x', body: `answer with ${status}` };
      await post(proxy, callMessage('write_note', args));
      expect(await reportOf(args)).toMatchObject({ type: 'PermitInDoubt' });
    }),
  );

  it('where nothing listens was never sent the call: it is said so, and the world failed', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await withProxy(async (proxy) => {
      const args = { title: 'x', body: 'unsent' };
      // The tools are known: what is gone is the server that has them.
      await call(proxy, 'read_note', {});
      proxied.port = String(port);
      gone.close();
      const { result } = await call(proxy, 'write_note', args);
      proxied.port = target.port;
      expect(read(result).text).toContain('could not be reached. write_note was not carried out.');
      expect(await reportOf(args)).toMatchObject({ type: 'PermitReported', status: 'failed', outside: true });
    });
  });
});

describe('a call that a person decides', () => {
  it('is `input_required` with the address; another proxy takes it up; an "accept" alone does nothing', async () => {
    const args = { title: 'pay', body: 'http' };
    const before = wrote.length;
    const { result } = await withProxy((proxy) => call(proxy, 'write_note', args));
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { decision: { params: { mode: 'url', url: expect.stringContaining('/approvals/') } } },
    });
    const requestState = String(result.requestState);
    const accepted = { requestState, inputResponses: { decision: { action: 'accept' } } };
    await withProxy(async (proxy) => {
      const forged = await call(proxy, 'write_note', args, {
        ...accepted,
        requestState: `${requestState.slice(0, -3)}AAA`,
      });
      expect(forged.error).toMatchObject({ code: -32602 });
      const other = await call(proxy, 'write_note', { ...args, body: 'other' }, accepted);
      expect(other.error).toMatchObject({ code: -32602 });
      const retried = call(proxy, 'write_note', args, accepted);
      const ticket = JSON.parse(Buffer.from(requestState.split('.')[2] ?? '', 'base64url').toString('utf8')).ticket;
      expect((await stage.runOf(ticket)).inFlight).toEqual([]);
      expect(wrote.length).toBe(before);
      await stage.approve(ticket);
      expect((await retried).result).toMatchObject({ resultType: 'complete', content: [{ text: 'Did write_note' }] });
    });
    expect(wrote.slice(before)).toEqual([{ name: 'write_note', args }]);
  });

  it('that is forbidden has an answer of this era', () =>
    withProxy(async (proxy) => {
      const { result } = await call(proxy, 'delete_note', {});
      expect(result.resultType).toBe('complete');
      expect(read(result)).toMatchObject({ isError: true, text: expect.stringContaining('Notes are kept.') });
    }));
});

describe('what is not let in', () => {
  const raw = ({ url }: RunningHttpProxy, headers: Record<string, string>, body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
      sent.on('response', (response) => resolve(response.resume().statusCode ?? 0));
      sent.on('error', reject).end(body);
    });

  it.each([
    ['another host', { host: 'evil.example' }, JSON.stringify(callMessage('read_note', {})), 403],
    ['a page of another origin', { origin: 'https://evil.example' }, JSON.stringify(callMessage('read_note', {})), 403],
    ['a batch', {}, JSON.stringify([callMessage('write_note', {})]), 400],
    ['a call without an id', {}, JSON.stringify({ ...callMessage('write_note', {}), id: null }), 400],
    [
      'a call that says that it is no JSON',
      { 'content-type': 'text/plain' },
      JSON.stringify(callMessage('write_note', {})),
      415,
    ],
  ])('%s', (_what, headers, body, status) =>
    withProxy(async (proxy) => {
      const before = seen.length;
      expect(await raw(proxy, headers as Record<string, string>, body)).toBe(status);
      expect(seen.length).toBe(before);
    }),
  );
});
