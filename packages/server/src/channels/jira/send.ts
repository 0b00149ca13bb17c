/** Calls to Jira through jira.js, which retries nothing here, and what each error means for the card. */
import { type Client, createClient, isApiError, isNetworkError, isRateLimitError } from 'jira.js/core';
import { type Delivery, NotRead } from '../../engine/channel-ports.ts';
import { ofResponse, ofThrown } from '../outcome.ts';

export type Cloud = typeof import('jira.js/cloud');
const timeoutMs = 8_000;

/** Loaded when the first call needs it: it is a file for each of Jira's 600 operations. */
export const cloud = (): Promise<Cloud> => import('jira.js/cloud');

/** The client has no time limit of its own. */
const inTime = <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

export const createJiraClient = (host: string, email: string, apiToken: string): Client => {
  const client = createClient({ host, auth: { type: 'basic', email, apiToken }, onSchemaMismatch: 'silent' });
  return { ...client, sendRequest: (config) => inTime(client.sendRequest(config)) };
};

/** Jira did not take what was written. */
export const isRefused = (error: unknown): boolean => isApiError(error) && error.status === 400;

export type Failed = Exclude<Delivery, { kind: 'delivered' }>;

/** `on`: what was written: a new issue in a project, or one that is there. */
export const outcomeOf = (error: unknown, on: 'project' | 'issue'): Failed => {
  const known = isRateLimitError(error)
    ? limited(error.retryAfterMs ?? null, on)
    : isApiError(error)
      ? ofStatus(error.status, on)
      : ofThrown('Jira', isNetworkError(error) ? (error.cause ?? error) : error);
  return known as Failed;
};

/** Jira limits writes to one issue apart from everything else: then only that card waits. */
const limited = (afterMs: number | null, on: 'project' | 'issue'): Delivery => ({
  kind: 'retry',
  because: 'Jira answered 429',
  afterMs,
  unknown: false,
  of: on === 'issue' ? 'place' : 'channel',
});

const ofStatus = (status: number, on: 'project' | 'issue'): Delivery => {
  const because = `Jira answered ${status}`;
  if (status === 404 && on === 'issue') return { kind: 'gone', because };
  if (on === 'project' && (status === 400 || status === 403 || status === 404))
    return { kind: 'rejected', because, of: 'place' };
  return ofResponse('Jira', { status, headers: new Headers() });
};

export const reading = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new NotRead(outcomeOf(error, 'issue'));
  }
};
