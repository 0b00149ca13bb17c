/** Erases the contents of entries. Their leaves, and so every proof and checkpoint, stand as they were. */
import type { JsonObject } from '@belay/protocol';
import { contentDigest } from '@belay/protocol/evidence';
import type { Pool } from 'pg';
import { withTransaction } from './transaction.ts';

/** Says how many contents are gone now that were there before. */
export const eraseContents = (pool: Pool, entryIds: string[]): Promise<number> =>
  withTransaction(pool, async (client) => {
    const { rows } = await client.query<{ entryId: string; event: JsonObject; salt: Buffer }>(
      `SELECT entry_id AS "entryId", event, salt FROM entries
       WHERE entry_id = ANY($1) AND event IS NOT NULL ORDER BY entry_id FOR UPDATE`,
      [entryIds],
    );
    await client.query(
      `UPDATE entries e SET event = NULL, salt = NULL, content_digest = d.digest
       FROM unnest($1::text[], $2::text[]) AS d (entry_id, digest) WHERE e.entry_id = d.entry_id`,
      [rows.map(({ entryId }) => entryId), rows.map(({ event, salt }) => contentDigest(salt, event))],
    );
    return rows.length;
  });
