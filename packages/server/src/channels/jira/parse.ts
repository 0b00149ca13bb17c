/** From a verified webhook of Jira to "this issue changed". What changed, and by whom, is read back. Total. */
import { createHash } from 'node:crypto';
import type { HttpAnswer, Parsed, RawRequest } from '../../engine/channel-ports.ts';
import { readJson, textAt } from '../untrusted.ts';

const ack: HttpAnswer = { status: 200 };

/** The identifier is the same on a repeat; without one, the same bytes are the same delivery. */
const deliveryOf = ({ headers, body }: RawRequest): string =>
  headers['x-atlassian-webhook-identifier'] || createHash('sha256').update(body).digest('hex');

export const parse = (raw: RawRequest): Parsed => {
  const payload = readJson(Buffer.from(raw.body).toString('utf8'));
  if (payload === null) return { kind: 'nothing', because: 'it is not strict JSON', answer: { status: 400 } };
  const issue = textAt(payload, 'issue', 'id');
  if (issue === '') return { kind: 'nothing', because: 'it is not about an issue', answer: ack };
  return { kind: 'hint', deliveryId: `webhook:${deliveryOf(raw)}`, changed: [issue], ack };
};
