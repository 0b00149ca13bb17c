/**
 * The steps of one run as its entries tell them: what was asked, what it was decided on, who was asked, and what people
 * made of it. A step that was asked for again, with what people had given meanwhile, is the same step.
 */
import type { RecordedFacts } from '@belay/control';
import {
  digestOf,
  type FactView,
  type JsonObject,
  type OutcomeKind,
  type ReasonKind,
  type Requirement,
} from '@belay/protocol';
import type { RunEvent } from '../run/events.ts';

/** What became of a step. `waiting`: nothing yet. `alone`: it continued and nobody was asked. */
export type End =
  | 'alone'
  | 'unchanged'
  | 'edited'
  | 'rejected'
  | 'resolved'
  | 'done'
  | 'returned'
  | 'cancelled'
  | 'expired'
  | 'forbidden'
  | 'waiting';

export const ends: readonly End[] = [
  'alone',
  'unchanged',
  'edited',
  'rejected',
  'resolved',
  'done',
  'returned',
  'cancelled',
  'expired',
  'forbidden',
  'waiting',
];

/** A case as its entries tell it. */
export type CaseTold = {
  caseId: string;
  openedAt: number;
  claimedAt: number | null;
  claimedBy: string | null;
  /** of the rung that was told last before somebody came */
  rung: number;
  declined: { by: string; because: string }[];
  ended: 'returned' | 'resolved' | 'cancelled' | null;
  endedAt: number | null;
  instructions: string | null;
};

export type RecordedStep = {
  runId: string;
  agentId: string;
  at: number;
  version: number;
  step: string;
  key: string;
  digest: string;
  arguments: JsonObject;
  /** what was asked, before people gave anything */
  outcome: OutcomeKind;
  because: string;
  house: string | null;
  requirements: Requirement[];
  /** why the house asked, for requirements of no rule */
  kinds: Map<string, ReasonKind>;
  facts: FactView[];
  /** null: decided by a version of Belay that did not keep it */
  read: RecordedFacts | null;
  end: End;
  case: CaseTold | null;
  approvalId: string | null;
  /** who decided, and when */
  by: string | null;
  endedAt: number | null;
  /** arguments as a person changed them */
  editedTo: JsonObject | null;
  /** how it was judged afterwards; null: not drawn, or not looked at yet */
  judged: 'right' | 'wrong' | null;
};

/** One entry of a run. `event` null: its content was erased. */
export type RunEntry = { event: RunEvent | null; type: string; by: string; at: number; version: number };

export type RunTold = {
  steps: RecordedStep[];
  /** cases that no step opened: the agent asked, went silent, was stopped */
  otherCases: (CaseTold & { kind: ReasonKind; because: string })[];
  /** decisions whose content was erased */
  erased: number;
};

const strictness: readonly OutcomeKind[] = ['handoff', 'forbid', 'approval', 'continue'];
/** What all of this together comes to. */
export const strictestOf = (requirements: readonly Pick<Requirement, 'kind'>[]): OutcomeKind =>
  strictness.find((kind) => requirements.some((one) => one.kind === kind)) ?? 'continue';

type Telling = RunTold & {
  runId: string;
  agentId: string;
  live: CaseTold | null;
  byKey: Map<string, RecordedStep[]>;
  /** arguments that people made of a step's own */
  made: Map<RecordedStep, Set<string>>;
  /** who signed or refused which approval's step */
  approvals: Map<string, { step: RecordedStep; open: Set<string> }>;
  samples: Map<string, RecordedStep>;
};

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
type Tell<T extends RunEvent['type']> = (told: Telling, event: Of<T>, entry: RunEntry) => void;

/** The last step asked for under this key with these arguments, or with what people made of them. */
const stepOf = (told: Telling, { key, digest }: { key: string; digest: string }): RecordedStep | undefined =>
  told.byKey.get(key)?.findLast((known) => known.digest === digest || told.made.get(known)?.has(digest));

const gated: Tell<'StepGated'> = (told, event, { at, version }) => {
  if (stepOf(told, event)?.step === event.step) return;
  const outcome = strictestOf(event.requirements);
  const asked: RecordedStep = {
    runId: told.runId,
    agentId: told.agentId,
    at,
    version,
    step: event.step,
    key: event.key,
    digest: event.digest,
    arguments: event.arguments,
    outcome,
    because: event.because,
    house: event.house,
    requirements: event.requirements,
    kinds: new Map(),
    facts: event.facts,
    read: event.read ?? null,
    end: outcome === 'continue' ? 'alone' : outcome === 'forbid' ? 'forbidden' : 'waiting',
    case: outcome === 'handoff' ? told.live : null,
    approvalId: null,
    by: null,
    endedAt: null,
    editedTo: null,
    judged: null,
  };
  told.steps.push(asked);
  told.byKey.set(event.key, [...(told.byKey.get(event.key) ?? []), asked]);
};

/** The step that was handed off in the same breath. What comes later under its key (it is in doubt, was judged wrong) is another matter. */
const handedOff = (told: Telling, key: string | null): RecordedStep | undefined => {
  const step = key === null ? undefined : told.byKey.get(key)?.at(-1);
  return step?.outcome === 'handoff' && step.endedAt === null ? step : undefined;
};

const opened: Tell<'CaseOpened'> = (told, { case: kase }) => {
  const [reason] = kase.reasons;
  const live: CaseTold = {
    caseId: kase.caseId,
    openedAt: kase.openedAt,
    claimedAt: null,
    claimedBy: null,
    rung: 0,
    declined: [],
    ended: null,
    endedAt: null,
    instructions: null,
  };
  told.live = live;
  const step = handedOff(told, reason?.key ?? null);
  if (step === undefined) {
    told.otherCases.push(Object.assign(live, { kind: reason?.kind ?? 'asked', because: reason?.because ?? '' }));
    return;
  }
  step.case = live;
  if (reason !== undefined) step.kinds.set(reason.because, reason.kind);
};

const reasonAdded: Tell<'CaseReasonAdded'> = (told, { reason }) => {
  const step = handedOff(told, reason.key);
  if (step === undefined) return;
  step.case ??= told.live;
  step.kinds.set(reason.because, reason.kind);
};

const ofCase = (told: Telling): RecordedStep[] =>
  told.steps.filter((step) => step.case !== null && step.case === told.live);

const endCase = (told: Telling, ended: NonNullable<CaseTold['ended']>, { by, at }: RunEntry): RecordedStep[] => {
  const steps = ofCase(told).filter(({ endedAt }) => endedAt === null);
  if (told.live !== null) Object.assign(told.live, { ended, endedAt: at });
  for (const step of steps) Object.assign(step, { end: ended, by, endedAt: at });
  told.live = null;
  return steps;
};

const returned: Tell<'CaseReturned'> = (told, { instructions }, entry) => {
  if (told.live !== null) told.live.instructions = instructions.text;
  for (const step of endCase(told, 'returned', entry)) {
    const is = (one: { step: string; digest: string }) => one.step === step.step && one.digest === step.digest;
    const allowed = instructions.allowOnce.find(is);
    if (instructions.doneByMe.some(is)) step.end = 'done';
    if (allowed === undefined) continue;
    step.end = allowed.edited ? 'edited' : 'unchanged';
    if (!allowed.edited) continue;
    step.editedTo = allowed.arguments;
    remember(told, step, digestOf(allowed.arguments));
  }
};

const remember = (told: Telling, step: RecordedStep, digest: string): void => {
  told.made.set(step, (told.made.get(step) ?? new Set()).add(digest));
};

const requested: Tell<'ApprovalRequested'> = (told, { approval }) => {
  const step = stepOf(told, approval);
  if (step === undefined) return;
  step.approvalId ??= approval.approvalId;
  const open = [...told.approvals.values()].find((known) => known.step === step)?.open ?? new Set<string>();
  told.approvals.set(approval.approvalId, { step, open: open.add(approval.approvalId) });
};

/** Ends a step whose sign-off is over. A refusal is the last word, also after somebody handed the step back. */
const endSigning = (told: Telling, approvalId: string, end: End, { by, at }: RunEntry): void => {
  const step = told.approvals.get(approvalId)?.step;
  if (step === undefined || (step.endedAt !== null && end !== 'rejected')) return;
  Object.assign(step, { end: step.end === 'edited' && end === 'unchanged' ? 'edited' : end, by, endedAt: at });
};

const edited: Tell<'ArgumentsEdited'> = (told, event) => {
  const found = told.approvals.get(event.approvalId);
  if (found === undefined) return;
  remember(told, found.step, event.digest);
  Object.assign(found.step, { end: 'edited', editedTo: event.arguments });
};

const voted: Tell<'ApprovalSigned'> = (told, { approvalId, complete }, entry) => {
  const found = told.approvals.get(approvalId);
  if (found === undefined || !complete) return;
  found.open.delete(approvalId);
  if (found.open.size === 0) endSigning(told, approvalId, 'unchanged', entry);
};

/** Who reads the events of a run for what became of its steps; the others tell nothing of that. */
const tellers: { [T in RunEvent['type']]?: Tell<T> } = {
  StepGated: gated,
  CaseOpened: opened,
  CaseReasonAdded: reasonAdded,
  RungFired: ({ live }, { rung, also }) => {
    if (live === null || live.claimedAt !== null || also) return;
    live.rung = rung;
  },
  CaseClaimed: ({ live }, _event, { by, at }) => {
    if (live !== null) Object.assign(live, { claimedBy: by, claimedAt: live.claimedAt ?? at });
  },
  CaseDeclined: ({ live }, { because, asked }, { by }) => {
    if (asked !== false) live?.declined.push({ by, because });
  },
  CaseReturned: returned,
  CaseResolved: (told, _event, entry) => void endCase(told, 'resolved', entry),
  CaseCancelled: (told, _event, entry) => void endCase(told, 'cancelled', entry),
  ApprovalRequested: requested,
  ArgumentsEdited: edited,
  ApprovalSigned: voted,
  ApprovalRejected: (told, { approvalId, complete }, entry) => {
    if (complete) endSigning(told, approvalId, 'rejected', entry);
  },
  ApprovalExpired: (told, { approvalId }, entry) => endSigning(told, approvalId, 'expired', entry),
  ApprovalVoided: (told, { approvalId }, entry) => {
    const found = told.approvals.get(approvalId);
    found?.open.delete(approvalId);
    // Voided by an edit: the new version of it is asked for instead.
    if (found?.step.end === 'waiting' && found.step.outcome === 'approval')
      endSigning(told, approvalId, 'cancelled', entry);
  },
  StepSampled: (told, { sample }) => {
    const step = stepOf(told, sample);
    if (step !== undefined) told.samples.set(sample.sampleId, step);
  },
  SampleReviewed: (told, { sampleId, verdict }) => {
    const step = told.samples.get(sampleId);
    if (step !== undefined) step.judged = verdict;
  },
};

export const toldTypes: readonly string[] = Object.keys(tellers);

/** Folds the entries of one run, in their order. */
export const tellRun = (run: { runId: string; agentId: string }, entries: Iterable<RunEntry>): RunTold => {
  const told: Telling = {
    ...run,
    steps: [],
    otherCases: [],
    erased: 0,
    live: null,
    byKey: new Map(),
    made: new Map(),
    approvals: new Map(),
    samples: new Map(),
  };
  for (const entry of entries) {
    if (entry.event === null) {
      if (entry.type === 'StepGated') told.erased++;
      continue;
    }
    (tellers[entry.event.type] as Tell<RunEvent['type']> | undefined)?.(told, entry.event as never, entry);
  }
  const { steps, otherCases, erased } = told;
  return { steps, otherCases, erased };
};
