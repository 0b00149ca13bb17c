/**
 * Where a browser goes to sign in with the company's identity provider, and where it comes back. Outside /v1: these are
 * addresses of pages, and what goes wrong is told on one.
 */
import { createHash } from 'node:crypto';
import { type Problem, problem } from '@belay/protocol';
import type { Hono } from 'hono';
import type { Services } from '../engine/services.ts';
import { SignInProblem } from '../engine/sign-in/provider.ts';
import { underWayMs, wayBack } from '../engine/sign-in/sign-in.ts';
import { type Auth, cookieOf, sessionCookieFor } from './auth.ts';
import { escapeHtml } from './openapi.ts';
import { errorResponse } from './problem.ts';

/** One for each sign-in under way, so that two tabs do not disturb each other. */
const nameFor = (state: string): string =>
  `belay_sign_in_${createHash('sha256').update(state).digest('hex').slice(0, 16)}`;

/** Lax: the browser comes back from another site, which a strict cookie would not survive. */
const cookie = (state: string, value: string, secure: boolean): string =>
  `${nameFor(state)}=${value}; Path=/sign-in; HttpOnly; SameSite=Lax; Max-Age=${value === '' ? 0 : underWayMs / 1_000}${secure ? '; Secure' : ''}`;

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:12vh auto;padding:0 1rem;color-scheme:light dark}a{margin-right:1.5rem}';

const page = ({ status, title, detail, remedy }: Problem, to: string, fresh: boolean): Response => {
  const again = `/sign-in?to=${encodeURIComponent(to)}${fresh ? '&again' : ''}`;
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not signed in – Belay</title><style>${style}</style>
<main><h1>You are not signed in</h1><p><b>${escapeHtml(title)}</b></p><p>${escapeHtml(detail)}</p><p>${escapeHtml(remedy)}</p>
<p><a href="${escapeHtml(again)}">Try again</a><a href="${escapeHtml(to)}">Other ways to sign in</a></p></main></html>`;
  return new Response(html, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
};

const sentTo = (url: string, cookies: string[]): Response => {
  const response = new Response(null, { status: 303, headers: { location: url, 'cache-control': 'no-store' } });
  for (const one of cookies) response.headers.append('set-cookie', one);
  return response;
};

const none = (): Response =>
  page(problem('not_found', 'No identity provider is set up here: people sign in with one-time links.'), '/', false);

const begin = async (services: Services, auth: Auth, request: Request): Promise<Response> => {
  const { signIn, url } = services;
  if (signIn === null) return none();
  const { searchParams } = new URL(request.url);
  const to = wayBack(searchParams.get('to'));
  const fresh = searchParams.has('again');
  const known = fresh ? (await auth.identify(request)).person : null;
  try {
    const { url: there, state, sealed } = await signIn.begin(to, fresh, known);
    return sentTo(there.href, [cookie(state, sealed, url.startsWith('https:'))]);
  } catch (error) {
    if (!(error instanceof SignInProblem)) throw error;
    services.log.warn({ error: error.cause }, 'the identity provider is not reached');
    return page(problem(error.refusal.code, error.refusal.detail), to, fresh);
  }
};

const finish = async ({ signIn, url }: Services, request: Request): Promise<Response> => {
  if (signIn === null) return none();
  const { search, searchParams } = new URL(request.url);
  const state = searchParams.get('state') ?? '';
  const secure = url.startsWith('https:');
  const spent = cookie(state, '', secure);
  const done = await signIn.finish(search, cookieOf(request, nameFor(state)));
  if ('refused' in done) {
    const refused = page(problem(done.refused.code, done.refused.detail), done.to, done.fresh);
    refused.headers.append('set-cookie', spent);
    return refused;
  }
  return sentTo(`${url}${done.to}`, [spent, sessionCookieFor(done.opened.session, secure)]);
};

export const addSignInRoutes = (app: Hono, services: Services, auth: Auth): void => {
  const caught = (answer: Promise<Response>): Promise<Response> =>
    answer.catch((error: unknown) => errorResponse(error, services.log));
  app.get('/sign-in', (c) => caught(begin(services, auth, c.req.raw)));
  app.get('/sign-in/callback', (c) => caught(finish(services, c.req.raw)));
};
