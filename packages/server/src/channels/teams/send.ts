/** Calls to Teams through its own client, without retries, and what each outcome means for the card. */

import type { Json } from '@belay/protocol';
import { Client } from '@microsoft/teams.api';
import type { Delivery } from '../../engine/channel-ports.ts';
import { ofResponse, ofThrown } from '../outcome.ts';
import { at, readJson, textAt } from '../untrusted.ts';

const timeoutMs = 8_000;
const scope = 'https://api.botframework.com/.default';
/** A token is asked for anew before it ends. */
const earlyMs = 300_000;

type Failure = Exclude<Delivery, { kind: 'delivered' }>;

/** The login service did not give us a token. */
class NoToken extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.because);
    this.failure = failure;
  }
}

export type Account = { appId: string; appPassword: string; tenant: string; loginUrl: string };
type Ports = { fetch: typeof fetch; now: () => number };

const asking = ({ appId, appPassword }: Account): URLSearchParams =>
  new URLSearchParams({ grant_type: 'client_credentials', client_id: appId, client_secret: appPassword, scope });

/** The app's own token, kept until shortly before its end; `forget` when the vendor does not take it any more. */
const createToken = (account: Account, { fetch, now }: Ports) => {
  let token = '';
  let until = Number.NEGATIVE_INFINITY;
  const get = async (): Promise<string> => {
    if (now() < until) return token;
    const url = `${account.loginUrl}/${encodeURIComponent(account.tenant)}/oauth2/v2.0/token`;
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', body: asking(account), redirect: 'error', signal });
    if (!response.ok) throw new NoToken(ofResponse('the login service of Teams', response) as Failure);
    const answer: Json = readJson(await response.text());
    const seconds = at(answer, 'expires_in');
    token = textAt(answer, 'access_token');
    until = now() + (typeof seconds === 'number' ? seconds * 1_000 : 0) - earlyMs;
    return token;
  };
  const forget = (): void => {
    until = Number.NEGATIVE_INFINITY;
  };
  return { get, forget };
};

const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  trace() {},
  log() {},
  child: () => silent,
};

export const createClient = (account: Account, serviceUrl: string, ports: Ports) => {
  const token = createToken(account, ports);
  const client = new Client(serviceUrl, {
    token: token.get,
    timeout: timeoutMs,
    logger: silent,
    // What carries our token goes nowhere else.
    interceptors: [{ request: ({ config }) => ({ ...config, maxRedirects: 0 }) }],
  });
  return { client, forget: token.forget };
};
export type TeamsClient = ReturnType<typeof createClient>;

type Answered = { status: number; headers: object; data: Json };
const answered = (error: unknown): Answered | null =>
  typeof error === 'object' && error !== null && 'response' in error && typeof error.response === 'object'
    ? (error.response as Answered | null)
    : null;

const headersOf = (given: object): Headers =>
  new Headers(
    Object.entries(given).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])) as [
      string,
      string,
    ][],
  );

/** What an error of the client means. */
export const outcomeOf = (error: unknown): Failure => {
  if (error instanceof NoToken) return error.failure;
  const answer = answered(error);
  if (answer === null) return ofThrown('Teams', error) as Failure;
  const { status, data } = answer;
  const code = textAt(data, 'error', 'code') || textAt(data, 'subCode');
  if (code === 'ActivityNotFoundInConversation') return { kind: 'gone', because: 'the message is not there any more' };
  // Somebody else wrote at the same moment; Teams asks to try again.
  if (status === 412)
    return { kind: 'retry', because: 'Teams answered 412', afterMs: null, unknown: false, of: 'place' };
  const outcome = ofResponse('Teams', { status, headers: headersOf(answer.headers) }) as Failure;
  return code === '' ? outcome : { ...outcome, because: `${outcome.because} (${code})` };
};

export const isUnauthorised = (error: unknown): boolean => answered(error)?.status === 401;
