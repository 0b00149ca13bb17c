/** From what an HTTP call came to, to what it means for the card: done, later, or never. The same for every vendor. */
import type { CardRef, Delivery } from '../engine/channel-ports.ts';

export const delivered = (ref: CardRef): Delivery => ({ kind: 'delivered', ref });

/** Retry-After in seconds or as a date; null when there is none that can be read. `date` is the answer's own clock. */
export const retryAfterMs = (header: string | null, date: string | null): number | null => {
  if (header === null) return null;
  if (/^\d+(\.\d+)?$/.test(header.trim())) return Math.ceil(Number(header) * 1_000);
  const until = Date.parse(header);
  const from = Date.parse(date ?? '');
  return Number.isNaN(until) || Number.isNaN(from) ? null : Math.max(0, until - from);
};

/** Statuses that say "not now". Everything else that is not 2xx says "not like this". */
const later = new Set([408, 409, 423, 425, 429, 500, 502, 503, 504, 529]);
const maybeDone = new Set([408, 500, 502, 504]);

type Answered = Pick<Response, 'status' | 'headers'>;

/** A refusing answer. 429 and 503 with Retry-After are about the whole channel unless `limits` says the place. */
export const ofResponse = (who: string, response: Answered, limits: 'channel' | 'place' = 'channel'): Delivery => {
  const { status, headers } = response;
  const because = `${who} answered ${status}`;
  if (status === 401) return { kind: 'rejected', because, of: 'channel' };
  if (!later.has(status)) return { kind: 'rejected', because, of: status === 403 || status === 404 ? 'place' : 'card' };
  const afterMs = retryAfterMs(headers.get('retry-after'), headers.get('date'));
  return { kind: 'retry', because, afterMs, unknown: maybeDone.has(status), of: afterMs === null ? 'place' : limits };
};

/** No answer came: nobody knows whether it happened. */
export const ofThrown = (who: string, error: unknown): Delivery => {
  const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause : error) : null;
  const never = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(
    (cause as NodeJS.ErrnoException | null)?.code ?? '',
  );
  const because = `${who} did not answer: ${cause?.message ?? String(error)}`;
  return { kind: 'retry', because, afterMs: null, unknown: !never, of: 'place' };
};
