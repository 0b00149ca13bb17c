/** The outbox table: owed deliveries, taken with a lease. */
import type { Pool } from 'pg';
import type { OutboxStore, OwedRow, WakeAddress } from '../engine/outbox.ts';

const instant = (at: number): Date => new Date(at);

export const createOutboxStore = (pool: Pool): OutboxStore => ({
  take: async (lane, at, leaseMs, limit, notAt = []) => {
    const { rows } = await pool.query<OwedRow>(
      `UPDATE outbox o SET attempts = attempts + 1, next_attempt_at = $2
       FROM (SELECT outbox_id FROM outbox WHERE lane = $4 AND next_attempt_at <= $1
               AND coalesce(body #>> '{place,address}', '') <> ALL($5)
             ORDER BY urgency DESC, next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
       WHERE o.outbox_id = due.outbox_id
       RETURNING o.outbox_id AS "outboxId", o.kind, o.target, o.body, o.attempts, o.changes`,
      [instant(at), instant(at + leaseMs), limit, lane, notAt],
    );
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
  hold: async ({ outboxId }, until) => {
    await pool.query('UPDATE outbox SET attempts = attempts - 1, next_attempt_at = $2 WHERE outbox_id = $1', [
      outboxId,
      instant(until),
    ]);
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
