/** Reading for people: lists with keyset paging, one thing with its run, timelines. Changes nothing. */
import type { ParsedQueryOf } from '@belay/protocol';
import type { Pool } from 'pg';
import type { Approval, Case, Permit, Run } from '../domain/run/run.ts';
import type { EntryRecord } from '../engine/entry-view.ts';
import type { RunOf } from '../engine/people.ts';

export type CaseRow = { kase: Case; run: Run };
export type ApprovalRow = { approval: Approval; run: Run };
export type RunRow = { run: Run; revision: number };

/** Cursors are opaque to callers: the sort key of the last row. */
const encode = (key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');
const decode = (cursor: string | undefined): unknown[] | null => {
  if (cursor === undefined) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(key) ? key : null;
  } catch {
    return null;
  }
};

export type Page<T> = { items: T[]; next: string | null };
const pageOf = <T>(rows: T[], limit: number, key: (row: T) => unknown[]): Page<T> => {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encode(key(last)) : null };
};

/** Written out in the statement, so that the indexes of live cases can serve it. */
const caseStatuses = {
  open: "c.status = 'open'",
  claimed: "c.status = 'claimed'",
  live: "c.status IN ('open', 'claimed')",
  closed: "c.status IN ('returned', 'resolved', 'cancelled')",
  all: 'true',
};
/** Of those, the ones that somebody has, or had, taken over. */
const takenStatuses = {
  ...caseStatuses,
  open: 'false',
  live: caseStatuses.claimed,
  all: "c.status <> 'open'",
};
const caseFilters = `($1::text IS NULL OR c.control_name = $1) AND ($2::text IS NULL OR c.run_id = $2)
  AND ($3::int IS NULL OR c.priority < $3 OR (c.priority = $3 AND (c.opened_at, c.case_id) > ($4::timestamptz, $5::text)))`;
const urgentFirst = 'ORDER BY c.priority DESC, c.opened_at, c.case_id LIMIT $6';

const allCases = (status: keyof typeof caseStatuses): string =>
  `SELECT c.* FROM cases c WHERE ${caseStatuses[status]} AND ${caseFilters} ${urgentFirst}`;

/** What somebody has taken over, and for each target what is open: a few steps in two indexes, however many there are. */
const ownCases = (status: keyof typeof caseStatuses): string => `
(SELECT c.* FROM unnest($8::text[]) AS target CROSS JOIN LATERAL (
  SELECT c.* FROM cases c WHERE c.status = 'open' AND c.owner = target AND ${caseStatuses[status]} AND ${caseFilters}
  ${urgentFirst}) c)
UNION ALL
(SELECT c.* FROM cases c WHERE c.claimed_by = $7 AND ${takenStatuses[status]} AND ${caseFilters}
  ${urgentFirst})`;

const runOf = async (
  pool: Pool,
  table: 'cases' | 'approvals' | 'permits',
  column: string,
  id: string,
): Promise<string | null> => {
  const { rows } = await pool.query<{ run_id: string }>(`SELECT run_id FROM ${table} WHERE ${column} = $1`, [id]);
  return rows[0]?.run_id ?? null;
};

export const createRunOf = (pool: Pool): RunOf => ({
  runOfCase: (id) => runOf(pool, 'cases', 'case_id', id),
  runOfApproval: (id) => runOf(pool, 'approvals', 'approval_id', id),
  runOfPermit: (id) => runOf(pool, 'permits', 'permit_id', id),
});

export const listCases = async (
  pool: Pool,
  query: ParsedQueryOf<'listCases'>,
  personId: string,
  targets: string[],
): Promise<Page<CaseRow>> => {
  const after = decode(query.cursor);
  const own = query.mine === true;
  const { rows } = await pool.query<CaseRow>(
    `SELECT c.state AS kase, r.state AS run FROM (${own ? ownCases(query.status) : allCases(query.status)}) c
     JOIN runs r USING (run_id) ${urgentFirst}`,
    [
      query.control ?? null,
      query.runId ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      after?.[2] ?? null,
      query.limit + 1,
      ...(own ? [personId, targets] : []),
    ],
  );
  return pageOf(rows, query.limit, ({ kase }) => [kase.priority, new Date(kase.openedAt).toISOString(), kase.caseId]);
};

export const getCase = async (pool: Pool, caseId: string): Promise<CaseRow | null> => {
  const { rows } = await pool.query<CaseRow>(
    'SELECT c.state AS kase, r.state AS run FROM cases c JOIN runs r USING (run_id) WHERE c.case_id = $1',
    [caseId],
  );
  return rows[0] ?? null;
};

export const listRuns = async (pool: Pool, query: ParsedQueryOf<'listRuns'>): Promise<Page<RunRow>> => {
  const after = decode(query.cursor);
  const { rows } = await pool.query<RunRow>(
    `SELECT state AS run, revision FROM runs
     WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR control_name = $2) AND ($3::text IS NULL OR agent_id = $3)
       AND ($4::bool IS NOT TRUE OR finished_at IS NULL)
       AND ($5::timestamptz IS NULL OR (started_at, run_id) < ($5, $6::text))
     ORDER BY started_at DESC, run_id DESC LIMIT $7`,
    [
      query.status ?? null,
      query.control ?? null,
      query.agentId ?? null,
      query.unfinished ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      query.limit + 1,
    ],
  );
  return pageOf(rows, query.limit, ({ run }) => [new Date(run.startedAt).toISOString(), run.runId]);
};

const approvalStatuses = {
  waiting: ['waiting'],
  decided: ['approved', 'rejected', 'used', 'expired', 'void'],
  all: null,
};

export const listApprovals = async (
  pool: Pool,
  query: ParsedQueryOf<'listApprovals'>,
  targets: string[],
): Promise<Page<ApprovalRow>> => {
  const after = decode(query.cursor);
  const { rows } = await pool.query<ApprovalRow>(
    `SELECT a.state AS approval, r.state AS run FROM approvals a JOIN runs r USING (run_id)
     WHERE ($1::text[] IS NULL OR a.status = ANY($1)) AND ($2::bool IS NOT TRUE OR a.state ->> 'from' = ANY($3))
       AND ($4::timestamptz IS NULL OR (a.requested_at, a.approval_id) > ($4, $5::text))
     ORDER BY a.requested_at, a.approval_id LIMIT $6`,
    [
      approvalStatuses[query.status],
      query.mine ?? null,
      targets,
      after?.[0] ?? null,
      after?.[1] ?? null,
      query.limit + 1,
    ],
  );
  return pageOf(rows, query.limit, ({ approval }) => [
    new Date(approval.requestedAt).toISOString(),
    approval.approvalId,
  ]);
};

export const getApproval = async (pool: Pool, approvalId: string): Promise<ApprovalRow | null> => {
  const { rows } = await pool.query<ApprovalRow>(
    'SELECT a.state AS approval, r.state AS run FROM approvals a JOIN runs r USING (run_id) WHERE a.approval_id = $1',
    [approvalId],
  );
  return rows[0] ?? null;
};

export const getPermit = async (pool: Pool, permitId: string): Promise<Permit | null> => {
  const { rows } = await pool.query<{ state: Permit }>('SELECT state FROM permits WHERE permit_id = $1', [permitId]);
  return rows[0]?.state ?? null;
};

export const entriesOf = async (pool: Pool, stream: string, after: number, limit: number): Promise<EntryRecord[]> => {
  const { rows } = await pool.query<EntryRecord>(
    'SELECT * FROM entries WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3',
    [stream, after, limit],
  );
  return rows;
};

/** Entries of the evidence log after an index: only integrated ones, so that none is ever skipped. */
export const entriesAfter = async (pool: Pool, logIndex: number, limit: number): Promise<EntryRecord[]> => {
  const { rows } = await pool.query<EntryRecord>(
    'SELECT * FROM entries WHERE log_index > $1 ORDER BY log_index LIMIT $2',
    [logIndex, limit],
  );
  return rows;
};

export const lastLogIndex = async (pool: Pool): Promise<number> => {
  const { rows } = await pool.query<{ last: number | null }>('SELECT max(log_index) AS last FROM entries');
  return rows[0]?.last ?? -1;
};
