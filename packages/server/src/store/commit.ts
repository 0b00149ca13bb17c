/**
 * The one statement that changes runs. It locks the run rows in id order, compares the revision each decision was made
 * on, and writes state, projections, entries, owed deliveries and idempotency keys of the rows that had not moved.
 * A row that had moved is left alone: holder and epoch are compared in the same transaction as the change, always.
 */
import type { Pool, PoolClient } from 'pg';
import { withoutEnded } from '../domain/run/evolve.ts';
import { runStatus } from '../domain/run/run.ts';
import { type Committed, KeyTaken, type StopInForce, type Write } from '../engine/ports.ts';
import { entryRow } from './entries.ts';
import { ownState } from './run-state.ts';
import { withTransaction } from './transaction.ts';

/**
 * What a limit adds: the counters are locked after the runs, by name, and added up again; a run whose step would pass a
 * limit that it was decided to keep counts as moved. Runs before it in the batch count in full.
 */
const counting = (parameter: number): string => `
), counts AS (
  SELECT n.* FROM jsonb_to_recordset($${parameter}::jsonb) AS n (run_id text, counter text, bucket bigint, since bigint,
    amount numeric, most numeric)
  JOIN locked l ON l.run_id = n.run_id
), held AS (
  SELECT c.counter, c.buckets FROM counters c
  WHERE c.counter IN (SELECT n.counter FROM counts n) ORDER BY c.counter FOR UPDATE
), added AS (
  SELECT n.run_id, n.counter, min(n.most) AS most, sum(n.amount) AS amount, max(n.since) AS since
  FROM counts n GROUP BY n.run_id, n.counter
), passed AS (
  SELECT t.run_id FROM (
    SELECT a.run_id, a.most, CASE WHEN h.counter IS NOT NULL THEN (SELECT coalesce(sum(b.value::numeric), 0)
        FROM jsonb_each_text(h.buckets) b WHERE b.key::bigint >= a.since) END + a.amount + coalesce(sum(greatest(a.amount, 0)) OVER (PARTITION BY a.counter
        ORDER BY a.run_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS total
    FROM added a LEFT JOIN held h ON h.counter = a.counter) t
  WHERE t.most IS NOT NULL AND (t.total IS NULL OR t.total > t.most)`;

const writtenCounters = `
), written_counters AS (
  UPDATE counters c SET buckets = (
    SELECT coalesce(jsonb_object_agg(s.bucket, s.amount), '{}') FROM (
      SELECT u.bucket, sum(u.amount) AS amount FROM (
        SELECT b.key::bigint AS bucket, b.value::numeric AS amount FROM jsonb_each_text(c.buckets) b
        UNION ALL
        SELECT x.bucket, x.amount FROM jsonb_to_recordset(n.added) AS x (bucket bigint, amount numeric)) u
      WHERE u.bucket >= n.since GROUP BY u.bucket) s)
  FROM (SELECT n.counter, min(n.since) AS since,
      jsonb_agg(jsonb_build_object('bucket', n.bucket, 'amount', n.amount)) AS added
    FROM counts n JOIN moved m ON m.run_id = n.run_id GROUP BY n.counter) n
  WHERE c.counter = n.counter`;

/** What most commits have none of: it is left out of their statement, because what is empty there costs time too. */
const created = `
), created AS (
  INSERT INTO runs (run_id, control_name, control_version, agent_id, key, status, holder_kind, holder_id, epoch,
    revision, case_id, urgency, state, next_due_at, next_due, started_at, finished_at)
  SELECT run_id, control_name, control_version, agent_id, key, status, holder_kind, holder_id, epoch,
    1, case_id, urgency, state, next_due_at, next_due, started_at, finished_at
  FROM input WHERE expected IS NULL
  ON CONFLICT DO NOTHING RETURNING run_id`;

const besides = `
), written_cases AS (
  INSERT INTO cases AS c (case_id, run_id, control_name, status, priority, owner, claimed_by, opened_at, closed_at, state)
  SELECT p.* FROM jsonb_to_recordset($6::jsonb) AS p (case_id text, run_id text, control_name text, status text,
    priority int, owner text, claimed_by text, opened_at timestamptz, closed_at timestamptz, state jsonb)
  JOIN moved m ON m.run_id = p.run_id
  ON CONFLICT (case_id) DO UPDATE SET status = excluded.status, priority = excluded.priority, owner = excluded.owner,
    claimed_by = excluded.claimed_by, closed_at = excluded.closed_at, state = excluded.state
), written_approvals AS (
  INSERT INTO approvals AS a (approval_id, run_id, status, requested_at, state)
  SELECT p.* FROM jsonb_to_recordset($7::jsonb) AS p (approval_id text, run_id text, status text,
    requested_at timestamptz, state jsonb)
  JOIN moved m ON m.run_id = p.run_id
  ON CONFLICT (approval_id) DO UPDATE SET status = excluded.status, state = excluded.state
), written_samples AS (
  INSERT INTO samples AS s (sample_id, run_id, control_name, status, asked, at, state)
  SELECT p.* FROM jsonb_to_recordset($8::jsonb) AS p (sample_id text, run_id text, control_name text, status text,
    asked text, at timestamptz, state jsonb)
  JOIN moved m ON m.run_id = p.run_id
  ON CONFLICT (sample_id) DO UPDATE SET status = excluded.status, state = excluded.state
), written_outbox AS (
  INSERT INTO outbox AS waiting (kind, lane, target, body, urgency, next_attempt_at, created_at)
  SELECT o.kind, o.lane, o.target, o.body, o.urgency, o.at, o.at
  FROM jsonb_to_recordset($9::jsonb) AS o (run_id text, kind text, lane text, target text, body jsonb, urgency int, at timestamptz)
  JOIN moved m ON m.run_id = o.run_id
  ON CONFLICT (kind, target) WHERE kind <> 'wake' AND next_attempt_at IS NOT NULL
  DO UPDATE SET changes = waiting.changes + 1, urgency = excluded.urgency
), written_keys AS (
  INSERT INTO idempotency (caller, key, body_digest, answer, created_at)
  SELECT k.caller, k.key, k.body_digest, k.answer, k.at
  FROM jsonb_to_recordset($10::jsonb) AS k (run_id text, caller text, key text, body_digest text, answer jsonb, at timestamptz)
  JOIN moved m ON m.run_id = k.run_id`;

/** `whole`: with what most commits have none of. Without, it writes entries and permits of runs that are there already. */
export type CommitKind = { whole: boolean; counts: boolean };

export const commitStatement = ({ whole, counts }: CommitKind): string => `
WITH input AS (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS i (
    run_id text, expected int, control_name text, control_version int, agent_id text, key text, status text,
    holder_kind text, holder_id text, epoch int, case_id text, urgency int, state jsonb,
    next_due_at timestamptz, next_due text, started_at timestamptz, finished_at timestamptz)
  WHERE i.run_id COLLATE "C" BETWEEN $4 AND $5 -- true of all; tells the planner that they are few, so that it reads runs by key
), locked AS (
  SELECT i.* FROM runs r JOIN input i ON i.run_id = r.run_id
  WHERE r.revision = i.expected ORDER BY r.run_id FOR UPDATE OF r${counts ? counting(whole ? 11 : 6) : ''}
), updated AS (
  UPDATE runs r SET control_version = i.control_version, status = i.status, holder_kind = i.holder_kind, holder_id = i.holder_id, epoch = i.epoch,
    revision = r.revision + 1, case_id = i.case_id, urgency = i.urgency, state = i.state,
    next_due_at = i.next_due_at, next_due = i.next_due, finished_at = i.finished_at
  FROM locked i WHERE r.run_id = i.run_id${counts ? ' AND i.run_id NOT IN (SELECT p.run_id FROM passed p)' : ''}
  RETURNING r.run_id${whole ? created : ''}
), moved AS (
  SELECT run_id FROM updated${whole ? ' UNION ALL SELECT run_id FROM created' : ''}
), written_entries AS (
  INSERT INTO entries (entry_id, stream, seq, type, by_kind, by_id, at, epoch, control_name, control_version, event, salt, leaf)
  SELECT e.entry_id, e.stream, e.seq, e.type, e.by_kind, e.by_id, e.at, e.epoch, e.control_name, e.control_version,
    e.event, decode(e.salt, 'hex'), decode(e.leaf, 'hex')
  FROM jsonb_to_recordset($2::jsonb) AS e (entry_id text, stream text, seq int, type text, by_kind text, by_id text,
    at timestamptz, epoch int, control_name text, control_version int, event jsonb, salt text, leaf text)
  JOIN moved m ON m.run_id = e.stream ORDER BY e.stream, e.seq
), written_permits AS (
  INSERT INTO permits AS t (permit_id, run_id, key, status, granted_at, state)
  SELECT p.* FROM jsonb_to_recordset($3::jsonb) AS p (permit_id text, run_id text, key text, status text,
    granted_at timestamptz, state jsonb)
  JOIN moved m ON m.run_id = p.run_id
  ON CONFLICT (permit_id) DO UPDATE SET status = excluded.status, state = excluded.state${whole ? besides : ''}${counts ? writtenCounters : ''}
)
SELECT run_id FROM moved`;

/** What a prepared statement of that kind is called. */
const nameOf = ({ whole, counts }: CommitKind): string =>
  `commit-runs${whole ? '' : '-steps'}${counts ? '-counting' : ''}`;

const statements = new Map(
  [true, false].flatMap((whole) =>
    [true, false].map((counts) => [nameOf({ whole, counts }), commitStatement({ whole, counts })] as const),
  ),
);

const kindOf = (writes: Write[]): CommitKind => ({
  whole: writes.some(
    ({ expected, cases, approvals, samples, outbox, idempotency }) =>
      expected === null || [cases, approvals, samples, outbox, idempotency].some((rows) => rows.length > 0),
  ),
  counts: writes.some(({ counts }) => counts.length > 0),
});

/** Serialises starting and attaching against stopping; transaction-scoped, so it works behind a pooler. */
export const stopLock = 0x62656c61;

const instant = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const runRow = ({ run, expected, nextDueAt, nextDue }: Write) => {
  const state = withoutEnded(run);
  return {
    run_id: run.runId,
    expected,
    control_name: run.control.name,
    control_version: run.control.version,
    agent_id: run.agentId,
    key: run.key,
    status: runStatus(state),
    holder_kind: run.holder.kind,
    holder_id: run.holder.id,
    epoch: run.epoch,
    case_id: state.case?.caseId ?? null,
    urgency: state.case?.priority ?? 0,
    state: ownState(state),
    next_due_at: instant(nextDueAt),
    next_due: nextDue,
    started_at: instant(run.startedAt),
    finished_at: instant(run.finishedAt),
  };
};

const projections = (writes: Write[], at: number) => ({
  entries: writes.flatMap(({ run, recorded }) => recorded.map((one) => entryRow(run, one))),
  cases: writes.flatMap(({ run, cases }) =>
    cases.map((c) => ({
      case_id: c.caseId,
      run_id: run.runId,
      control_name: run.control.name,
      status: c.status,
      priority: c.priority,
      owner: c.owner,
      claimed_by: c.claimedBy,
      opened_at: instant(c.openedAt),
      closed_at: instant(c.closedAt),
      state: c,
    })),
  ),
  approvals: writes.flatMap(({ run, approvals }) =>
    approvals.map((a) => ({
      approval_id: a.approvalId,
      run_id: run.runId,
      status: a.status,
      requested_at: instant(a.requestedAt),
      state: a,
    })),
  ),
  permits: writes.flatMap(({ run, permits }) =>
    permits.map((p) => ({
      permit_id: p.permitId,
      run_id: run.runId,
      key: p.key,
      status: p.status,
      granted_at: instant(p.grantedAt),
      state: p,
    })),
  ),
  samples: writes.flatMap(({ run, samples }) =>
    samples.map((s) => ({
      sample_id: s.sampleId,
      run_id: run.runId,
      control_name: run.control.name,
      status: s.verdict ?? 'open',
      asked: s.asked,
      at: instant(s.at),
      state: s,
    })),
  ),
  outbox: writes.flatMap(({ run, outbox }) => outbox.map((o) => ({ run_id: run.runId, ...o, at: instant(at) }))),
  keys: writes.flatMap(({ run, idempotency }) =>
    idempotency.map((k) => ({
      run_id: run.runId,
      caller: k.caller,
      key: k.key,
      body_digest: k.bodyDigest,
      answer: k.answer,
      at: instant(at),
    })),
  ),
  counts: writes.flatMap(({ run, counts }) => counts.map((count) => ({ run_id: run.runId, ...count }))),
});

/** The parameters of the statement of that kind, in its order. */
export const commitParameters = ({ whole, counts }: CommitKind, writes: Write[], at: number): string[] => {
  const p = projections(writes, at);
  const runIds = writes.map(({ run }) => run.runId).sort();
  return [
    ...[writes.map(runRow), p.entries, p.permits].map((rows) => JSON.stringify(rows)),
    runIds[0] ?? '',
    runIds.at(-1) ?? '',
    ...(whole ? [p.cases, p.approvals, p.samples, p.outbox, p.keys] : []).map((rows) => JSON.stringify(rows)),
    ...(counts ? [JSON.stringify(p.counts)] : []),
  ];
};

/** A unique key that another commit took, as what it is; any other error as it came. */
export const keyTaken = (error: unknown): unknown => {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code !== '23505') return error;
  if (constraint === 'permits_one_per_key') return new KeyTaken('permit', error);
  return new KeyTaken(constraint === 'idempotency_pkey' ? 'idempotency' : 'other', error);
};

/** Writes what had not moved; says which. */
export const writeRuns = async (client: Pool | PoolClient, writes: Write[], at: number): Promise<Set<string>> => {
  const kind = kindOf(writes);
  const result = await client.query<{ run_id: string }>({
    name: nameOf(kind),
    text: statements.get(nameOf(kind)) ?? '',
    values: commitParameters(kind, writes, at),
  });
  return new Set(result.rows.map((row) => row.run_id));
};

const stopsInForce = async (client: PoolClient, writes: Write[]): Promise<Map<string, StopInForce>> => {
  const { rows } = await client.query<StopInForce>(
    'SELECT stop_id AS "stopId", scope, name, because, stopped_by AS "by" FROM stops WHERE lifted_at IS NULL',
  );
  const hit = ({ run: { agentId, control } }: Write) =>
    rows.find(
      ({ scope, name }) =>
        scope === 'everything' ||
        (scope === 'agent' && name === agentId) ||
        (scope === 'control' && name === control.name),
    );
  return new Map(
    writes.flatMap((write): [string, StopInForce][] => {
      const stop = write.guarded ? hit(write) : undefined;
      return stop === undefined ? [] : [[write.run.runId, stop]];
    }),
  );
};

const runGuarded = (pool: Pool, writes: Write[], at: number): Promise<Committed> =>
  withTransaction(pool, async (client) => {
    await client.query('SELECT pg_advisory_xact_lock_shared($1)', [stopLock]);
    const stopped = await stopsInForce(client, writes);
    const free = writes.filter((write) => !stopped.has(write.run.runId));
    return { moved: await writeRuns(client, free, at), stopped };
  });

/** Commits all writes whose run row has not moved, or throws and commits none. */
export const commit = async (pool: Pool, writes: Write[], at: number): Promise<Committed> => {
  try {
    if (writes.some((write) => write.guarded)) return await runGuarded(pool, writes, at);
    return { moved: await writeRuns(pool, writes, at), stopped: new Map() };
  } catch (error) {
    throw keyTaken(error);
  }
};
