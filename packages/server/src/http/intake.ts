/**
 * The door of tickets: POST /intake/NAME. Outside /v1, because its callers are helpdesks, whose signature is verified on
 * the raw bytes. No session, no key and no other route counts here.
 */
import { type Problem, problem } from '@belay/protocol';
import type { Hono } from 'hono';
import type { Services } from '../engine/services.ts';
import { addDoor, rawOf } from './channels.ts';
import { problemResponse } from './problem.ts';

const take = async ({ intake }: Services, request: Request): Promise<Response> => {
  if (request.method !== 'POST')
    return problemResponse(problem('route_not_found', `${request.method} is not for tickets: they come by POST.`));
  const [, , name = ''] = new URL(request.url).pathname.split('/');
  const { status, answer } = await intake(name, await rawOf(request));
  if (status >= 400) return problemResponse(answer as Problem);
  return Response.json(answer, { status, headers: { 'cache-control': 'no-store' } });
};

export const addIntakeRoutes = (app: Hono, services: Services): void => addDoor(app, '/intake', services, take);
