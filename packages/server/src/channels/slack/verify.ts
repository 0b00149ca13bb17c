/**
 * Slack's signature: HMAC-SHA256 over `v0:timestamp:raw body`, within five minutes to either side. Slack's own library
 * lets timestamps of the future pass; a replay within the window is dropped by the inbox, which knows the delivery.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RawRequest, Verified } from '../../engine/channel-ports.ts';

const windowMs = 300_000;
const no = (because: string): Verified => ({ ok: false, because });

const signatureOf = (secret: string, timestamp: string, body: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest();

/** Any of the secrets: while one is being changed, the old one still counts. None: nothing verifies. */
export const verify = (secrets: readonly string[], { headers, body }: RawRequest, now: number): Verified => {
  const timestamp = headers['x-slack-request-timestamp'] ?? '';
  const given = /^v0=([0-9a-f]{64})$/.exec(headers['x-slack-signature'] ?? '')?.[1];
  if (given === undefined || !/^\d{1,12}$/.test(timestamp)) return no('it carries no signature of Slack');
  if (Math.abs(now - Number(timestamp) * 1_000) > windowMs) return no('its timestamp is not of now');
  const signature = Buffer.from(given, 'hex');
  const matches = secrets.some((secret) => timingSafeEqual(signatureOf(secret, timestamp, body), signature));
  return matches ? { ok: true } : no('its signature is not that of our app');
};
