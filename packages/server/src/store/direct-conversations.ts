/** The conversations that channels opened with one person each: every node and every restart goes on in the same one. */
import type { Pool } from 'pg';
import type { DirectConversations } from '../engine/delivery/ports.ts';

export const createDirectConversations = (pool: Pool): DirectConversations => ({
  find: async (channel, address) => {
    const { rows } = await pool.query<{ conversation: string }>(
      'SELECT conversation FROM direct_conversations WHERE channel = $1 AND address = $2',
      [channel, address],
    );
    return rows[0]?.conversation ?? null;
  },
  keep: async (channel, address, conversation) => {
    await pool.query(
      `INSERT INTO direct_conversations (channel, address, conversation) VALUES ($1, $2, $3)
       ON CONFLICT (channel, address) DO UPDATE SET conversation = excluded.conversation`,
      [channel, address, conversation],
    );
  },
  forget: async (channel, address) => {
    await pool.query('DELETE FROM direct_conversations WHERE channel = $1 AND address = $2', [channel, address]);
  },
});
