/**
 * Takes away what is over and nobody asks for again, so that the database of a house that works for years holds its work
 * and its evidence and little else. Entries, runs, cases, approvals and permits are never among it, nor the ids of
 * deliveries that came in: without them an old one could be played again.
 */
import type { Pool } from 'pg';

const day = 86_400_000;
/** How long a request may be sent again under its Idempotency-Key, and how long a delivery can be looked up. */
const keptMs = 30 * day;
/** A clock that ran ahead for an hour signs nobody out for good. */
const lateMs = day;
const atOnce = 5_000;
const batchesAtMost = 100;

const clear = (table: string, over: string): string => `
DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${over} LIMIT ${atOnce} FOR UPDATE SKIP LOCKED))`;

const clearings: { text: string; keptMs: number }[] = [
  { text: clear('outbox', 'created_at < $1 AND delivered_at < $1 AND next_attempt_at IS NULL'), keptMs },
  { text: clear('idempotency', 'created_at < $1'), keptMs },
  { text: clear('login_links', 'expires_at < $1'), keptMs: lateMs },
  { text: clear('sessions', 'expires_at < $1'), keptMs: lateMs },
];

/** A batch is one short statement; what an hour leaves over, the next one takes. Any number of nodes may clear at once. */
export const clearOver = async (pool: Pool, at: number): Promise<void> => {
  for (const clearing of clearings)
    for (let batch = 0; batch < batchesAtMost; batch++) {
      const { rowCount } = await pool.query(clearing.text, [new Date(at - clearing.keptMs)]);
      if ((rowCount ?? 0) < atOnce) break;
    }
};
