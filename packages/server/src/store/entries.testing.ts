/** Entries as the commit of a run writes them, without the run: for tests of the log. */
import { randomBytes } from 'node:crypto';
import { iso, type JsonObject } from '@belay/protocol';
import { contentDigest, leafHash, leafOf, newSecretKey, noteSigner } from '@belay/protocol/evidence';
import type { Pool, PoolClient } from 'pg';

export const testSigner = noteSigner(newSecretKey('belay.example/test', new Uint8Array(32).fill(7)));

export type TestEntry = { stream: string; seq: number; at?: number; event?: JsonObject; control?: string };

export const testControlDigest = `sha256:${'ab'.repeat(32)}`;

const rowOf = ({ stream, seq, at = 1_790_000_000_000 + seq, event, control }: TestEntry) => {
  const content = event ?? { type: 'AgentReported', costUsd: seq, progress: 'Übergabe' };
  const salt = randomBytes(16);
  const entry = {
    entryId: `${stream}.${seq}`,
    stream,
    seq,
    type: 'AgentReported',
    by: { kind: 'agent' as const, id: 'payments' },
    at: iso(at),
    epoch: 1,
    control: control === undefined ? null : { name: control, version: 1, digest: testControlDigest },
  };
  return {
    entry_id: entry.entryId,
    stream,
    seq,
    at: entry.at,
    control_name: control ?? null,
    event: content,
    salt: salt.toString('hex'),
    leaf: Buffer.from(leafHash(leafOf(entry, contentDigest(salt, content)))).toString('hex'),
  };
};

/** Gives the leaf hashes. */
export const writeEntries = async (client: Pool | PoolClient, entries: TestEntry[]): Promise<Buffer[]> => {
  const rows = entries.map(rowOf);
  await client.query(
    `INSERT INTO entries (entry_id, stream, seq, type, by_kind, by_id, at, epoch, control_name, control_version, event, salt, leaf)
     SELECT e.entry_id, e.stream, e.seq, 'AgentReported', 'agent', 'payments', e.at, 1, e.control_name,
       CASE WHEN e.control_name IS NULL THEN NULL ELSE 1 END, e.event, decode(e.salt, 'hex'), decode(e.leaf, 'hex')
     FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (entry_id text, stream text, seq int, at timestamptz,
       control_name text, event jsonb, salt text, leaf text)) WITH ORDINALITY AS e ORDER BY ordinality`,
    [JSON.stringify(rows)],
  );
  return rows.map(({ leaf }) => Buffer.from(leaf, 'hex'));
};

export const someEntries = (stream: string, count: number, from = 1): TestEntry[] =>
  Array.from({ length: count }, (_, at) => ({ stream, seq: from + at }));
