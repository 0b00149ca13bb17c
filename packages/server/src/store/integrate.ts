/**
 * Integrates entries into the log: under the lock of the head row it takes those without a place, gives them the next
 * indexes, extends tree and tiles, and signs the new root when it is time, all in one transaction. So a checkpoint
 * exists only with the tree it signs, and an entry that becomes visible late is only late.
 */
import { append, type CompactRange, type NoteSigner, rootOf, signCheckpoint } from '@belay/protocol/evidence';
import type { Pool, PoolClient } from 'pg';
import { type EvidenceLog, integrationBatch } from '../engine/integrate.ts';
import { splitHashes, storeNodes } from './tiles.ts';
import { withTransaction } from './transaction.ts';

const checkpointEveryMs = 1_000;
const checkpointEveryEntries = 1_000;

type Head = { size: number; roots: Buffer; checkpointSize: number; checkpointAt: number | null };

/** Asked first, so that an idle log is not written to every second. */
const somethingToDo = async (pool: Pool): Promise<boolean> => {
  const { rows } = await pool.query<{ due: boolean }>(
    `SELECT EXISTS (SELECT FROM entries WHERE log_index IS NULL)
         OR EXISTS (SELECT FROM log_head WHERE size > checkpoint_size) AS due`,
  );
  return rows[0]?.due ?? false;
};

const lockHead = async (client: PoolClient): Promise<Head> => {
  const { rows } = await client.query<Head>(
    `SELECT size, roots, checkpoint_size AS "checkpointSize", checkpoint_at AS "checkpointAt" FROM log_head FOR UPDATE`,
  );
  if (rows[0] === undefined) throw new Error('The head row of the evidence log is missing: restore log_head.');
  return rows[0];
};

/** Takes the statement's own snapshot after the lock: everything committed by then, whatever its position. */
const extend = async (client: PoolClient, range: CompactRange): Promise<CompactRange> => {
  const { rows } = await client.query<{ position: number; leaf: Buffer }>({
    name: 'entries-without-place',
    text: 'SELECT position, leaf FROM entries WHERE log_index IS NULL ORDER BY position LIMIT $1',
    values: [integrationBatch],
  });
  if (rows.length === 0) return range;
  const extended = append(
    range,
    rows.map(({ leaf }) => leaf),
  );
  await client.query({
    name: 'place-entries',
    text: `UPDATE entries e SET log_index = $2::bigint + p.nth - 1
           FROM unnest($1::bigint[]) WITH ORDINALITY AS p (position, nth)
           WHERE e.position = p.position AND e.log_index IS NULL`,
    values: [rows.map(({ position }) => position), range.size],
  });
  await storeNodes(client, extended.nodes);
  return extended.range;
};

/** The clocks of two nodes may differ either way; neither may keep the other from signing. */
const timeToSign = ({ checkpointSize, checkpointAt }: Head, size: number, at: number): boolean =>
  size - checkpointSize >= checkpointEveryEntries ||
  (size > checkpointSize && (checkpointAt === null || Math.abs(at - checkpointAt) >= checkpointEveryMs));

const integrate = async (client: PoolClient, signer: NoteSigner, at: number): Promise<number> => {
  const head = await lockHead(client);
  const before: CompactRange = { size: head.size, roots: splitHashes(head.roots) };
  const after = await extend(client, before);
  const sign = timeToSign(head, after.size, at);
  const signedAt = new Date(at);
  if (sign) {
    const note = signCheckpoint({ size: after.size, root: rootOf(after) }, signer);
    await client.query('INSERT INTO checkpoints (size, note, signed_at) VALUES ($1, $2, $3)', [
      after.size,
      note,
      signedAt,
    ]);
  }
  if (sign || after.size > before.size) {
    await client.query(
      `UPDATE log_head SET size = $1, roots = $2, checkpoint_size = CASE WHEN $3 THEN $1 ELSE checkpoint_size END,
         checkpoint_at = CASE WHEN $3 THEN $4 ELSE checkpoint_at END`,
      [after.size, Buffer.concat(after.roots), sign, signedAt],
    );
  }
  return after.size - before.size;
};

export const createEvidenceLog = (pool: Pool, signer: NoteSigner): EvidenceLog => ({
  integrate: async (at) =>
    (await somethingToDo(pool)) ? await withTransaction(pool, (client) => integrate(client, signer, at)) : 0,
});
