/**
 * The door of the channels: POST /channels/NAME and whatever the vendor appends. Outside /v1, because its callers are
 * vendors, whose signature is verified on the raw bytes. No session, no key and no other route counts here.
 */
import { problem } from '@belay/protocol';
import type { Hono } from 'hono';
import type { RawRequest } from '../engine/channel-ports.ts';
import type { Services } from '../engine/services.ts';
import { readBytes } from './input.ts';
import { errorResponse, problemResponse } from './problem.ts';

export const rawOf = async (request: Request): Promise<RawRequest> => {
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value])),
    body: await readBytes(request),
  };
};

const take = async (services: Services, request: Request): Promise<Response> => {
  if (request.method !== 'POST')
    return problemResponse(problem('route_not_found', `${request.method} is not for channels: they deliver by POST.`));
  const [, , name = ''] = new URL(request.url).pathname.split('/');
  const { status, headers, body } = await services.receive(name, await rawOf(request));
  return new Response(body === undefined || body === '' ? null : body, {
    status,
    headers: { 'cache-control': 'no-store', ...headers },
  });
};

/** Somebody who typed the address: the inbox says what there is. */
const byHand = ({ method, headers }: Request): boolean =>
  (method === 'GET' || method === 'HEAD') && (headers.get('accept') ?? '').includes('text/html');

type Take = (services: Services, request: Request) => Promise<Response>;

/** A door of machines below a path: no page of the inbox is there for them, and nothing else for people. */
export const addDoor = (app: Hono, path: string, services: Services, take: Take): void => {
  app.all(`${path}/*`, async (c, next) => {
    if (byHand(c.req.raw)) return next();
    return take(services, c.req.raw).catch((error: unknown) => errorResponse(error, services.log));
  });
};

export const addChannelRoutes = (app: Hono, services: Services): void => addDoor(app, '/channels', services, take);
