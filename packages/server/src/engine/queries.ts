/** What there is, as lists and single things: reading, as the store answers it. */
import type { Actor, ExceptionView, ParsedQueryOf, StopView } from '@belay/protocol';
import type { Approval, Case, Permit, Run, Sample } from '../domain/run/run.ts';
import type { EntryRecord } from './entry-view.ts';
import type { InsightQueries } from './insight.ts';
import type { PublishedControl } from './publishing.ts';

export type Page<T> = { items: T[]; next: string | null };

/** Whose approvals: of a target, all of them or only those of one name. */
export type Wanted = { target: string; approval: string | null };

export type Queries = InsightQueries & {
  listCases(
    query: ParsedQueryOf<'listCases'>,
    personId: string,
    targets: string[],
  ): Promise<Page<{ kase: Case; run: Run }>>;
  getCase(caseId: string): Promise<{ kase: Case; run: Run } | null>;
  listRuns(query: ParsedQueryOf<'listRuns'>): Promise<Page<{ run: Run; revision: number }>>;
  listApprovals(
    query: ParsedQueryOf<'listApprovals'>,
    wanted: Wanted[],
  ): Promise<Page<{ approval: Approval; run: Run }>>;
  listSamples(query: ParsedQueryOf<'listSamples'>, targets: string[]): Promise<Page<{ sample: Sample; run: Run }>>;
  listExceptions(
    query: ParsedQueryOf<'listExceptions'>,
  ): Promise<Page<{ entry: EntryRecord; kind: ExceptionView['kind']; open: boolean }>>;
  getApproval(approvalId: string): Promise<{ approval: Approval; run: Run } | null>;
  getPermit(permitId: string): Promise<Permit | null>;
  entriesOf(stream: string, after: number, limit: number): Promise<EntryRecord[]>;
  entriesAfter(logIndex: number, limit: number): Promise<EntryRecord[]>;
  lastLogIndex(): Promise<number>;
  overdue(at: number): Promise<{ stranded: number; lateMs: number }>;
  listControls(): Promise<(PublishedControl & { openRuns: number })[]>;
  listVersions(name: string): Promise<(PublishedControl & { openRuns: number })[]>;
  /** unfinished runs under one version of a control */
  runsUnder(name: string, version: number, limit: number): Promise<string[]>;
  getControl(name: string, version: number | null): Promise<PublishedControl | null>;
  listStops(stopId: string | null, limit: number, nameOf: (personId: string) => string): Promise<StopView[]>;
  liftStop(stopId: string, because: string, by: Actor, at: number): Promise<boolean>;
};
