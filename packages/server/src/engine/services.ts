/** Everything an edge may ask of the engine, in one place. `app.ts` builds it. */
import type { Actor, AnswerOf, ErrorCode, ExceptionView, KeyView, ParsedQueryOf, StopView } from '@belay/protocol';
import type { Refusal } from '../domain/decided.ts';
import type { OncallCommand, OncallEvent } from '../domain/oncall/entered.ts';
import type { Organisation, Person } from '../domain/oncall/organisation.ts';
import type { Approval, Case, Permit, Run, Sample } from '../domain/run/run.ts';
import type { AgentPorts } from './agent-ports.ts';
import type { AccountLinks } from './channel-work.ts';
import type { EntryRecord } from './entry-view.ts';
import type { Receive } from './inbound.ts';
import type { Intake } from './intake.ts';
import type { MovingPorts } from './moving.ts';
import type { HouseOnce } from './once.ts';
import type { StopPorts } from './people.ts';
import type { Log } from './ports.ts';
import type { PublishedControl } from './publishing.ts';
import type { Reword } from './rewording.ts';

export type Page<T> = { items: T[]; next: string | null };

/** Whose approvals: of a target, all of them or only those of one name. */
export type Wanted = { target: string; approval: string | null };

/** Reading, as the store answers it. */
export type Queries = {
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

export type NewKey = AnswerOf<'createKey'>;
export type AccountCommands = {
  createKey(agentId: string, controls: string[], wakeUrl: string | null, at: number, by: Actor): Promise<NewKey>;
  listKeys(): Promise<KeyView[]>;
  rotateKey(keyId: string, at: number, by: Actor): Promise<NewKey | null>;
  revokeKey(keyId: string, at: number, by: Actor): Promise<KeyView | null>;
  openSession(token: string, at: number): Promise<{ personId: string; session: string; csrf: string } | null>;
  closeSession(session: string): Promise<void>;
  createLoginLink(personId: string, at: number, by: Actor): Promise<string>;
};

/** What an auditor takes away: a file that verifies offline. */
export type EvidenceSelection =
  | { kind: 'run'; runId: string }
  | { kind: 'case'; caseId: string }
  | { kind: 'approval'; approvalId: string }
  | { kind: 'stream'; stream: string }
  | { kind: 'period'; from: number; to: number };
export type EvidenceExports = {
  publicKey: string;
  /** NDJSON lines, or why there is nothing to export */
  export(
    selection: EvidenceSelection,
    /** a checkpoint that somebody kept: the file proves that the log only grew since */
    since?: string,
  ): Promise<{ ok: true; lines: AsyncIterable<string> } | { ok: false; code: ErrorCode; detail: string }>;
};

/** Changes that somebody may wait for. A hint only: whoever waits reads again. */
export type Changes = {
  ofRun(runId: string, hint: () => void): () => void;
  /** as `ofRun`, but for the agent's own steps: they are no news to whoever watches who has control */
  ofControl(runId: string, hint: () => void): () => void;
  ofFeed(hint: () => void): () => void;
};

export type Services = AgentPorts &
  StopPorts &
  Pick<MovingPorts, 'orderMove'> & {
    queries: Queries;
    accounts: AccountCommands;
    evidence: EvidenceExports;
    changes: Changes;
    /** a version is drafted by one designer and published by another */
    secondPerson: boolean;
    /** carries out work on the house once per idempotency key */
    once: HouseOnce;
    /** replaces the organisation, with an entry that keeps the whole of it; false when it was not at `expected` any more */
    applyOrganisation(organisation: Organisation, by: Actor, expected?: number | null): Promise<boolean>;
    /** overrides, a swap, absences, or their withdrawal; answers the id of the first, and how many there are */
    changeOncall(
      command: OncallCommand,
      by: Person,
    ): Promise<{ id: string; added: number; event: OncallEvent | null; refused?: undefined } | { refused: Refusal }>;
    /** what the same would do now, and does not */
    tryOncall(
      command: OncallCommand,
      by: Person,
    ): Promise<{ event: OncallEvent | null; refused?: undefined } | { refused: Refusal }>;
    /** what lets a calendar read the feed of a schedule without signing in */
    feedToken(schedule: string): string;
    accountLinks: AccountLinks;
    /** how each channel is doing */
    channelHealth(): Promise<AnswerOf<'listChannels'>['items']>;
    /** what channels deliver */
    receive: Receive;
    intake: Intake;
    /** the sentence of a case in a language model's words; null where there are none */
    reword: Reword;
    /** what administrators have to know: findings of the audit, doubts about the clock */
    alarms(): string[];
    log: Log;
    version: string;
  };
