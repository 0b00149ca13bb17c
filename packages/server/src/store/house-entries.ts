/** Entries of what happens to the house itself: controls, organisation, keys, stops, sign-ins. Gap-free per stream. */
import { randomBytes } from 'node:crypto';
import { type Actor, type EventType, iso, type Json, type JsonObject } from '@belay/protocol';
import { contentDigest, leafHash, leafOf } from '@belay/protocol/evidence';
import type { Pool, PoolClient } from 'pg';
import { keyUnderWay } from '../engine/once.ts';
import type { IdempotencyRow } from '../engine/ports.ts';
import { keyTaken } from './commit.ts';
import { withTransaction } from './transaction.ts';

export type HouseEvent = { stream: string; type: EventType; content: JsonObject; by: Actor; at: number };

/** Writes one entry within the caller's transaction. The stream is locked while its next number is taken. */
const writeEntry = async (
  client: PoolClient,
  entryId: string,
  { stream, type, content, by, at }: HouseEvent,
): Promise<void> => {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [stream]);
  const { rows } = await client.query<{ seq: number }>(
    'SELECT coalesce(max(seq), 0) + 1 AS seq FROM entries WHERE stream = $1',
    [stream],
  );
  const seq = Number(rows[0]?.seq ?? 1);
  const salt = randomBytes(16);
  const event: Json = { type, ...content };
  const leaf = leafOf(
    { entryId, stream, seq, type, by, at: iso(at), epoch: null, control: null },
    contentDigest(salt, event),
  );
  await client.query(
    `INSERT INTO entries (entry_id, stream, seq, type, by_kind, by_id, at, event, salt, leaf)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [entryId, stream, seq, type, by.kind, by.id, iso(at), JSON.stringify(event), salt, Buffer.from(leafHash(leaf))],
  );
};

export type Recorder = <T>(
  work: (client: PoolClient) => Promise<T>,
  /** null: nothing happened, nothing is written down */
  eventOf: (result: T) => HouseEvent | null,
) => Promise<T>;

/** Without an answer: that follows when the request has one. */
const writeKey = async (client: PoolClient, { at }: HouseEvent): Promise<boolean> => {
  const underWay = keyUnderWay.getStore();
  if (underWay === undefined || underWay.written) return false;
  const { caller, key, bodyDigest } = underWay.key;
  await client.query(
    "INSERT INTO idempotency (caller, key, body_digest, answer, created_at) VALUES ($1, $2, $3, 'null', $4)",
    [caller, key, bodyDigest, new Date(at)],
  );
  return true;
};

/** Does a piece of work and writes down what happened, in one transaction, with the request's idempotency key. */
export const createRecorder =
  (pool: Pool, newId: (prefix: string) => string): Recorder =>
  async (work, eventOf) => {
    let keyed = false;
    const result = await withTransaction(pool, async (client) => {
      const done = await work(client);
      const event = eventOf(done);
      if (event === null) return done;
      await writeEntry(client, newId('entry'), event);
      keyed = await writeKey(client, event);
      return done;
    }).catch((error: unknown) => {
      throw keyTaken(error);
    });
    const underWay = keyUnderWay.getStore();
    if (keyed && underWay !== undefined) underWay.written = true;
    return result;
  };

export const keepAnswer = async (pool: Pool, { caller, key, answer }: IdempotencyRow): Promise<void> => {
  await pool.query('UPDATE idempotency SET answer = $3 WHERE caller = $1 AND key = $2', [
    caller,
    key,
    JSON.stringify(answer),
  ]);
};
