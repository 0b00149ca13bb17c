/** Reading for insight: the runs of a period by their index, and their entries run by run. */
import type { Pool } from 'pg';
import type { EntryOfPeriod, InsightQueries, RunOfPeriod } from '../engine/insight.ts';

export const createInsightQueries = (pool: Pick<Pool, 'query'>): InsightQueries => ({
  runsOfPeriod: async ({ control, since, until }, limit) => {
    const { rows } = await pool.query<RunOfPeriod>(
      `SELECT run_id AS "runId", agent_id AS "agentId", started_at AS "startedAt" FROM runs
       WHERE control_name = $1 AND started_at >= $2 AND started_at < $3
       ORDER BY started_at DESC, run_id DESC LIMIT $4`,
      [control, new Date(since).toISOString(), new Date(until).toISOString(), limit],
    );
    return rows;
  },
  entriesOfRuns: async (runIds, types, limit) => {
    const { rows } = await pool.query<EntryOfPeriod>(
      `SELECT stream, type, by_id AS by, at, control_version AS version, event FROM entries
       WHERE stream = ANY($1) AND type = ANY($2) ORDER BY stream, seq LIMIT $3`,
      [runIds, types, limit],
    );
    return rows;
  },
});
