/**
 * From a request of Notion to "this page changed", and the handshake. The first delivery to a new address carries the
 * key of all later ones, so that an attacker could plant a key of his own: it is taken only while an operator waits for it.
 */
import { createHash } from 'node:crypto';
import type { Parsed, RawRequest, Verified } from '../../engine/channel-ports.ts';
import { verifyHub } from '../hub.ts';
import { readJson, textAt } from '../untrusted.ts';

const payloadOf = ({ body }: RawRequest) => readJson(Buffer.from(body).toString('utf8'));

export type Trust = {
  secrets: readonly string[] /** until when a handshake is taken; null: never */;
  armedUntil: number | null;
};

export const verify = ({ secrets, armedUntil }: Trust, raw: RawRequest, now: number): Verified => {
  if (textAt(payloadOf(raw), 'verification_token') === '') return verifyHub(secrets, 'x-notion-signature', raw);
  return armedUntil !== null && now < armedUntil
    ? { ok: true }
    : { ok: false, because: 'nobody waits for the handshake of Notion' };
};

const pageOf = (payload: ReturnType<typeof readJson>): string =>
  textAt(payload, 'entity', 'type') === 'page'
    ? textAt(payload, 'entity', 'id')
    : textAt(payload, 'data', 'page_id') || textAt(payload, 'data', 'parent', 'id');

/** Total: what cannot be read is nothing. */
export const parse = (raw: RawRequest): Parsed => {
  const payload = payloadOf(raw);
  if (payload === null) return { kind: 'nothing', because: 'it is not strict JSON', answer: { status: 400 } };
  const token = textAt(payload, 'verification_token');
  if (token !== '') {
    const toOperator = `Notion's verification token is ${token}. Paste it in Notion, and set BELAY_NOTION_VERIFICATION_TOKEN to it.`;
    return { kind: 'handshake', answer: { status: 200 }, toOperator };
  }
  const page = pageOf(payload);
  if (page === '') return { kind: 'nothing', because: 'it is about no page' };
  const id = textAt(payload, 'id') || createHash('sha256').update(raw.body).digest('hex');
  return { kind: 'hint', deliveryId: `event:${id}`, changed: [page], ack: { status: 200 } };
};
