/** Stops: putting one in force waits for every start and attach under way, so that none slips past it. */
import { iso, isoOrNull, type StopView } from '@belay/protocol';
import type { Pool } from 'pg';
import { stopLock } from './commit.ts';
import { withTransaction } from './transaction.ts';

type Row = {
  stop_id: string;
  scope: StopView['scope'];
  name: string | null;
  because: string;
  stopped_by: string;
  at: number;
  lifted_at: number | null;
  runs_taken: number;
};

export const stopView = (row: Row, nameOf: (personId: string) => string): StopView => ({
  stopId: row.stop_id,
  scope: row.scope,
  name: row.name,
  because: row.because,
  by: row.stopped_by,
  byName: nameOf(row.stopped_by),
  at: iso(row.at),
  liftedAt: isoOrNull(row.lifted_at),
  runsTaken: row.runs_taken,
});

export const putInForce = (
  pool: Pool,
  stop: { stopId: string; scope: string; name: string | null; because: string; by: string; at: number },
): Promise<string> =>
  withTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [stopLock]);
    await client.query(
      'INSERT INTO stops (stop_id, scope, name, because, stopped_by, at) VALUES ($1, $2, $3, $4, $5, $6)',
      [stop.stopId, stop.scope, stop.name, stop.because, stop.by, new Date(stop.at)],
    );
    return stop.stopId;
  });

export const runsHeldByAgents = async (
  pool: Pool,
  scope: string,
  name: string | null,
  limit: number,
): Promise<string[]> => {
  const { rows } = await pool.query<{ run_id: string }>(
    `SELECT run_id FROM runs WHERE finished_at IS NULL AND holder_kind = 'agent'
       AND ($1 = 'everything' OR ($1 = 'agent' AND agent_id = $2) OR ($1 = 'control' AND control_name = $2))
     ORDER BY run_id LIMIT $3`,
    [scope, name, limit],
  );
  return rows.map((row) => row.run_id);
};

export const countTaken = async (pool: Pool, stopId: string, runsTaken: number): Promise<void> => {
  await pool.query('UPDATE stops SET runs_taken = $2 WHERE stop_id = $1', [stopId, runsTaken]);
};

export const lift = async (pool: Pool, stopId: string, at: number): Promise<Row | null> => {
  const { rows } = await pool.query<Row>(
    'UPDATE stops SET lifted_at = coalesce(lifted_at, $2) WHERE stop_id = $1 RETURNING *',
    [stopId, new Date(at)],
  );
  return rows[0] ?? null;
};

export const listStops = async (pool: Pool, stopId: string | null, limit: number): Promise<Row[]> => {
  const { rows } = await pool.query<Row>(
    'SELECT * FROM stops WHERE $1::text IS NULL OR stop_id = $1 ORDER BY lifted_at IS NOT NULL, at DESC LIMIT $2',
    [stopId, limit],
  );
  return rows;
};
