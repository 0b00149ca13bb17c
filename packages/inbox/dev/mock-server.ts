/**
 * The sample world behind HTTP, as strict as the server where the pages could go wrong: schemas of every body, query
 * and answer, session, CSRF token, idempotency key, content security policy. Serves the built inbox too when asked.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { type ErrorCode, type Problem, problem, type RouteName, routes } from '@belay/protocol';
import { answers } from './answers.ts';
import { Refusal, World } from './world.ts';

const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
export const sampleToken = 'sample-token';
const csrf = 'sample-csrf';
const cookie = 'belay_session=sample';

type Sent = { status: number; body: unknown };
const refused = (code: ErrorCode, detail: string): Sent => {
  const body: Problem = problem(code, detail);
  return { status: body.status, body };
};

const send = (response: ServerResponse, { status, body }: Sent): void => {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
};

const matchers = Object.entries(routes).map(([name, route]) => ({
  name: name as RouteName,
  method: route.method,
  pattern: new RegExp(`^${route.path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`),
}));

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : JSON.parse(text);
};

export type Mock = Awaited<ReturnType<typeof createMock>>;
type Options = { signedIn?: boolean; now?: () => number };

export const createMock = ({ signedIn = true, now = Date.now }: Options = {}) => {
  const world = new World(now);
  const done = new Map<string, { body: string; sent: Sent }>();
  const open = new Set<ServerResponse>();
  let loginSpent = false;
  const meAnswer = () => ({ person: world.person('ann'), csrf });

  const stream = (request: IncomingMessage, response: ServerResponse, after: string | null): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const write = (index: number) =>
      response.write(`id: ${index}\ndata: ${JSON.stringify(world.feed[index])}\n\n`);
    const from = request.headers['last-event-id'] ?? after;
    response.write(': here\n\n');
    if (from !== null) for (let index = Number(from) + 1; index < world.feed.length; index++) write(index);
    const listener = () => write(world.feed.length - 1);
    world.listeners.add(listener);
    open.add(response);
    response.on('close', () => {
      world.listeners.delete(listener);
      open.delete(response);
    });
  };

  const login = (body: unknown, response: ServerResponse): Sent => {
    const { token } = routes.login.body.parse(body);
    if (token !== sampleToken || loginSpent) return refused('login_link_used', 'The link was used or has expired.');
    loginSpent = true;
    response.setHeader('set-cookie', `${cookie}; HttpOnly; SameSite=Lax; Path=/`);
    return { status: 200, body: meAnswer() };
  };

  const answer = (name: RouteName, params: Record<string, string>, query: unknown, body: unknown): Sent => {
    if (name === 'me') return { status: 200, body: meAnswer() };
    const make = answers[name];
    if (make === undefined) return refused('route_not_found', `The sample world has no ${name}.`);
    const route = routes[name];
    try {
      const made = make(world, { me: world.person('ann'), params, query, body });
      return { status: 200, body: 'answer' in route ? route.answer.parse(made) : made };
    } catch (error) {
      if (error instanceof Refusal) return { status: error.problem.status, body: error.problem };
      throw error;
    }
  };

  /** The same key and body: the same answer, and nothing is done twice. */
  const change = (key: string, name: RouteName, params: Record<string, string>, body: unknown): Sent => {
    const text = JSON.stringify([name, params, body]);
    const before = done.get(key);
    if (before !== undefined && before.body !== text) return refused('idempotency_mismatch', 'Another body.');
    const sent = before?.sent ?? answer(name, params, {}, body);
    done.set(key, { body: text, sent });
    return sent;
  };

  const route = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<Sent | null> => {
    const matched = matchers.find((one) => one.method === request.method && one.pattern.test(url.pathname));
    if (matched === undefined) return refused('route_not_found', `There is no ${request.method} ${url.pathname}.`);
    const found = matched.pattern.exec(url.pathname)?.groups ?? {};
    const params = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, decodeURIComponent(value)]));
    if (matched.name === 'login') return login(await bodyOf(request), response);
    if (!signedIn && !request.headers.cookie?.includes(cookie)) return refused('unauthenticated', 'Nobody is signed in.');
    if (matched.name === 'feed') {
      stream(request, response, url.searchParams.get('after'));
      return null;
    }
    const schema = routes[matched.name];
    if (request.method === 'GET') {
      const query = 'query' in schema ? schema.query.safeParse(Object.fromEntries(url.searchParams)) : undefined;
      if (query?.success === false) return refused('invalid_request', query.error.message);
      return answer(matched.name, params, query?.data ?? {}, {});
    }
    if (request.headers['x-belay-csrf'] !== csrf) return refused('csrf', 'The token is missing.');
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string') return refused('invalid_request', 'A change needs an Idempotency-Key.');
    const body = 'body' in schema ? schema.body.safeParse(await bodyOf(request)) : undefined;
    if (body?.success === false) return refused('invalid_request', body.error.message);
    if (matched.name === 'logout') {
      response.setHeader('set-cookie', 'belay_session=; Max-Age=0; Path=/');
      return { status: 200, body: {} };
    }
    return change(key, matched.name, params, body?.data);
  };

  /** True when the request was for the API. */
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/v1/')) return false;
    const sent = await route(request, response, url);
    if (sent !== null) send(response, sent);
    return true;
  };

  return { world, handle, hangUp: () => [...open].map((response) => response.destroy()) };
};

const serveFile = async (folder: string, path: string, response: ServerResponse): Promise<void> => {
  const wanted = extname(path) === '' ? 'index.html' : normalize(path);
  try {
    const content = await readFile(join(folder, wanted));
    response.writeHead(200, {
      'content-type': mediaTypes[extname(wanted)] ?? 'application/octet-stream',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
    });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
};

/** The sample world and the built inbox on a random port of the loopback. */
export const startMock = async (folder: string, options: Options = {}) => {
  const mock = createMock(options);
  const server = createServer(async (request, response) => {
    if (await mock.handle(request, response)) return;
    await serveFile(folder, new URL(request.url ?? '/', 'http://localhost').pathname, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { ...mock, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};
