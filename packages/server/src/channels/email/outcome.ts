/** What an error of the mail client means: codes of SMTP (RFC 5321, 3463), or of a connection that broke. */
import type { Delivery } from '../../engine/channel-ports.ts';

type Failure = Exclude<Delivery, { kind: 'delivered' }>;
type MailError = { code?: unknown; responseCode?: unknown; command?: unknown };

/** Broken while the letter was being handed over: it may have been taken. */
const handingOver = new Set(['DATA', 'CONN_DATA']);
const neverConnected = new Set(['ECONNREFUSED', 'EDNS', 'ENOTFOUND']);

export const outcomeOf = (error: unknown): Failure => {
  const { code, responseCode, command } = (typeof error === 'object' && error !== null ? error : {}) as MailError;
  const status = typeof responseCode === 'number' ? responseCode : 0;
  const because =
    status === 0 ? `the mail server did not answer: ${String(code ?? error)}` : `the mail server answered ${status}`;
  if (code === 'EAUTH')
    return { kind: 'rejected', because: `the mail server refused our account (${status})`, of: 'channel' };
  if (status === 0)
    return { kind: 'retry', because, afterMs: null, unknown: !neverConnected.has(String(code)), of: 'place' };
  if (status < 500)
    return { kind: 'retry', because, afterMs: null, unknown: false, of: status === 421 ? 'channel' : 'place' };
  if (status === 530 || status === 535 || status === 534) return { kind: 'rejected', because, of: 'channel' };
  return { kind: 'rejected', because, of: handingOver.has(String(command)) ? 'card' : 'place' };
};
