/** Everything an edge may ask of the engine, in one place. `app.ts` builds it. */
import type { Actor, AnswerOf, ErrorCode, KeyView } from '@belay/protocol';
import type { Organisation, Person } from '../domain/oncall/organisation.ts';
import type { AgentPorts } from './agent-ports.ts';
import type { AccountLinks } from './delivery/channel-work.ts';
import type { Entering } from './entering.ts';
import type { Receive } from './inbound/inbound.ts';
import type { Intake } from './intake/intake.ts';
import type { MovingPorts } from './moving.ts';
import type { HouseOnce } from './once.ts';
import type { StopPorts } from './people.ts';
import type { Log } from './ports.ts';
import type { Queries } from './queries.ts';
import type { Reword } from './rewording.ts';
import type { Opened, SignInDoor } from './sign-in/sign-in.ts';

export type NewKey = AnswerOf<'createKey'>;
export type AccountCommands = {
  createKey(agentId: string, controls: string[], wakeUrl: string | null, at: number, by: Actor): Promise<NewKey>;
  listKeys(): Promise<KeyView[]>;
  rotateKey(keyId: string, at: number, by: Actor): Promise<NewKey | null>;
  revokeKey(keyId: string, at: number, by: Actor): Promise<KeyView | null>;
  /** `may`: whether this person's links still count */
  openSession(token: string, at: number, may?: (personId: string) => boolean): Promise<Opened | null>;
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

export type LoginLinks = 'everybody' | 'administrators';

/** Administrators always have a way in that needs nobody else. */
export const mayUseLinks = ({ loginLinks }: Pick<Services, 'loginLinks'>, person: Person | null): boolean =>
  loginLinks === 'everybody' || (person?.access.includes('admin') ?? false);

export type Services = AgentPorts &
  StopPorts &
  Entering &
  Pick<MovingPorts, 'orderMove'> & {
    queries: Queries;
    accounts: AccountCommands;
    evidence: EvidenceExports;
    changes: Changes;
    /** a version is drafted by one designer and published by another */
    secondPerson: boolean;
    /** the company's identity provider; null: none is set up */
    signIn: SignInDoor | null;
    /** who may sign in with a one-time link */
    loginLinks: LoginLinks;
    /** carries out work on the house once per idempotency key */
    once: HouseOnce;
    /** replaces the organisation, with an entry that keeps the whole of it; false when it was not at `expected` any more */
    applyOrganisation(organisation: Organisation, by: Actor, expected?: number | null): Promise<boolean>;
    /** what lets a calendar read the feed of a schedule without signing in */
    feedToken(schedule: string): string;
    accountLinks: AccountLinks;
    /** how each channel is doing */
    channelHealth(): Promise<AnswerOf<'listChannels'>['items']>;
    examineChannels(): Promise<AnswerOf<'listChannels'>['items']>;
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
