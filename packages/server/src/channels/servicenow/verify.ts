/**
 * The signature that our business rule puts on a push (docs/how-to/connect-servicenow.md): a base64 HMAC-SHA256 over
 * its time and the raw body, within five minutes to either side.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RawRequest, Verified } from '../../engine/channel-ports.ts';

const windowMs = 300_000;
const no = (because: string): Verified => ({ ok: false, because });

export const verify = (secrets: readonly string[], { headers, body }: RawRequest, now: number): Verified => {
  const [, time = '', mac = ''] =
    /^t=(\d{1,12}),v1=([A-Za-z0-9+/]{43}=)$/.exec(headers['x-belay-signature'] ?? '') ?? [];
  if (mac === '') return no('it carries no signature of our business rule');
  if (Math.abs(now - Number(time) * 1_000) > windowMs) return no('its time is not of now');
  const given = Buffer.from(mac, 'base64');
  const matches = secrets.some((secret) =>
    timingSafeEqual(createHmac('sha256', secret).update(`${time}.`).update(body).digest(), given),
  );
  return matches ? { ok: true } : no('its signature is not made with our secret');
};
