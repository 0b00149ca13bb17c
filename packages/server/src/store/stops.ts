/** Stops: putting one in force waits for every start and attach under way, so that none slips past it. */
import { type Actor, iso, isoOrNull, type StopView } from '@belay/protocol';
import type { Pool } from 'pg';
import { stopLock } from './commit.ts';
import type { Recorder } from './house-entries.ts';

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

type NewStop = { stopId: string; scope: string; name: string | null; because: string; by: string; at: number };

export const putInForce = (recorded: Recorder, { stopId, scope, name, because, by, at }: NewStop): Promise<string> =>
  recorded(
    async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [stopLock]);
      await client.query(
        'INSERT INTO stops (stop_id, scope, name, because, stopped_by, at) VALUES ($1, $2, $3, $4, $5, $6)',
        [stopId, scope, name, because, by, new Date(at)],
      );
      return stopId;
    },
    () => ({
      stream: 'stop',
      type: 'StopOrdered',
      content: { stopId, scope, name, because },
      by: { kind: 'person', id: by },
      at,
    }),
  );

/** Unfinished runs of one agent, by an index of those alone. */
export const runsUnderWay = async (pool: Pool, agentId: string): Promise<string[]> => {
  const { rows } = await pool.query<{ run_id: string }>(
    'SELECT run_id FROM runs WHERE agent_id = $1 AND finished_at IS NULL ORDER BY run_id LIMIT 200',
    [agentId],
  );
  return rows.map(({ run_id }) => run_id);
};

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

/** False when there is no such stop. Lifting twice is lifting once. */
export const lift = (recorded: Recorder, stopId: string, because: string, by: Actor, at: number): Promise<boolean> =>
  recorded(
    async (client) => {
      const lifted = await client.query('UPDATE stops SET lifted_at = $2 WHERE stop_id = $1 AND lifted_at IS NULL', [
        stopId,
        new Date(at),
      ]);
      const known = await client.query('SELECT FROM stops WHERE stop_id = $1', [stopId]);
      return { known: known.rowCount === 1, lifted: lifted.rowCount === 1 };
    },
    ({ lifted }) => (lifted ? { stream: 'stop', type: 'StopLifted', content: { stopId, because }, by, at } : null),
  ).then(({ known }) => known);

export const listStops = async (pool: Pool, stopId: string | null, limit: number): Promise<Row[]> => {
  const { rows } = await pool.query<Row>(
    'SELECT * FROM stops WHERE $1::text IS NULL OR stop_id = $1 ORDER BY lifted_at IS NOT NULL, at DESC LIMIT $2',
    [stopId, limit],
  );
  return rows;
};
