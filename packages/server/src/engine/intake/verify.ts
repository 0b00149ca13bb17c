/**
 * Is it really from them, and from now? The signature is over the raw bytes; where a time is signed it has to be within
 * five minutes. What a replay would open is open already, so that one within the window changes nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RawRequest, Verified } from '../channel-ports.ts';

export type Vendor = 'generic' | 'jira' | 'servicenow' | 'zendesk';

const windowMs = 300_000;
const no = (because: string): Verified => ({ ok: false, because });

const same = (given: Buffer, made: Buffer): boolean => given.length === made.length && timingSafeEqual(given, made);

const judged = (matches: boolean): Verified =>
  matches ? { ok: true } : no('its signature is not made with the secret of this intake');

const isNow = (at: number, now: number): boolean => Math.abs(now - at) <= windowMs;

/** Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`. */
const standard = (secret: string, { headers, body }: RawRequest, now: number): Verified => {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const given = (headers['webhook-signature'] ?? '').split(' ').flatMap((one) => /^v1,(.+)$/.exec(one)?.[1] ?? []);
  if (id === '' || given.length === 0 || !/^\d{1,12}$/.test(timestamp))
    return no('it carries no webhook-id, webhook-timestamp and webhook-signature');
  if (!isNow(Number(timestamp) * 1_000, now)) return no('its webhook-timestamp is not of now');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const made = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return judged(given.some((one) => same(Buffer.from(one, 'base64'), made)));
};

/** Jira signs the body alone: a repeat is told by its issue. */
const jira = (secret: string, { headers, body }: RawRequest): Verified => {
  const given = /^sha256=([0-9a-f]{64})$/.exec(headers['x-hub-signature'] ?? '')?.[1];
  if (given === undefined) return no('it carries no x-hub-signature');
  return judged(same(Buffer.from(given, 'hex'), createHmac('sha256', secret).update(body).digest()));
};

const zendesk = (secret: string, { headers, body }: RawRequest, now: number): Verified => {
  const timestamp = headers['x-zendesk-webhook-signature-timestamp'] ?? '';
  const given = headers['x-zendesk-webhook-signature'] ?? '';
  if (given === '' || Number.isNaN(Date.parse(timestamp))) return no('it carries no x-zendesk-webhook-signature');
  if (!isNow(Date.parse(timestamp), now)) return no('its x-zendesk-webhook-signature-timestamp is not of now');
  const made = createHmac('sha256', secret).update(timestamp).update(body).digest();
  return judged(same(Buffer.from(given, 'base64'), made));
};

const verifiers: Record<Vendor, (secret: string, raw: RawRequest, now: number) => Verified> = {
  generic: standard,
  servicenow: standard,
  jira,
  zendesk,
};

export const verifyIntake = (vendor: Vendor, secret: string, raw: RawRequest, now: number): Verified =>
  secret === '' ? no('this intake has no secret') : verifiers[vendor](secret, raw, now);
