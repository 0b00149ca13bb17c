/**
 * The signature that Jira and Notion put on what they deliver: HMAC-SHA256 over the raw body. No time is signed, so a
 * replay verifies for ever; the inbox knows deliveries by their identifiers, and a delivery is only a hint.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RawRequest, Verified } from '../engine/channel-ports.ts';

const no = (because: string): Verified => ({ ok: false, because });

/** `sha256=HEX` of any of the secrets: while one is being changed, the old one still counts. None: nothing verifies. */
export const verifyHub = (secrets: readonly string[], header: string, { headers, body }: RawRequest): Verified => {
  const given = /^sha256=([0-9a-f]{64})$/.exec(headers[header] ?? '')?.[1];
  if (given === undefined) return no('it carries no signature');
  const signature = Buffer.from(given, 'hex');
  const matches = secrets.some((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(body).digest(), signature),
  );
  return matches ? { ok: true } : no('its signature is not made with our secret');
};
