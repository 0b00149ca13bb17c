/**
 * A run: one execution of a control by an agent over one subject. It is the aggregate and the fence: it carries the
 * holder and the epoch, its open case, its approvals and its unfinished permits, so that one row lock orders them all.
 *
 *   running --hand off--> held --take over--> taken --return--> running --finish--> finished
 *      \---------take over (any time)--------->/  \--resolve--> finished
 *   held --cancel--> running      taken --release--> held
 * Epoch + 1 at each attach, takeover, release and return; whoever comes with an older one is refused.
 */

import type { Effect, Risk, SignerGroup } from '@belay/control';
import type {
  Actor,
  ControlRef,
  FactView,
  Json,
  JsonObject,
  PacketView,
  ReasonView,
  Requirement,
  Target,
} from '@belay/protocol';
import type { SignIn } from '../oncall/sign-in.ts';

export type Holder = { kind: 'agent' | 'person'; id: string };

/** A permit: granted -> redeemed -> done | failed; granted -> expired | void; redeemed -> inDoubt -> done | notDone. */
export type PermitStatus = 'granted' | 'redeemed' | 'done' | 'failed' | 'inDoubt' | 'notDone' | 'expired' | 'void';
export type Permit = {
  permitId: string;
  step: string;
  key: string;
  /** which call of the agent asked: the same call may be answered twice, another one may not */
  attempt: string;
  digest: string;
  /** digest of what the agent asked for; differs from `digest` when a person edited the arguments */
  askedDigest: string;
  arguments: JsonObject;
  edited: boolean;
  decidedBy: 'rule' | 'person';
  effect: Effect;
  idempotent: boolean;
  epoch: number;
  status: PermitStatus;
  grantedAt: number;
  expiresAt: number;
  redeemedAt: number | null;
  settledAt: number | null;
  settledBy: Actor | null;
  result: Json;
  lateReport: Json;
  approvalIds: string[];
  /** why it was granted, in a sentence */
  because: string;
  /** what the rules read besides arguments and lookups; lookups are read again at redemption */
  given: { agent: JsonObject; system: JsonObject };
  /** what it adds to the counters of cumulative limits */
  counts: Count[];
};

/** `most` null: people let it through although the limit is passed. `amount` in the limit's whole units. */
export type Count = { counter: string; limit: string; amount: number; most: number | null; windowMs: number };

/** `groups`: the ones the signature may count for, as things stood when it was given. */
export type Signature = {
  by: string;
  insteadOf: string | null;
  groups: number[];
  at: number;
  comment: string | null;
  openedAt: number | null;
  /** how and when the signer had shown who they are; null: in a channel, or before it was kept */
  signIn: SignIn | null;
};
export type Exclusion = { personId: string; because: string };

/**
 * An approval: waiting -> approved -> used; waiting -> rejected | expired | void; approved -> void (takeover, edit).
 * approved, rejected -> waiting: a vote was withdrawn before it was used.
 */
export type Approval = {
  approvalId: string;
  name: string;
  status: 'waiting' | 'approved' | 'rejected' | 'expired' | 'void' | 'used';
  revision: number;
  because: string[];
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  facts: FactView[];
  /** what the signers see; null: asked for before packets were kept */
  packet: PacketView | null;
  agentWords: string | null;
  effect: Effect;
  editable: string[];
  groups: SignerGroup[];
  veto: 'any' | 'none';
  mustOpen: boolean;
  dwellMs: number;
  /** null: a sign-in of any age */
  freshSignInMs: number | null;
  exclusions: Exclusion[];
  opened: { by: string; at: number }[];
  signatures: Signature[];
  refusals: { by: string; at: number; because: string }[];
  /** votes that were refused and kept as evidence */
  refusedVotes: number;
  rejectedBecause: string | null;
  /** this is a new version of another approval's arguments */
  edited: { replaces: string; before: JsonObject; by: string } | null;
  requestedAt: number;
  expiresAt: number | null;
  decidedAt: number | null;
  withinMs: number;
  /** where silence leads; null: it waits on, and people are told again */
  onExpiry: string | null;
  permitId: string | null;
};

export type Reason = Omit<ReasonView, 'at'> & { at: number };

/** A case: open -> claimed -> returned | resolved; claimed -> open (release); open -> cancelled. */
export type Case = {
  caseId: string;
  status: 'open' | 'claimed' | 'returned' | 'resolved' | 'cancelled';
  revision: number;
  title: string;
  reasons: Reason[];
  step: CaseStep | null;
  /** null: the case is about no step */
  packet: PacketView | null;
  agentWords: string | null;
  /** name of the ladder or the target itself */
  to: string;
  owner: Target;
  rung: number;
  nextRungAt: number | null;
  nextTarget: Target | null;
  /** `round`: of a ladder that repeats; absent: the first */
  told: { target: Target; people: string[]; at: number; round?: number }[];
  priority: number;
  priorityBecause: string[];
  claimedBy: string | null;
  claimedAt: number | null;
  /** who had it before somebody took it from them, and why; absent: nobody */
  takenFrom?: { personId: string; because: string } | null;
  activeAt: number;
  /** nothing is told before an end: a person snoozed it, or those who would be told have quiet hours; absent: no */
  rest?: Rest | null;
  /** reminders since it was taken over */
  idles: number;
  declined: { by: string; because: string; at: number }[];
  openedAt: number;
  closedAt: number | null;
  resolution: string | null;
  breakGlass: boolean;
  /** who has it is somebody the control names; false after a stop or break-glass by somebody else */
  entitled: boolean;
};

export type Rest = {
  until: number;
  /** the rung that fires then */
  rung: number;
  because: string;
  /** who snoozed it; null: quiet hours, which hold a rung back once */
  by: string | null;
};

export type CaseStep = {
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  risk: Risk;
  effect: Effect;
  editable: string[];
  facts: FactView[];
  requirements: Requirement[];
};

export type Allowance = {
  step: string;
  /** digest of what the agent asked for */
  digest: string;
  arguments: JsonObject;
  effectiveDigest: string;
  edited: boolean;
  by: string;
  /** who had changed the arguments before `by` did; absent: nobody */
  changedBefore?: string[];
  /** the handoffs the person saw when allowing it: others still hold */
  seen: string[];
  /** false: a signer only changed the arguments; every requirement still holds */
  letsThrough: boolean;
  permitId: string | null;
};

export type Instructions = {
  text: string;
  digest: string;
  by: string;
  at: number;
  prohibit: string[];
  requireApproval: string[];
  allowOnce: { step: string; digest: string; arguments: JsonObject; edited: boolean }[];
  doneByMe: { step: string; digest: string; reference: string }[];
  unchanged: boolean;
};

/** A key whose step is over, kept short so that an agent that asks again gets the recorded answer. */
export type Settled = {
  key: string;
  permitId: string;
  /** a report came after it was settled; kept once */
  late: boolean;
  /** what a person said of it; null: the agent reported it */
  said: 'done' | 'notDone' | null;
};

/** A step that continued by rule and was drawn for a look afterwards. */
export type Sample = {
  sampleId: string;
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  because: string;
  asked: Target;
  at: number;
  /** when silence is told about; absent: of an older version, 7 days after `at` */
  dueAt?: number;
  /** how often it was told about */
  reminders?: number;
  verdict: 'right' | 'wrong' | null;
  reviewedBy: string | null;
  reviewedAt: number | null;
  comment: string | null;
};

/** The last use of break-glass; `before`: earlier ones that wait for the same look, in their order. Absent: none. */
export type Review = Use & { dueAt: number; before?: Use[] };
type Use = { usedBy: string; reason: string };

export type Run = {
  runId: string;
  control: ControlRef;
  agentId: string;
  key: string | null;
  subject: JsonObject;
  onBehalfOf: string | null;
  /** who published the version of the control it runs under; null: not known */
  publishedBy: string | null;
  holder: Holder;
  holderSince: number;
  epoch: number;
  entries: number;
  startedAt: number;
  lastHeardAt: number;
  finishedAt: number | null;
  outcome: Json;
  stepsDecided: number;
  costUsd: number;
  /** same step with the same arguments under different keys, counted since the last other step */
  repeat: { step: string; key: string; digest: string; count: number };
  /** failed tries per step, since the last success */
  failures: Record<string, number>;
  /** budgets start anew when a person has looked; `at`: since when the agent works, later by what it waited for people */
  spentBefore: { steps: number; costUsd: number; at?: number };
  /** the agent sends signs of life: one that is missing is a sign too */
  beats?: boolean;
  /** failures of systems outside since the last success: no fault of the agent, so they do not count as its steps */
  outside?: { count: number; since: number; counted: number };
  forbids: Record<string, number>;
  refusals: number;
  instructions: Instructions | null;
  acknowledged: boolean;
  prohibited: { step: string; by: string }[];
  approvalRequired: { step: string; by: string }[];
  allowances: Allowance[];
  doneByPerson: { step: string; digest: string; reference: string; by: string; at: number }[];
  /** refusals in force: these arguments are not asked for again until somebody gives in */
  rejections: { approvalId: string; name: string; step: string; digest: string; because: string; by: string }[];
  case: Case | null;
  approvals: Approval[];
  permits: Permit[];
  /** drawn and not looked at yet; they outlive the run */
  samples: Sample[];
  settledCount: number;
  settledRecently: Settled[];
  /** a person said it did not happen, the agent reports that it did: not run again under this key */
  contradicted: { key: string; permitId: string }[];
  /** break-glass was used and nobody else has looked at it yet; outlives the run */
  review: Review | null;
  /** something was decided that the agent has not taken up yet: told by webhook, then a person is told */
  owed: { since: number; step: string | null; because: string } | null;
};

export type RunStatus = 'running' | 'held' | 'taken' | 'finished';

export const runStatus = (run: Run): RunStatus => {
  if (run.finishedAt !== null) return 'finished';
  if (run.holder.kind === 'person') return 'taken';
  return run.case === null ? 'running' : 'held';
};

export const settledKept = 32;
