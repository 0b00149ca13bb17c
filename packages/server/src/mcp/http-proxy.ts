/**
 * The proxy over Streamable HTTP: stands on a local port in front of the server's address. Calls of tools and the list of
 * tools are touched; every other request, stream and header goes through as it came.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { JsonObject } from '@belay/protocol';
import type { Reply } from './carry-out.ts';
import { type WireEvent, wireEvents, withData } from './events.ts';
import { type Client, type Clients, createClients } from './http-clients.ts';
import { bodyOf, type Headers, headersFor, isEventStream, isForm, isJson, passedOn, send } from './http-exchange.ts';
import {
  type Answer,
  answerOf,
  errorText,
  idOf,
  internalError,
  invalidRequest,
  type MessageId,
  objectOr,
  readLoosely,
  readStrictly,
  resultText,
} from './json-rpc.ts';
import { listedTools, type SessionFor } from './proxied.ts';
import { clientNameOf, clientOfMeta, isStateless } from './request.ts';

export type HttpProxy = {
  /** the server's MCP endpoint */
  target: URL;
  host: string;
  port: number;
  log(text: string): void;
  sessionFor: SessionFor;
};
export type RunningHttpProxy = { url: string; close(): Promise<void> };

/** One request of a client that is gated or rewritten. */
type Exchange = {
  url: URL;
  headers: Headers;
  message: JsonObject;
  id: MessageId;
  client: Client;
  response: ServerResponse;
  /** the client went away */
  gone: AbortSignal;
};
/** As it came: with the status and headers of its own response, or as one event of a stream. */
type HttpAnswer = Answer & { status?: number; headers?: Headers; event?: WireEvent };

const longestBody = 16 * 1024 * 1024;
const local = new Set(['localhost', '127.0.0.1', '[::1]']);
const noAnswer = -32000;
/** What a server answers that has not begun: too many requests, unavailable. A gateway that gave up cannot know. */
const tookNone = new Set([429, 503]);
const never = new AbortController().signal;

const hostnameOf = (text: string): string => {
  try {
    return new URL(text).hostname;
  } catch {
    return '';
  }
};

/** A web page that a person has open must not reach this port under another name. */
const mayAsk = ({ headers }: IncomingMessage, host: string): boolean => {
  const names = new Set([...local, host]);
  const { origin } = headers;
  return names.has(hostnameOf(`http://${headers.host}`)) && (origin === undefined || names.has(hostnameOf(origin)));
};

const json = (response: ServerResponse, status: number, text: string, headers: Headers = {}): void => {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { 'content-type': 'application/json', ...passedOn(headers) }).end(text);
};

const beginEvents = (response: ServerResponse, headers: Headers): void => {
  if (response.headersSent) return;
  response.writeHead(200, passedOn(headers));
  response.flushHeaders();
};

const textOf = (id: MessageId, reply: Reply): string => {
  if ('answer' in reply) return reply.answer.text;
  return 'error' in reply ? errorText(id, reply.error) : resultText(id, reply.result);
};

const answerIn = ({ data }: WireEvent): { id: MessageId; answer: Answer } | null => {
  const message = readLoosely(data);
  const id = message === null ? null : idOf(message);
  const answer = message === null ? null : answerOf(message, data);
  return id === null || answer === null ? null : { id, answer };
};

/** What an event tells the proxy besides what it tells the client. */
const notice = (client: Client, event: WireEvent): void => {
  if (event.data.includes('notifications/tools/list_changed')) client.session?.definitions?.outdated();
  if (client.waiting.size === 0) return;
  const found = answerIn(event);
  if (found === null) return;
  client.waiting.get(JSON.stringify(found.id))?.(found.answer);
  client.waiting.delete(JSON.stringify(found.id));
};

const single = async (from: IncomingMessage): Promise<HttpAnswer> => {
  const text = (await bodyOf(from)) ?? '';
  const status = from.statusCode ?? 502;
  const answer = answerOf(readLoosely(text) ?? {}, text);
  const more = { status, headers: from.headers };
  if (answer !== null) return { ...answer, ...more };
  const error = { code: noAnswer, message: `The server answered with status ${status}.` };
  if (tookNone.has(status)) return { text, error, ...more, outside: true };
  return { text, error, ...more, ...(status < 400 || status >= 500 ? { unsure: true as const } : {}) };
};

/** Passes the events on until the answer; what comes after it is passed on too. */
const streamed = ({ client, id, response }: Exchange, from: IncomingMessage, relay: boolean): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const read = async (): Promise<void> => {
      let resumable = false;
      let answered = false;
      if (relay) beginEvents(response, from.headers);
      for await (const event of wireEvents(from)) {
        resumable ||= event.id !== null;
        const found = answerIn(event);
        if (found !== null && JSON.stringify(found.id) === JSON.stringify(id)) {
          answered = true;
          resolve({ ...found.answer, event, headers: from.headers });
        } else if (relay) {
          notice(client, event);
          response.write(event.raw);
        }
      }
      if (answered) return;
      if (!resumable || !relay) throw new Error('The stream ended before the answer.');
      response.end();
      client.waiting.set(JSON.stringify(id), (answer) =>
        answer === null ? reject(new Error('The session ended before the answer.')) : resolve(answer),
      );
    };
    read().catch(reject);
  });

/** Asks the server, with the client's own headers. `relay`: the client sees the events on the way. */
const ask = async (
  exchange: Exchange,
  method: string,
  params: JsonObject,
  { relay, signal }: { relay: boolean; signal: AbortSignal },
): Promise<HttpAnswer> => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: exchange.id, method, params });
  const { method: asked, params: given } = exchange.message;
  const own = method === asked && params.name === objectOr(given).name;
  // A contradiction of the client's own is for the server to refuse.
  const headers = own ? exchange.headers : headersFor(exchange.headers, method, params);
  const from = await send({ url: exchange.url, method: 'POST', headers, body, signal });
  return isEventStream(from) ? streamed(exchange, from, relay) : single(from);
};

const deliver = ({ id, response }: Exchange, reply: Reply, came: HttpAnswer | null): void => {
  const text = textOf(id, reply);
  const unchanged = 'answer' in reply;
  if (came?.event !== undefined) {
    beginEvents(response, came.headers ?? {});
    response.end(unchanged ? came.event.raw : withData(came.event, text));
  } else json(response, came?.status ?? 200, text, came?.headers ?? {});
};

const call = async (exchange: Exchange, clients: Clients, log: (text: string) => void): Promise<void> => {
  const { client, message, gone } = exchange;
  const params = objectOr(message.params);
  // Since 2026-07-28 a client takes a call back by closing its stream; before, the call goes on without it.
  const signal = isStateless(objectOr(params._meta)) ? gone : never;
  let came: HttpAnswer | null = null;
  const upstream = {
    call: async (sent: JsonObject) => {
      came = await ask(exchange, 'tools/call', sent, { relay: true, signal });
      return came;
    },
    ask: (method: string, sent: JsonObject) => ask(exchange, method, sent, { relay: false, signal }),
  };
  try {
    deliver(exchange, await clients.sessionOf(client).handle(params, upstream, gone), came);
  } catch (error) {
    log(`A call could not be decided: ${(error as Error).stack}`);
    const failed = { code: internalError, message: 'Not done: the gate failed. Nothing was carried out.' };
    deliver(exchange, { error: failed }, null);
  }
};

const list = async (exchange: Exchange, clients: Clients): Promise<void> => {
  const { client, message, gone } = exchange;
  const params = objectOr(message.params);
  const came = await ask(exchange, 'tools/list', params, { relay: true, signal: gone });
  const first = params.cursor === undefined;
  const reply: Reply =
    came.result === undefined
      ? { answer: came }
      : { result: listedTools(clients.sessionOf(client), came.result, first) };
  deliver(exchange, reply, came);
};

type Passed = { url: URL; request: IncomingMessage; body: string | null; response: ServerResponse; gone: AbortSignal };

const pass = async (passed: Passed, client: Client, onHead: (headers: Headers) => void): Promise<void> => {
  const { url, request, body, response, gone } = passed;
  const from = await send({ url, method: request.method ?? 'GET', headers: request.headers, body, signal: gone });
  onHead(from.headers);
  response.writeHead(from.statusCode ?? 502, passedOn(from.headers));
  response.flushHeaders();
  if (!isEventStream(from)) return pipeline(from, response);
  for await (const event of wireEvents(from)) {
    notice(client, event);
    response.write(event.raw);
  }
  response.end();
};

const sessionIdOf = ({ 'mcp-session-id': id }: Headers): string => (typeof id === 'string' ? id : '');

const serve = async (
  { target, host, log }: HttpProxy,
  clients: Clients,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (!mayAsk(request, host))
    return json(response, 403, errorText(null, { code: invalidRequest, message: 'This host or origin may not ask.' }));
  const away = new AbortController();
  response.on('close', () => response.writableFinished || away.abort());
  const url = new URL(request.url ?? '/', target);
  if (url.origin !== target.origin)
    return json(response, 400, errorText(null, { code: invalidRequest, message: 'This is the proxy of one server.' }));
  const sessionId = sessionIdOf(request.headers);
  const passed = { url, request, response, gone: away.signal };
  if (request.method !== 'POST') {
    await pass({ ...passed, body: null }, clients.of(sessionId, null, response), () => {});
    if (request.method === 'DELETE') clients.letGo(sessionId);
    return;
  }
  const body = await bodyOf(request, longestBody);
  if (body === null) return json(response, 413, errorText(null, { code: invalidRequest, message: 'Too large.' }));
  if (!isJson(request.headers) || request.headers['content-encoding'] !== undefined) {
    if (url.pathname !== target.pathname && isForm(request.headers, body))
      return pass({ ...passed, body }, clients.of(sessionId, null, response), () => {});
    return json(response, 415, errorText(null, { code: invalidRequest, message: 'Send plain application/json.' }));
  }
  const read = readStrictly(body);
  if ('error' in read) return json(response, 400, errorText(null, read.error));
  const { message } = read;
  const params = objectOr(message.params);
  const meta = objectOr(params._meta);
  const client = clients.of(sessionId, isStateless(meta) ? clientOfMeta(meta) : null, response);
  const id = idOf(message);
  if (message.method === 'tools/call' && id === null)
    return json(response, 400, errorText(null, { code: invalidRequest, message: 'A call needs an id.' }));
  const exchange = { url, headers: request.headers, message, client, response, gone: away.signal };
  if (message.method === 'tools/call' && id !== null) return call({ ...exchange, id }, clients, log);
  if (message.method === 'tools/list' && id !== null) return list({ ...exchange, id }, clients);
  await pass({ ...passed, body }, client, (headers) => {
    if (message.method === 'initialize')
      clients.of(sessionIdOf(headers), clientNameOf(objectOr(params.clientInfo)), response);
  });
};

export const startHttpProxy = async (proxy: HttpProxy): Promise<RunningHttpProxy> => {
  const clients = createClients(proxy.sessionFor, Date.now, proxy.log);
  const server = createServer((request, response) => {
    serve(proxy, clients, request, response).catch((error: Error) => {
      if (!response.destroyed) proxy.log(`The server at ${proxy.target.origin} did not answer: ${error.message}`);
      json(response, 502, errorText(null, { code: internalError, message: 'The server did not answer.' }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(proxy.port, proxy.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${proxy.host.includes(':') ? `[${proxy.host}]` : proxy.host}:${port}${proxy.target.pathname}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await clients.end();
    },
  };
};
