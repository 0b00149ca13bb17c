/** Reading for people: lists with keyset paging, one thing with its run, timelines. Changes nothing. */
import type { ParsedQueryOf } from '@belay/protocol';
import type { Pool } from 'pg';
import type { Case, Permit, Run } from '../domain/run/run.ts';
import { upgraded, upgradedPermit } from '../domain/run/upgrade.ts';
import type { EntryRecord } from '../engine/entry-view.ts';
import type { RunOf } from '../engine/people.ts';
import type { Page } from '../engine/queries.ts';
import { decode, pageOf } from './paging.ts';
import { wholeState } from './run-state.ts';

export type CaseRow = { kase: Case; run: Run };
export type RunRow = { run: Run; revision: number };

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
  table: 'cases' | 'approvals' | 'permits' | 'samples',
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
  runOfSample: (id) => runOf(pool, 'samples', 'sample_id', id),
});

const current = <T extends { run: Run }>(row: T): T => ({ ...row, run: upgraded(row.run) });

export const listCases = async (
  pool: Pool,
  query: ParsedQueryOf<'listCases'>,
  personId: string,
  targets: string[],
): Promise<Page<CaseRow>> => {
  const after = decode(query.cursor);
  const own = query.mine === true;
  const { rows } = await pool.query<CaseRow>(
    `SELECT c.state AS kase, ${wholeState('r')} AS run FROM (${own ? ownCases(query.status) : allCases(query.status)}) c
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
  return pageOf(rows.map(current), query.limit, ({ kase }) => [
    kase.priority,
    new Date(kase.openedAt).toISOString(),
    kase.caseId,
  ]);
};

export const getCase = async (pool: Pool, caseId: string): Promise<CaseRow | null> => {
  const { rows } = await pool.query<CaseRow>(
    `SELECT c.state AS kase, ${wholeState('r')} AS run FROM cases c JOIN runs r USING (run_id) WHERE c.case_id = $1`,
    [caseId],
  );
  return rows[0] === undefined ? null : current(rows[0]);
};

export const listRuns = async (pool: Pool, query: ParsedQueryOf<'listRuns'>): Promise<Page<RunRow>> => {
  const after = decode(query.cursor);
  const { rows } = await pool.query<RunRow>(
    `SELECT ${wholeState('r')} AS run, revision FROM runs r
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
  return pageOf(rows.map(current), query.limit, ({ run }) => [new Date(run.startedAt).toISOString(), run.runId]);
};

export const getPermit = async (pool: Pool, permitId: string): Promise<Permit | null> => {
  const { rows } = await pool.query<{ state: Permit }>('SELECT state FROM permits WHERE permit_id = $1', [permitId]);
  return rows[0] === undefined ? null : upgradedPermit(rows[0].state);
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
