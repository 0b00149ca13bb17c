/** Reading for people who sign: approvals, steps to look at afterwards, and the register of exceptions. */
import type { ExceptionView, ParsedQueryOf } from '@belay/protocol';
import type { Pool } from 'pg';
import type { Approval, Run, Sample } from '../domain/run/run.ts';
import { upgraded, upgradedApproval } from '../domain/run/upgrade.ts';
import type { EntryRecord } from '../engine/entry-view.ts';
import type { Page, Wanted } from '../engine/queries.ts';
import { decode, pageOf } from './paging.ts';
import { wholeState } from './run-state.ts';

export type ApprovalRow = { approval: Approval; run: Run };
export type SampleRow = { sample: Sample; run: Run };

const current = ({ approval, run }: ApprovalRow): ApprovalRow => ({
  approval: upgradedApproval(approval),
  run: upgraded(run),
});

const approvalStatuses = {
  waiting: ['waiting'],
  decided: ['approved', 'rejected', 'used', 'expired', 'void'],
  all: null,
};

/** Those whose groups name the person now, and those of one name whose signature was delegated to them. */
const mine = `EXISTS (
  SELECT FROM jsonb_array_elements(coalesce(a.state -> 'groups', jsonb_build_array(jsonb_build_object('from', a.state ->> 'from')))) g
  JOIN jsonb_to_recordset($3::jsonb) AS w (target text, approval text) ON w.target = g ->> 'from'
  WHERE w.approval IS NULL OR w.approval = a.state ->> 'name')`;

export const listApprovals = async (
  pool: Pool,
  query: ParsedQueryOf<'listApprovals'>,
  wanted: Wanted[],
): Promise<Page<ApprovalRow>> => {
  const after = decode(query.cursor);
  const { rows } = await pool.query<ApprovalRow>(
    `SELECT a.state AS approval, ${wholeState('r')} AS run FROM approvals a JOIN runs r USING (run_id)
     WHERE ($1::text[] IS NULL OR a.status = ANY($1)) AND ($2::bool IS NOT TRUE OR ${mine})
       AND ($4::timestamptz IS NULL OR (a.requested_at, a.approval_id) > ($4, $5::text))
       AND ($7::text IS NULL OR r.control_name = $7) AND ($8::text IS NULL OR a.state ->> 'step' = $8)
       AND ($9::text IS NULL OR a.state ->> 'name' = $9) AND ($10::text IS NULL OR a.run_id = $10)
     ORDER BY a.requested_at, a.approval_id LIMIT $6`,
    [
      approvalStatuses[query.status],
      query.mine ?? null,
      JSON.stringify(wanted),
      after?.[0] ?? null,
      after?.[1] ?? null,
      query.limit + 1,
      query.control ?? null,
      query.step ?? null,
      query.name ?? null,
      query.runId ?? null,
    ],
  );
  return pageOf(rows.map(current), query.limit, ({ approval }) => [
    new Date(approval.requestedAt).toISOString(),
    approval.approvalId,
  ]);
};

export const getApproval = async (pool: Pool, approvalId: string): Promise<ApprovalRow | null> => {
  const { rows } = await pool.query<ApprovalRow>(
    `SELECT a.state AS approval, ${wholeState('r')} AS run FROM approvals a JOIN runs r USING (run_id)
     WHERE a.approval_id = $1`,
    [approvalId],
  );
  return rows[0] === undefined ? null : current(rows[0]);
};

export const listSamples = async (
  pool: Pool,
  query: ParsedQueryOf<'listSamples'>,
  targets: string[],
): Promise<Page<SampleRow>> => {
  const after = decode(query.cursor);
  const { rows } = await pool.query<SampleRow>(
    `SELECT s.state AS sample, ${wholeState('r')} AS run FROM samples s JOIN runs r USING (run_id)
     WHERE ($1 = 'all' OR s.status = $1) AND ($2::bool IS NOT TRUE OR s.asked = ANY($3))
       AND ($4::text IS NULL OR s.control_name = $4)
       AND ($5::timestamptz IS NULL OR (s.at, s.sample_id) > ($5, $6::text))
     ORDER BY s.at, s.sample_id LIMIT $7`,
    [
      query.status,
      query.mine ?? null,
      targets,
      query.control ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      query.limit + 1,
    ],
  );
  return pageOf(
    rows.map(({ sample, run }) => ({ sample, run: upgraded(run) })),
    query.limit,
    ({ sample }) => [new Date(sample.at).toISOString(), sample.sampleId],
  );
};

/** What each kind is in the entries. */
const exceptions: Record<ExceptionView['kind'], string> = {
  breakGlass: "e.type = 'BreakGlassUsed'",
  allowedOnce: "e.type = 'CaseReturned' AND jsonb_array_length(e.event -> 'instructions' -> 'allowOnce') > 0",
  refusedVote: "e.type = 'VoteRefused'",
  voteWithdrawn: "e.type = 'VoteWithdrawn'",
  argumentsEdited: "e.type = 'ArgumentsEdited'",
  approvalExpired: "e.type = 'ApprovalExpired'",
  contradicted: "e.type = 'LateReportKept' AND e.event ->> 'contradicts' = 'true'",
  reviewedWrong: "e.type = 'SampleReviewed' AND e.event ->> 'verdict' = 'wrong'",
  stopped: "e.type = 'StopOrdered'",
};

const kindOf = `CASE ${Object.entries(exceptions)
  .map(([kind, condition]) => `WHEN ${condition} THEN '${kind}'`)
  .join(' ')} END`;

/** Written out like the index, so that it can serve. */
const types = `e.type IN ('BreakGlassUsed', 'CaseReturned', 'VoteRefused', 'VoteWithdrawn', 'ArgumentsEdited',
  'ApprovalExpired', 'LateReportKept', 'SampleReviewed', 'StopOrdered')`;

/** Break-glass waits until its run says that it was reviewed. */
const isOpen = `(e.type = 'BreakGlassUsed' AND jsonb_typeof(r.state -> 'review') = 'object'
  AND NOT EXISTS (SELECT FROM entries l WHERE l.stream = e.stream AND l.seq > e.seq AND l.type = 'BreakGlassReviewed'))`;

export type ExceptionRow = { entry: EntryRecord; kind: ExceptionView['kind']; open: boolean };

export const listExceptions = async (
  pool: Pool,
  query: ParsedQueryOf<'listExceptions'>,
): Promise<Page<ExceptionRow>> => {
  const after = decode(query.cursor);
  const { rows } = await pool.query<
    { entry_id: string } & EntryRecord & { kind: ExceptionView['kind']; open: boolean }
  >(
    `SELECT e.*, ${kindOf} AS kind, ${isOpen} AS open FROM entries e LEFT JOIN runs r ON r.run_id = e.stream
     WHERE ${types} AND ${kindOf} IS NOT NULL AND ($1::text IS NULL OR ${kindOf} = $1)
       AND ($2::text IS NULL OR e.control_name = $2) AND ($3::text IS NULL OR e.stream = $3)
       AND ($4::bool IS NOT TRUE OR ${isOpen})
       AND ($5::timestamptz IS NULL OR e.at >= $5) AND ($6::timestamptz IS NULL OR e.at < $6)
       AND ($7::timestamptz IS NULL OR (e.at, e.entry_id) < ($7, $8::text))
     ORDER BY e.at DESC, e.entry_id DESC LIMIT $9`,
    [
      query.kind ?? null,
      query.control ?? null,
      query.runId ?? null,
      query.open ?? null,
      query.from ?? null,
      query.to ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      query.limit + 1,
    ],
  );
  const page = pageOf(rows, query.limit, (row) => [new Date(row.at).toISOString(), row.entry_id]);
  return { items: page.items.map(({ kind, open, ...entry }) => ({ entry, kind, open })), next: page.next };
};
