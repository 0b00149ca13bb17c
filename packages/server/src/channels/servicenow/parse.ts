/** From a verified push of our business rule to "this record changed". Total. */
import type { Parsed, RawRequest } from '../../engine/channel-ports.ts';
import { readJson, textAt } from '../untrusted.ts';

/** The name of a record here: its table and its sys_id. */
export const recordId = (table: string, sysId: string): string => `${table}:${sysId}`;

export const parse = ({ body }: RawRequest): Parsed => {
  const payload = readJson(Buffer.from(body).toString('utf8'));
  const [table, sysId, count] = ['table', 'sys_id', 'sys_mod_count'].map((name) => textAt(payload, name));
  if (!table || !sysId || !count)
    return { kind: 'nothing', because: 'it names no record', answer: { status: payload === null ? 400 : 200 } };
  const id = recordId(table, sysId);
  return { kind: 'hint', deliveryId: `push:${id}:${count}`, changed: [id], ack: { status: 200 } };
};
