/** What the auditor asks the database. Each question is answered by an index that is empty, or nearly, when all is well. */
import type { Pool } from 'pg';
import type { AuditStore } from '../engine/auditor.ts';

const countedAtMost = 1_000;

const counts = `
SELECT
  (SELECT count(*) FROM (SELECT FROM runs WHERE finished_at IS NULL AND next_due_at IS NULL LIMIT ${countedAtMost}) r) AS "unarmedRuns",
  (SELECT count(*) FROM (SELECT FROM cases WHERE status = 'open' AND (state ->> 'nextRungAt') IS NULL
                         LIMIT ${countedAtMost}) c) AS "unarmedCases",
  (SELECT count(*) FROM (SELECT FROM outbox WHERE lane = ANY($1) AND next_attempt_at < $2 LIMIT ${countedAtMost}) o) AS "stuckDeliveries",
  (SELECT count(*) FROM (SELECT FROM entries WHERE log_index IS NULL AND at < $2 LIMIT ${countedAtMost}) e) AS "stuckEntries"`;

type Of = { table: 'cases' | 'approvals'; id: string; key: string; live: string; known: string };

/** Live things whose run does not know them, or is over: a page by `key`, and where the next one begins. */
const strays = ({ table, id, key, live, known }: Of): string => `
WITH page AS (SELECT ${id} AS id, ${key} AS key, run_id FROM ${table} WHERE ${live} AND ${key} > $1 ORDER BY ${key} LIMIT $2)
SELECT (SELECT max(key) FROM page HAVING count(*) = $2) AS last,
  (SELECT array_agg(page.id) FROM page LEFT JOIN runs r USING (run_id)
   WHERE r.run_id IS NULL OR r.next_due_at IS NULL OR NOT ${known}) AS strays`;

const strayCases = strays({
  table: 'cases',
  id: 'case_id',
  key: 'run_id',
  live: "status IN ('open', 'claimed')",
  known: 'coalesce(r.case_id = page.id, false)',
});
const strayApprovals = strays({
  table: 'approvals',
  id: 'approval_id',
  key: 'approval_id',
  live: "status = 'waiting'",
  known: 'r.finished_at IS NULL',
});

export const createAuditStore = (pool: Pool): AuditStore => {
  const page = async (
    text: string,
    after: string,
    limit: number,
  ): Promise<{ last: string | null; strays: string[] }> => {
    const { rows } = await pool.query<{ last: string | null; strays: string[] | null }>(text, [after, limit]);
    return { last: rows[0]?.last ?? null, strays: rows[0]?.strays ?? [] };
  };
  return {
    counts: async (lanes, before) => {
      const { rows } = await pool.query<Awaited<ReturnType<AuditStore['counts']>>>(counts, [lanes, new Date(before)]);
      if (rows[0] === undefined) throw new Error('an aggregate answered no row');
      return rows[0];
    },
    strayCases: (after, limit) => page(strayCases, after, limit),
    strayApprovals: (after, limit) => page(strayApprovals, after, limit),
  };
};
