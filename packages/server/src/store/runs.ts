/** Runs: reading the aggregate. Writing is `commit.ts` alone. */
import type { Pool } from 'pg';
import type { Approval, Permit, Run } from '../domain/run/run.ts';
import { upgraded, upgradedPermit } from '../domain/run/upgrade.ts';
import type { IdempotencyRow, RunStore, Stored } from '../engine/ports.ts';
import { commit } from './commit.ts';
import { readCounters } from './counters.ts';
import { wholeState } from './run-state.ts';

type Row = { run_id: string; revision: number; state: Run };
const stored = ({ state, revision }: Row): Stored => ({ run: upgraded(state), revision });

export const createRunStore = (pool: Pool): RunStore => ({
  load: async (runIds) => {
    const { rows } = await pool.query<Row>({
      name: 'load-runs',
      text: `SELECT run_id, revision, ${wholeState('r')} AS state FROM runs r WHERE run_id = ANY($1)`,
      values: [runIds],
    });
    return new Map(rows.map((row) => [row.run_id, stored(row)]));
  },
  loadByKey: async (agentId, controlName, key) => {
    const { rows } = await pool.query<Row>(
      `SELECT run_id, revision, ${wholeState('r')} AS state FROM runs r
       WHERE agent_id = $1 AND control_name = $2 AND key = $3`,
      [agentId, controlName, key],
    );
    return rows[0] === undefined ? null : stored(rows[0]);
  },
  settledPermit: async (runId, key) => {
    const { rows } = await pool.query<{ state: Permit }>(
      "SELECT state FROM permits WHERE run_id = $1 AND key = $2 AND status = 'done'",
      [runId, key],
    );
    return rows[0] === undefined ? null : upgradedPermit(rows[0].state);
  },
  permit: async (permitId) => {
    const { rows } = await pool.query<{ state: Permit }>('SELECT state FROM permits WHERE permit_id = $1', [permitId]);
    return rows[0] === undefined ? null : upgradedPermit(rows[0].state);
  },
  counters: (wanted, at) => readCounters(pool, wanted, at),
  refusedElsewhere: async ({ runId, control }, step, digest) => {
    const { rows } = await pool.query<{ state: Approval }>({
      name: 'refused-elsewhere',
      text: `SELECT a.state FROM approvals a JOIN runs r USING (run_id)
             WHERE a.status = 'rejected' AND a.state ->> 'digest' = $1 AND a.state ->> 'step' = $2
               AND r.control_name = $3 AND r.run_id <> $4 ORDER BY a.requested_at LIMIT 5`,
      values: [digest, step, control.name, runId],
    });
    return rows.map(({ state }) => ({
      by: state.refusals?.at(-1)?.by ?? 'somebody',
      because: state.rejectedBecause ?? '',
    }));
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
