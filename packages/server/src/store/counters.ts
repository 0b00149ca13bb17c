/**
 * Counters of cumulative limits. A counter that nobody has used gets its row when it is first read, so that a commit
 * always finds a row to lock. Adding to one is part of `commit.ts`.
 */
import type { Pool } from 'pg';
import { stretchOf } from '../engine/counting.ts';
import type { CounterRead } from '../engine/ports.ts';

const statement = `
WITH wanted AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS w (counter text, since bigint)
), made AS (
  INSERT INTO counters (counter) SELECT w.counter FROM wanted w
  WHERE NOT EXISTS (SELECT FROM counters c WHERE c.counter = w.counter) ORDER BY w.counter ON CONFLICT DO NOTHING
)
SELECT w.counter, coalesce((
  SELECT sum(b.value::numeric) FROM counters c, jsonb_each_text(c.buckets) b
  WHERE c.counter = w.counter AND b.key::bigint >= w.since), 0) AS total
FROM wanted w`;

export const readCounters = async (
  pool: Pool,
  wanted: readonly CounterRead[],
  at: number,
): Promise<Record<string, number>> => {
  const asked = wanted.map(({ counter, windowMs }) => ({ counter, since: stretchOf(windowMs, at).since }));
  const { rows } = await pool.query<{ counter: string; total: string | number }>({
    name: 'read-counters',
    text: statement,
    values: [JSON.stringify(asked)],
  });
  return Object.fromEntries(rows.map(({ counter, total }) => [counter, Number(total)]));
};
