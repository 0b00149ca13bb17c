/** After the storm: what was acknowledged, what happened outside, and what the database says have to be one story. */
import { openCheckpoint, parsePublicKey, verifyBundle } from '@belay/protocol/evidence';
import type { Pool } from 'pg';
import { exportBundle } from '../../src/store/evidence.ts';
import { type Effect, linesOf, type Storm } from './storm-world.ts';

const rowsOf = async <T extends object>(pool: Pool, text: string, values: unknown[] = []): Promise<T[]> =>
  (await pool.query<T>(text, values)).rows;

/** Streams with a gap, or whose run counts other entries than there are. Empty when all is well. */
export const gaps = (pool: Pool): Promise<object[]> =>
  rowsOf(
    pool,
    `SELECT e.stream, count(*) AS entries, max(e.seq) AS last, r.state ->> 'entries' AS counted
     FROM entries e LEFT JOIN runs r ON r.run_id = e.stream GROUP BY e.stream, r.state
     HAVING count(*) <> max(e.seq) OR min(e.seq) <> 1 OR (r.state ->> 'entries')::int <> count(*)`,
  );

type Database = Pick<Pool, 'query'>;

/** Open runs that nobody will look at again, and cases and permits left behind by a run that is over. */
export const unarmed = async (database: Database): Promise<string[]> => {
  const { rows } = await database.query<{ run_id: string }>(
    `SELECT run_id FROM runs WHERE finished_at IS NULL AND (next_due_at IS NULL OR next_due IS NULL)
     UNION SELECT run_id FROM cases JOIN runs USING (run_id)
     WHERE cases.status IN ('open', 'claimed') AND (runs.case_id IS DISTINCT FROM cases.case_id OR finished_at IS NOT NULL)
     UNION SELECT run_id FROM permits JOIN runs USING (run_id)
     WHERE permits.status IN ('redeemed', 'inDoubt') AND finished_at IS NOT NULL`,
  );
  return rows.map((row) => row.run_id);
};

export type Story = {
  /** the agent was told that the run exists, and it does not */
  lostRuns: string[];
  /** the agent was told that the run is finished, and it is not */
  lostFinishes: string[];
  /** it happened outside, and no permit says that it might */
  unpermitted: string[];
  /** it happened outside twice */
  twice: string[];
  /** recorded as done, and it never happened outside */
  neverHappened: string[];
  runs: number;
  effects: number;
};

export const compareStories = async (storm: Storm, pool: Pool): Promise<Story> => {
  const told = storm.toldAll();
  const effects = linesOf<Effect>(storm.effects);
  const runs = await rowsOf<{ run_id: string; key: string; finished: boolean }>(
    pool,
    'SELECT run_id, key, finished_at IS NOT NULL AS finished FROM runs',
  );
  const permits = await rowsOf<{ run_id: string; key: string; status: string; redeemed: boolean; item: string }>(
    pool,
    `SELECT run_id, key, status, state ->> 'redeemedAt' IS NOT NULL AS redeemed, state -> 'arguments' ->> 'item' AS item
     FROM permits`,
  );
  const known = new Set(runs.map((row) => row.run_id));
  const finished = new Set(runs.filter((row) => row.finished).map((row) => row.key));
  const permitted = new Set(permits.filter((permit) => permit.redeemed).map((permit) => permit.item));
  const seen = new Map<string, number>();
  for (const { item } of effects) seen.set(item, (seen.get(item) ?? 0) + 1);
  return {
    lostRuns: told.filter(({ what, runId = '' }) => what === 'started' && !known.has(runId)).map(({ item }) => item),
    lostFinishes: told.filter(({ what, item }) => what !== 'started' && !finished.has(item)).map(({ item }) => item),
    unpermitted: effects.filter(({ item }) => !permitted.has(item)).map(({ item }) => item),
    twice: [...seen].filter(([, times]) => times > 1).map(([item]) => item),
    neverHappened: permits.filter(({ status, item }) => status === 'done' && !seen.has(item)).map(({ item }) => item),
    runs: runs.length,
    effects: effects.length,
  };
};

/** Problems of the evidence log over everything that happened; empty when it verifies. */
export const evidenceProblems = async (pool: Pool, publicKey: string): Promise<string[]> => {
  const exported = await exportBundle(pool, { kind: 'period', from: 0, to: Date.now() + 86_400_000 }, { publicKey });
  if (!exported.ok) return [exported.detail];
  let text = '';
  for await (const line of exported.lines) text += line;
  const { ok, findings } = verifyBundle(text, { publicKey });
  return ok ? [] : findings.map((finding) => JSON.stringify(finding));
};

/** Until every entry stands under a signed checkpoint. */
export const signedCompletely = async (pool: Pool, publicKey: string): Promise<boolean> => {
  const [head] = await rowsOf<{ note: string; waiting: boolean }>(
    pool,
    `SELECT note, EXISTS (SELECT FROM entries WHERE log_index IS NULL OR log_index >= size) AS waiting
     FROM checkpoints ORDER BY size DESC LIMIT 1`,
  );
  const key = parsePublicKey(publicKey);
  return head !== undefined && !head.waiting && key !== null && openCheckpoint(head.note, key).ok;
};
