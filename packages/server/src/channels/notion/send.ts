/** Calls to Notion through its own client, without its retries, and what each error means for the card. */
import { APIResponseError, Client, isHTTPResponseError, isNotionClientError } from '@notionhq/client';
import { type Delivery, NotRead } from '../../engine/channel-ports.ts';
import { clipped } from '../inert.ts';
import { ofResponse, ofThrown, retryAfterMs } from '../outcome.ts';

export const createNotionClient = (auth: string, baseUrl: string): Client =>
  new Client({ auth, baseUrl, retry: false, timeoutMs: 8_000, logger: () => undefined });

export type Failed = Exclude<Delivery, { kind: 'delivered' }>;

/** `on`: what was written: a new row in a data source, or a page that is there. */
export const outcomeOf = (error: unknown, on: 'source' | 'page'): Failed => {
  if (!isNotionClientError(error) || !isHTTPResponseError(error)) return ofThrown('Notion', error) as Failed;
  const because = `Notion answered ${error.status}: ${clipped(error.message, 300)}`;
  const headers = new Headers(error.headers as ConstructorParameters<typeof Headers>[0]);
  if (error.status === 429 || error.status === 529) {
    const afterMs = retryAfterMs(headers.get('retry-after'), headers.get('date'));
    return { kind: 'retry', because, afterMs, unknown: false, of: 'channel' };
  }
  if (error.status === 404)
    return on === 'page' ? { kind: 'gone', because } : { kind: 'rejected', because, of: 'place' };
  if (error instanceof APIResponseError && error.status === 400)
    return error.message.includes('archived')
      ? { kind: 'gone', because }
      : { kind: 'rejected', because, of: on === 'source' ? 'place' : 'card' };
  return { ...ofResponse('Notion', { status: error.status, headers }), because } as Failed;
};

export const reading = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new NotRead(outcomeOf(error, 'page'));
  }
};
