/** Turns the table of routes into an HTTP app: identify, validate, handle, answer. One place for headers and errors. */
import { digestOf, type Problem, problem, type RouteName, routes } from '@belay/protocol';
import { Hono } from 'hono';
import type { Log } from '../engine/ports.ts';
import type { Auth, Caller } from './auth.ts';
import type { Call, Handler, Handlers, Reply } from './call.ts';
import { parseBody, parseQuery } from './input.ts';
import { errorResponse, Refused, refusedResponse } from './problem.ts';

type Route = (typeof routes)[RouteName] & {
  media?: string;
  body?: import('zod').z.ZodType;
  query?: import('zod').z.ZodType;
};

const secureHeaders: Record<string, string> = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const mayCall = (route: Route, { agent, person }: Caller): Problem | null => {
  const called = route.caller;
  if (called === 'public' || (called !== 'person' && agent !== null) || (called !== 'agent' && person !== null))
    return null;
  if (called === 'person')
    return problem(
      'unauthenticated',
      agent === null ? 'Sign in: `belay login PERSON` gives a link.' : 'This route is for people, not for API keys.',
    );
  return problem('unauthenticated', 'This route is for agents: send `Authorization: Bearer <key>`.');
};

const idempotencyKeyMax = 255;

const idempotencyOf = (
  request: Request,
  caller: Caller,
  name: RouteName,
  path: string,
  body: unknown,
): Call<RouteName>['idempotency'] => {
  const key = request.headers.get('idempotency-key');
  if (key === null || caller.person === null || request.method === 'GET' || request.method === 'HEAD') return undefined;
  if (key === '' || key.length > idempotencyKeyMax)
    throw new Refused(problem('invalid_request', `Idempotency-Key has 1 to ${idempotencyKeyMax} characters.`));
  return { caller: `person:${caller.person.personId}`, key, bodyDigest: digestOf({ name, path, body: body as never }) };
};

const answered = (reply: Reply): Response => {
  if (reply instanceof Response) return reply;
  if ('ok' in reply && !reply.ok) return refusedResponse(reply.refused);
  const { answer } = reply;
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if ('replayed' in reply && reply.replayed) headers['idempotent-replayed'] = 'true';
  return Response.json(answer, { status: 'status' in reply ? (reply.status ?? 200) : 200, headers });
};

const serve = async <N extends RouteName>(
  name: N,
  handler: Handler<N>,
  auth: Auth,
  request: Request,
  params: Record<string, string>,
): Promise<Response> => {
  const route = routes[name] as unknown as Route;
  if (request.method === 'HEAD' && route.media !== undefined)
    throw new Refused(problem('route_not_found', `An answer of ${route.media} has no HEAD.`));
  // A public route asks for nobody: a login link works whoever is signed in.
  const caller = route.caller === 'public' ? { agent: null, person: null } : await auth.identify(request);
  const refused = mayCall(route, caller);
  if (refused !== null) throw new Refused(refused);
  const url = new URL(request.url);
  const input = route.body === undefined ? { value: undefined, json: null } : await parseBody(route.body, request);
  const query = route.query === undefined ? undefined : parseQuery(route.query, url);
  const call = {
    body: input.value,
    query,
    caller,
    request,
    stillMay: () =>
      auth.identify(request).then(
        (now) => mayCall(route, now) === null,
        (error: unknown) => {
          if (error instanceof Refused) return false;
          throw error;
        },
      ),
    param: (param: string) => params[param] ?? '',
    idempotency: idempotencyOf(request, caller, name, url.pathname, input.json),
  } as unknown as Call<N>;
  return answered(await handler(call));
};

/** Registers every route of the table. A missing handler does not compile. */
export const createRouter = (handlers: Handlers<RouteName>, auth: Auth, log: Log): Hono => {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(secureHeaders)) c.res.headers.set(name, value);
  });
  for (const name of Object.keys(routes) as RouteName[]) {
    const { method, path } = routes[name];
    const handler = handlers[name] as Handler<RouteName>;
    app.on(method, path, (c) =>
      serve(name, handler, auth, c.req.raw, c.req.param() as Record<string, string>).catch((error: unknown) =>
        errorResponse(error, log),
      ),
    );
  }
  app.all('/v1/*', (c) =>
    errorResponse(new Refused(problem('route_not_found', `${c.req.method} ${c.req.path} does not exist.`)), log),
  );
  return app;
};
