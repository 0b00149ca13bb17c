/** Links with which an unknown account becomes somebody's: each found until its time, and spent once. */
import type { Pool } from 'pg';
import type { AccountLink, LinkStore } from '../engine/inbound/ports.ts';

const instant = (at: number): Date => new Date(at);

export const createLinkStore = (pool: Pool): LinkStore => ({
  keep: async ({ linkId, channel, address, deliveryId, expiresAt }, at) => {
    await pool.query('DELETE FROM account_links WHERE expires_at <= $1', [instant(at)]);
    await pool.query(
      'INSERT INTO account_links (link_id, channel, address, delivery_id, expires_at) VALUES ($1, $2, $3, $4, $5)',
      [linkId, channel, address, deliveryId, instant(expiresAt)],
    );
  },
  find: async (linkId, at) => {
    const { rows } = await pool.query<AccountLink>(
      `SELECT link_id AS "linkId", channel, address, delivery_id AS "deliveryId", expires_at AS "expiresAt"
       FROM account_links WHERE link_id = $1 AND expires_at > $2`,
      [linkId, instant(at)],
    );
    return rows[0] ?? null;
  },
  spend: async (linkId, at) => {
    const { rowCount } = await pool.query('DELETE FROM account_links WHERE link_id = $1 AND expires_at > $2', [
      linkId,
      instant(at),
    ]);
    return rowCount === 1;
  },
});
