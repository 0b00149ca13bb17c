/** Runs: reading the aggregate. Writing is `commit.ts` alone. */
import type { Pool } from 'pg';
import type { Permit, Run } from '../domain/run/run.ts';
import type { IdempotencyRow, RunStore, Stored } from '../engine/ports.ts';
import { commit } from './commit.ts';

type Row = { run_id: string; revision: number; state: Run };
const stored = ({ state, revision }: Row): Stored => ({ run: state, revision });

export const createRunStore = (pool: Pool): RunStore => ({
  load: async (runIds) => {
    const { rows } = await pool.query<Row>({
      name: 'load-runs',
      text: 'SELECT run_id, revision, state FROM runs WHERE run_id = ANY($1)',
      values: [runIds],
    });
    return new Map(rows.map((row) => [row.run_id, stored(row)]));
  },
  loadByKey: async (agentId, controlName, key) => {
    const { rows } = await pool.query<Row>(
      'SELECT run_id, revision, state FROM runs WHERE agent_id = $1 AND control_name = $2 AND key = $3',
      [agentId, controlName, key],
    );
    return rows[0] === undefined ? null : stored(rows[0]);
  },
  settledPermit: async (runId, key) => {
    const { rows } = await pool.query<{ state: Permit }>(
      "SELECT state FROM permits WHERE run_id = $1 AND key = $2 AND status = 'done'",
      [runId, key],
    );
    return rows[0]?.state ?? null;
  },
  commit: (writes, at) => commit(pool, writes, at),
  idempotent: async (caller, key) => {
    const { rows } = await pool.query<IdempotencyRow>(
      'SELECT caller, key, body_digest AS "bodyDigest", answer FROM idempotency WHERE caller = $1 AND key = $2',
      [caller, key],
    );
    return rows[0] ?? null;
  },
});
