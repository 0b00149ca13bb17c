/**
 * Taking what is due. The rows of a batch are locked while the domain decides about them, and locked rows are passed
 * over, so that several nodes share a backlog and never decide the same run twice. Only sparing work rests on that
 * lock: the commit compares revisions as always.
 */
import type { Pool } from 'pg';
import type { Run } from '../domain/run/run.ts';
import { upgraded } from '../domain/run/upgrade.ts';
import type { DueStore } from '../engine/due.ts';
import { writeRuns } from './commit.ts';
import { wholeState } from './run-state.ts';
import { withTransaction } from './transaction.ts';

/** Walks the distinct urgencies by the index, highest first: as many steps as there are urgencies, not runs. */
const urgenciesDue = `
WITH RECURSIVE urgencies AS (
  (SELECT urgency FROM runs WHERE next_due_at IS NOT NULL ORDER BY urgency DESC LIMIT 1)
  UNION ALL
  SELECT (SELECT r.urgency FROM runs r WHERE r.next_due_at IS NOT NULL AND r.urgency < u.urgency
          ORDER BY r.urgency DESC LIMIT 1)
  FROM urgencies u WHERE u.urgency IS NOT NULL
)
SELECT urgency, first AS "dueAt" FROM urgencies u CROSS JOIN LATERAL (
  SELECT next_due_at AS first FROM runs r
  WHERE r.next_due_at IS NOT NULL AND r.urgency = u.urgency ORDER BY r.next_due_at LIMIT 1) f
WHERE first <= $1 ORDER BY urgency DESC`;

const lockDue = `
SELECT run_id AS "runId" FROM runs
WHERE next_due_at IS NOT NULL AND urgency = $1 AND next_due_at <= $2 AND run_id <> ALL($3)
ORDER BY next_due_at LIMIT $4 FOR UPDATE SKIP LOCKED`;

/** A statement of its own: its snapshot is taken under the lock, so that a run and its permits are of the same commit. */
const readLocked = `
SELECT revision, ${wholeState('r')} AS state FROM runs r WHERE run_id = ANY($1) ORDER BY next_due_at`;

/** A node that stops in the middle of a batch lets go of its rows after this. */
const heldAtMostMs = 2_000;

type Row = { revision: number; state: Run };

export const createDueStore = (pool: Pool): DueStore => ({
  urgencies: async (at) => {
    const { rows } = await pool.query<{ urgency: number; dueAt: number }>({
      name: 'urgencies-due',
      text: urgenciesDue,
      values: [new Date(at)],
    });
    return rows;
  },
  take: ({ urgency, at, except, limit }, decide) =>
    withTransaction(pool, async (client) => {
      await client.query(`SET LOCAL idle_in_transaction_session_timeout = ${heldAtMostMs}`);
      const locked = await client.query<{ runId: string }>({
        name: 'lock-due',
        text: lockDue,
        values: [urgency, new Date(at), except, limit],
      });
      if (locked.rows.length === 0) return;
      const runIds = locked.rows.map(({ runId }) => runId);
      const { rows } = await client.query<Row>({ name: 'read-locked', text: readLocked, values: [runIds] });
      const writes = await decide(rows.map(({ state, revision }) => ({ run: upgraded(state), revision })));
      if (writes.length > 0) await writeRuns(client, writes, at);
    }),
});

/** Unfinished runs without an armed next step, and how late the most overdue one is. Both should be nothing. */
export const overdue = async (pool: Pool, at: number): Promise<{ stranded: number; lateMs: number }> => {
  const { rows } = await pool.query<{ stranded: number }>(
    'SELECT count(*) AS stranded FROM runs WHERE finished_at IS NULL AND next_due_at IS NULL',
  );
  const due = await createDueStore(pool).urgencies(at);
  return { stranded: rows[0]?.stranded ?? 0, lateMs: due.reduce((late, { dueAt }) => Math.max(late, at - dueAt), 0) };
};
