/** Open cases by the hundred thousand: copies of one that the engine made, each with its run and its own ids. */
import type { Pool } from 'pg';

/** `team`: how many owners the cases are spread over. Nothing is due before `dueFrom`. */
const owners = 500;
const chunk = 10_000;

const runs = `
INSERT INTO runs (run_id, control_name, control_version, agent_id, key, status, holder_kind, holder_id, epoch, revision,
  case_id, urgency, state, next_due_at, next_due, started_at, finished_at)
SELECT 'run_' || n, r.control_name, r.control_version, r.agent_id, NULL, r.status, r.holder_kind, r.holder_id, r.epoch,
  r.revision, 'case_' || n, 0,
  r.state || jsonb_build_object('runId', 'run_' || n, 'subject', jsonb_build_object('id', n::text), 'case',
    (r.state -> 'case') || jsonb_build_object('caseId', 'case_' || n, 'nextRungAt', $4::bigint, 'owner', 'role:team-' || n % ${owners})),
  to_timestamp($4::bigint / 1000.0), r.next_due, r.started_at, NULL
FROM generate_series($2::int, $3::int) n CROSS JOIN (SELECT * FROM runs WHERE run_id = $1) r`;

const cases = `
INSERT INTO cases (case_id, run_id, control_name, status, priority, owner, claimed_by, opened_at, closed_at, state)
SELECT case_id, run_id, control_name, 'open', 0, state #>> '{case,owner}', NULL, started_at, NULL, state -> 'case'
FROM runs WHERE run_id = ANY(SELECT 'run_' || n FROM generate_series($1::int, $2::int) n)`;

/** Beside three open ones, one that was closed, a second after the one before: what lists of closed cases walk. */
const closed = `
INSERT INTO cases (case_id, run_id, control_name, status, priority, owner, claimed_by, opened_at, closed_at, state)
SELECT 'closed_' || n, c.run_id, c.control_name, 'resolved', 0, c.owner, NULL, c.opened_at, c.opened_at + n * interval '1 second', c.state
FROM generate_series($1::int, $2::int, 3) n JOIN cases c ON c.case_id = 'case_' || n`;

/** Makes cases `from` to `to` (numbers in their ids), none of them due before `dueAt`; on two connections at once. */
export const fill = async (pool: Pool, pattern: string, from: number, to: number, dueAt: number): Promise<void> => {
  let next = from;
  const work = async (): Promise<void> => {
    for (let first = next; first <= to; first = next) {
      const last = Math.min(to, first + chunk - 1);
      next = last + 1;
      await pool.query(runs, [pattern, first, last, dueAt]);
      await pool.query(cases, [first, last]);
      await pool.query(closed, [first, last]);
    }
  };
  await Promise.all([work(), work()]);
  await pool.query('VACUUM ANALYZE runs');
  await pool.query('VACUUM ANALYZE cases');
};

/** Every how manieth case comes due, beginning with the first. */
const stepOf = (total: number, count: number): number => Math.max(1, Math.floor(total / count));

/** Numbers from `first` on of cases that `makeDue` leaves alone: whoever claims them is in no rung's way. */
export function* notDue(first: number, total: number, count: number): Generator<number> {
  const step = stepOf(total, count);
  for (let n = first; n <= total; n++) if ((n - 1) % step !== 0 || step === 1) yield n;
}

/** Makes `count` cases due at `at`, spread over the whole table. */
export const makeDue = async (pool: Pool, total: number, count: number, at: number): Promise<void> => {
  await pool.query(
    `UPDATE runs SET next_due_at = to_timestamp($1::bigint / 1000.0),
       state = jsonb_set(state, '{case,nextRungAt}', to_jsonb($1::bigint))
     WHERE run_id = ANY(SELECT 'run_' || n FROM generate_series(1, $2::int, $3::int) n LIMIT $4)`,
    [at, total, stepOf(total, count), count],
  );
};
