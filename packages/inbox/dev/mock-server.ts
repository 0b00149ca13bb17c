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
import { Refusal } from './refusal.ts';
import { World } from './world.ts';

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

type Options = { signedIn?: boolean; now?: () => number };

const paramsIn = (pattern: RegExp, path: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(pattern.exec(path)?.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  );

export class Mock {
  readonly world: World;
  private readonly signedIn: boolean;
  private readonly done = new Map<string, { body: string; sent: Sent }>();
  private readonly streams = new Set<ServerResponse>();
  private loginSpent = false;

  constructor({ signedIn = true, now = Date.now }: Options = {}) {
    this.world = new World(now);
    this.signedIn = signedIn;
  }

  /** Ends every open stream, as a restarting server does. */
  hangUp(): void {
    for (const response of this.streams) response.destroy();
  }

  /** True when the request was for the API. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith('/v1/')) return false;
    const sent = await this.route(request, response, url);
    if (sent !== null) send(response, sent);
    return true;
  }

  private async route(request: IncomingMessage, response: ServerResponse, url: URL): Promise<Sent | null> {
    const matched = matchers.find((one) => one.method === request.method && one.pattern.test(url.pathname));
    if (matched === undefined) return refused('route_not_found', `There is no ${request.method} ${url.pathname}.`);
    const { name, pattern } = matched;
    if (name === 'waysIn') return { status: 200, body: { company: null, loginLinks: 'everybody' } };
    if (name === 'login') return this.login(await bodyOf(request), response);
    const known = this.signedIn || request.headers.cookie?.includes(cookie);
    if (!known) return refused('unauthenticated', 'Nobody is signed in.');
    if (name === 'feed') return this.stream(request, response, url.searchParams.get('after'));
    const params = paramsIn(pattern, url.pathname);
    if (request.method === 'GET') return this.read(name, params, Object.fromEntries(url.searchParams));
    if (request.headers['x-belay-csrf'] !== csrf) return refused('csrf', 'The token is missing.');
    if (name === 'logout') {
      response.setHeader('set-cookie', 'belay_session=; Max-Age=0; Path=/');
      return { status: 200, body: {} };
    }
    return this.change(request.headers['idempotency-key'], name, params, await bodyOf(request));
  }

  private login(body: unknown, response: ServerResponse): Sent {
    const { token } = routes.login.body.parse(body);
    if (token !== sampleToken || this.loginSpent) return refused('login_link_used', 'The link works once.');
    this.loginSpent = true;
    response.setHeader('set-cookie', `${cookie}; HttpOnly; SameSite=Lax; Path=/`);
    return { status: 200, body: this.me() };
  }

  private me() {
    const signIn = { method: 'link' as const, at: new Date().toISOString(), issuer: null, amr: [], acr: null };
    return { person: this.world.person('ann'), csrf, locale: null, signIn };
  }

  private stream(request: IncomingMessage, response: ServerResponse, after: string | null): null {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const { feed, listeners } = this.world;
    const write = (index: number) => response.write(`id: ${index}\ndata: ${JSON.stringify(feed[index])}\n\n`);
    response.write(': here\n\n');
    const from = request.headers['last-event-id'] ?? after;
    if (from !== null) for (let index = Number(from) + 1; index < feed.length; index++) write(index);
    const listener = () => write(feed.length - 1);
    listeners.add(listener);
    this.streams.add(response);
    response.on('close', () => {
      listeners.delete(listener);
      this.streams.delete(response);
    });
    return null;
  }

  private read(name: RouteName, params: Record<string, string>, given: Record<string, string>): Sent {
    const schema = routes[name];
    const query = 'query' in schema ? schema.query.safeParse(given) : undefined;
    if (query?.success === false) return refused('invalid_request', query.error.message);
    return this.answer(name, params, query?.data ?? {}, {});
  }

  /** The same key and body: the same answer, and nothing is done twice. */
  private change(
    key: string | string[] | undefined,
    name: RouteName,
    params: Record<string, string>,
    given: unknown,
  ): Sent {
    if (typeof key !== 'string') return refused('invalid_request', 'A change needs an Idempotency-Key.');
    const schema = routes[name];
    const body = 'body' in schema ? schema.body.safeParse(given) : undefined;
    if (body?.success === false) return refused('invalid_request', body.error.message);
    const text = JSON.stringify([name, params, given]);
    const before = this.done.get(key);
    if (before !== undefined && before.body !== text) return refused('idempotency_mismatch', 'Another body.');
    const sent = before?.sent ?? this.answer(name, params, {}, body?.data);
    this.done.set(key, { body: text, sent });
    return sent;
  }

  private answer(name: RouteName, params: Record<string, string>, query: unknown, body: unknown): Sent {
    if (name === 'me') return { status: 200, body: this.me() };
    const make = answers[name];
    if (make === undefined) return refused('route_not_found', `The sample world has no ${name}.`);
    const schema = routes[name];
    try {
      const made = make(this.world, { me: this.world.person('ann'), params, query, body });
      const fits = 'answer' in schema ? schema.answer.safeParse(made) : undefined;
      if (fits?.success === false)
        return refused('internal', `The sample data do not fit ${name}: ${fits.error.message}`);
      return { status: 200, body: made };
    } catch (error) {
      if (error instanceof Refusal) return { status: error.problem.status, body: error.problem };
      throw error;
    }
  }
}

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
  const mock = new Mock(options);
  const server = createServer(async (request, response) => {
    if (await mock.handle(request, response)) return;
    await serveFile(folder, new URL(request.url ?? '/', 'http://localhost').pathname, response);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { mock, world: mock.world, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};
