/** The inbox of deliveries: stored raw before they are acknowledged, taken with a lease, done once. */
import type { Json } from '@belay/protocol';
import type { Pool } from 'pg';
import type { InboundRow, InboundStore, PressingAccount } from '../engine/inbound/ports.ts';
import type { Recorder } from './house-entries.ts';

const instant = (at: number): Date => new Date(at);

export const createInboundStore = (pool: Pool, recorded: Recorder): InboundStore => ({
  store: async (channel, deliveryId, raw: Json, at, dueAt = at) => {
    const { rowCount } = await pool.query(
      `INSERT INTO inbound (channel, delivery_id, raw, received_at, next_attempt_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [channel, deliveryId, JSON.stringify(raw), instant(at), instant(dueAt)],
    );
    return rowCount === 1;
  },
  take: async (at, leaseMs, limit) => {
    const { rows } = await pool.query<InboundRow>(
      `UPDATE inbound i SET attempts = attempts + 1, next_attempt_at = $2
       FROM (SELECT channel, delivery_id FROM inbound WHERE next_attempt_at <= $1
             ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
       WHERE i.channel = due.channel AND i.delivery_id = due.delivery_id
       RETURNING i.channel, i.delivery_id AS "deliveryId", i.raw, i.attempts, i.last_error AS "lastError"`,
      [instant(at), instant(at + leaseMs), limit],
    );
    return rows;
  },
  waiting: async (channel, deliveryId) => {
    const { rows } = await pool.query<InboundRow>(
      `SELECT channel, delivery_id AS "deliveryId", raw, attempts, last_error AS "lastError" FROM inbound
       WHERE channel = $1 AND delivery_id = $2 AND next_attempt_at IS NOT NULL`,
      [channel, deliveryId],
    );
    return rows[0] ?? null;
  },
  done: async ({ channel, deliveryId }, at) => {
    await pool.query(
      `UPDATE inbound SET done_at = $3, next_attempt_at = NULL, raw = NULL, last_error = NULL
       WHERE channel = $1 AND delivery_id = $2`,
      [channel, deliveryId, instant(at)],
    );
  },
  failed: async ({ channel, deliveryId }, error, again) => {
    await pool.query(
      'UPDATE inbound SET last_error = $3, next_attempt_at = $4 WHERE channel = $1 AND delivery_id = $2',
      [channel, deliveryId, error.slice(0, 2_000), again === null ? null : instant(again)],
    );
  },
  refusedAccounts: async (channels, since) => {
    const { rows } = await pool.query<PressingAccount>(
      `SELECT event ->> 'channel' AS channel, event ->> 'address' AS address, count(*)::int AS presses, max(at) AS "pressedAt"
       FROM entries WHERE stream = ANY($1) AND type = 'PressRefused' AND at > $2 AND event IS NOT NULL
       GROUP BY 1, 2 ORDER BY max(at) DESC LIMIT 200`,
      [channels.map((name) => `channel:${name}`), instant(since)],
    );
    return rows;
  },
  refused: async ({ channel, address, action, subject, because }, by, at) => {
    await recorded(
      async () => true,
      () => ({
        stream: `channel:${channel}`,
        type: 'PressRefused',
        content: { channel, address, action, subject, because },
        by,
        at,
      }),
    );
  },
});
