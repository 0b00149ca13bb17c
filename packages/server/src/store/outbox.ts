/** The outbox table: owed deliveries, taken with a lease. */
import type { Pool } from 'pg';
import type { FullFor, OutboxStore, OwedRow, WakeAddress } from '../engine/outbox.ts';

const instant = (at: number): Date => new Date(at);

/** What UPDATE returns has no order of its own. */
const takeDue = `
WITH due AS (
  SELECT outbox_id, next_attempt_at AS due_at FROM outbox
  WHERE lane = $4 AND next_attempt_at <= $1 AND NOT ($5::text[] && ARRAY[
    coalesce(body ->> 'stands', 'false'), coalesce(body ->> 'stands', 'false') || ' ' || coalesce(body #>> '{place,address}', '')])
  ORDER BY urgency DESC, next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED),
taken AS (
  UPDATE outbox o SET attempts = attempts + 1, next_attempt_at = $2 FROM due WHERE o.outbox_id = due.outbox_id
  RETURNING o.*, due.due_at)
SELECT outbox_id AS "outboxId", kind, target, body, attempts, due_at AS "dueAt", changes
FROM taken ORDER BY urgency DESC, due_at, outbox_id`;

const keyOf = ({ stands, address }: FullFor): string => (address === null ? String(stands) : `${stands} ${address}`);

export const createOutboxStore = (pool: Pool): OutboxStore => ({
  take: async (lane, at, leaseMs, limit, full = []) => {
    const { rows } = await pool.query<OwedRow>(takeDue, [
      instant(at),
      instant(at + leaseMs),
      limit,
      lane,
      full.map(keyOf),
    ]);
    return rows;
  },
  delivered: async ({ outboxId, changes }, at) => {
    await pool.query(
      `UPDATE outbox SET delivered_at = $2, last_error = NULL, attempts = CASE WHEN changes = $3 THEN attempts ELSE 0 END,
         next_attempt_at = CASE WHEN changes = $3 THEN NULL ELSE $2::timestamptz END
       WHERE outbox_id = $1`,
      [outboxId, instant(at), changes],
    );
  },
  failed: async ({ outboxId }, error, again) => {
    await pool.query('UPDATE outbox SET last_error = $2, next_attempt_at = $3 WHERE outbox_id = $1', [
      outboxId,
      error.slice(0, 2_000),
      again === null ? null : instant(again),
    ]);
  },
  hold: async ({ outboxId }, until, stands) => {
    await pool.query(
      `UPDATE outbox SET attempts = attempts - 1, next_attempt_at = $2, body = body || jsonb_build_object('stands', $3::boolean)
       WHERE outbox_id = $1`,
      [outboxId, instant(until), stands],
    );
  },
  wakeAddresses: async (agentId) => {
    const { rows } = await pool.query<WakeAddress>(
      `SELECT wake_url AS url, wake_secret AS secret FROM keys
       WHERE agent_id = $1 AND revoked_at IS NULL AND wake_url IS NOT NULL`,
      [agentId],
    );
    return rows;
  },
});
