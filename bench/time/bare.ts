/**
 * The yardstick: the same writes as firing rungs, by one set-based statement that decides nothing. For each due run its
 * row with its whole state, its case, an entry of the same size with its leaf, and what is owed; durable at the end.
 */
import type { Pool } from 'pg';

const statement = `
WITH due AS (
  SELECT run_id, case_id, state, epoch, revision FROM runs
  WHERE next_due_at IS NOT NULL AND urgency = 0 AND next_due_at <= to_timestamp($1::bigint / 1000.0)
  ORDER BY next_due_at FOR UPDATE SKIP LOCKED
), fired AS (
  SELECT run_id, case_id, epoch, jsonb_set(jsonb_set(jsonb_set(jsonb_set(state, '{case,nextRungAt}', to_jsonb($2::bigint)),
      '{case,rung}', '1'), '{case,owner}', '"role:second"'),
      '{case,told}', state #> '{case,told}' || $3::jsonb) || jsonb_build_object('entries', (state ->> 'entries')::int + 1) AS state
  FROM due
), moved AS (
  UPDATE runs r SET state = f.state, revision = r.revision + 1, next_due_at = to_timestamp($2::bigint / 1000.0), next_due = 'role:second is told'
  FROM fired f WHERE r.run_id = f.run_id RETURNING r.run_id
), written_cases AS (
  UPDATE cases c SET owner = 'role:second', state = f.state -> 'case' FROM fired f WHERE c.case_id = f.case_id
), written_entries AS (
  INSERT INTO entries (entry_id, stream, seq, type, by_kind, by_id, at, epoch, control_name, control_version, event, salt, leaf)
  SELECT 'entry_' || $4 || f.run_id, f.run_id, (f.state ->> 'entries')::int, 'RungFired', 'system', 'belay',
    to_timestamp($1::bigint / 1000.0), f.epoch, 'desk-work', 1,
    jsonb_build_object('type', 'RungFired', 'caseId', f.case_id, 'rung', 1, 'target', 'role:second', 'people', '["ben"]'::jsonb,
      'skipped', '[]'::jsonb, 'nextAt', $2::bigint, 'nextTarget', 'role:owners'),
    decode(md5(f.run_id), 'hex'), sha256(convert_to(f.run_id, 'UTF8'))
  FROM fired f
), written_outbox AS (
  INSERT INTO outbox (kind, lane, target, body, urgency, next_attempt_at, created_at)
  SELECT 'card', 'cards', 'case:' || f.case_id, '{}', 0, to_timestamp($1::bigint / 1000.0), to_timestamp($1::bigint / 1000.0)
  FROM fired f ON CONFLICT (kind, target) WHERE kind <> 'wake' AND next_attempt_at IS NOT NULL DO NOTHING
)
SELECT count(*) AS n FROM moved`;

/** Says how many it moved. `mark`: makes the ids of its entries its own. */
export const fireBare = async (pool: Pool, at: number, nextAt: number, mark: string): Promise<number> => {
  const told = JSON.stringify([{ target: 'role:second', people: ['ben'], at }]);
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    const { rows } = await client.query<{ n: number }>({
      text: statement,
      values: [at, nextAt, told, mark],
      query_timeout: 600_000,
    } as never);
    return rows[0]?.n ?? 0;
  } finally {
    await client.query('RESET statement_timeout');
    client.release();
  }
};
