/** What can happen to a run. Facts in past tense; `evolve` folds them, the entry log keeps them. */
import type { RecordedFacts } from '@belay/control';
import type { Actor, ControlRef, FactView, Json, JsonObject, OutcomeKind, Requirement, Target } from '@belay/protocol';
import type { SignIn } from '../oncall/sign-in.ts';
import type { Approval, Case, Holder, Instructions, Permit, Reason, Run, Sample } from './run.ts';

/** Decided together with others: the digest covers the digests of all of them. */
export type Batch = { batchId: string; digest: string; size: number };

export type RunEvent =
  | {
      type: 'RunStarted';
      runId: string;
      control: ControlRef;
      agentId: string;
      key: string | null;
      subject: JsonObject;
      onBehalfOf: string | null;
      publishedBy?: string | null;
    }
  | { type: 'AgentAttached'; epoch: number }
  | {
      type: 'StepGated';
      step: string;
      key: string;
      digest: string;
      arguments: JsonObject;
      outcome: OutcomeKind;
      because: string;
      decidedBy: string | null;
      house: string | null;
      fired: string[];
      requirements: Requirement[];
      facts: FactView[];
      /** what it was decided on besides the arguments; absent: decided by an older version */
      read?: RecordedFacts;
    }
  | { type: 'AgentRefused'; code: string; call: string; step: string | null }
  | { type: 'PermitGranted'; permit: Permit }
  | { type: 'PermitRedeemed'; permitId: string; attempt: string }
  /** `outside`: a system outside failed, not the step */
  | {
      type: 'PermitReported';
      permitId: string;
      /** of what was let through and, where the agent said so, carried out; absent: reported to an older version */
      digest?: string;
      status: 'done' | 'failed';
      result: Json;
      outside?: true;
    }
  | { type: 'PermitExpired'; permitId: string }
  | { type: 'PermitVoided'; permitId: string; because: string }
  | { type: 'PermitInDoubt'; permitId: string; because: string }
  | { type: 'PermitSettled'; permitId: string; happened: 'done' | 'notDone'; reference: string | null; because: string }
  | {
      type: 'ContradictionSettled';
      permit: Permit;
      happened: 'done' | 'notDone';
      reference: string | null;
      because: string;
    }
  | { type: 'StepSampled'; sample: Sample }
  | { type: 'SampleReminded'; sampleId: string; asked: Target; told: string[]; dueAt: number }
  | { type: 'SampleReviewed'; sampleId: string; verdict: 'right' | 'wrong'; comment: string | null }
  | { type: 'LateReportKept'; permitId: string; report: Json; contradicts: boolean }
  | { type: 'ApprovalRequested'; approval: Approval }
  | { type: 'ApprovalOpened'; approvalId: string; digest: string }
  | {
      type: 'ApprovalSigned';
      approvalId: string;
      digest: string;
      comment: string | null;
      complete: boolean;
      insteadOf: string | null;
      groups: number[];
      openedAt: number | null;
      signIn: SignIn | null;
      batch: Batch | null;
    }
  | {
      type: 'ApprovalRejected';
      approvalId: string;
      digest: string;
      because: string;
      complete: boolean;
      batch: Batch | null;
    }
  | { type: 'VoteRefused'; approvalId: string; vote: 'approve' | 'reject' | 'edit'; code: string; because: string }
  | {
      type: 'VoteWithdrawn';
      approvalId: string;
      vote: 'signature' | 'refusal';
      of: string;
      because: string;
      expiresAt: number | null;
    }
  | {
      type: 'ArgumentsEdited';
      approvalId: string;
      step: string;
      asked: string;
      before: string;
      digest: string;
      arguments: JsonObject;
      because: string;
    }
  | { type: 'ApprovalReminded'; approvalId: string; expiresAt: number }
  | { type: 'ApprovalExpired'; approvalId: string }
  | { type: 'ApprovalVoided'; approvalId: string; because: string }
  | { type: 'ApprovalUsed'; approvalId: string; permitId: string }
  | { type: 'CaseOpened'; case: Case }
  | {
      type: 'CaseReasonAdded';
      caseId: string;
      reason: Reason;
      replacesStep: Case['step'];
      /** what the agent says of it, beside what it said before */
      words?: string;
    }
  | {
      type: 'RungFired';
      caseId: string;
      rung: number;
      target: Target;
      people: string[];
      skipped: { rung: number; target: Target; because: string }[];
      nextAt: number;
      nextTarget: Target | null;
      /** how many times the ladder's rungs have been begun; absent: once */
      round?: number;
      /** told beside the ladder, which goes on as it was */
      also?: true;
    }
  | { type: 'CaseClaimed'; caseId: string; from: string | null; reason: string; breakGlass: boolean; entitled: boolean }
  | { type: 'BreakGlassUsed'; reason: string; told: string[]; reviewDueAt: number }
  | { type: 'BreakGlassReviewed'; comment: string }
  | { type: 'ReviewReminded'; told: string[]; reviewDueAt: number }
  /** `asked: false`: by somebody who had not been told, which is no wrong handoff */
  | { type: 'CaseDeclined'; caseId: string; because: string; asked?: false }
  | { type: 'CaseReleased'; caseId: string; because: string }
  | { type: 'CaseReturned'; caseId: string; instructions: Instructions; seen: string[] }
  | { type: 'CaseResolved'; caseId: string; resolution: string }
  | { type: 'CaseCancelled'; caseId: string; because: string }
  | { type: 'CaseSnoozed'; caseId: string; until: number; because: string }
  | { type: 'SnoozeEnded'; caseId: string; because: string }
  /** quiet hours: a case of low priority is told after them */
  | { type: 'RungDelayed'; caseId: string; rung: number; target: Target; until: number; because: string }
  | { type: 'ClaimIdled'; caseId: string; claimedBy: string }
  | { type: 'ControlTaken'; from: Holder; to: Holder; epoch: number; inFlight: string[]; reason: string }
  | { type: 'ControlReturned'; from: Holder; epoch: number }
  | { type: 'InstructionsAcknowledged'; digest: string }
  /** `again`: a step whose sign-off ended, so that the agent has to ask again */
  | {
      type: 'RunMoved';
      from: ControlRef;
      to: ControlRef;
      publishedBy: string;
      because: string;
      again: string | null;
    }
  | { type: 'AgentReported'; costUsd: number; tokens: number; progress: string | null }
  | { type: 'RunFinished'; outcome: Json };

/** An event with who caused it and when (epoch ms of the injected clock). */
export type Recorded = { event: RunEvent; by: Actor; at: number };

export type Meta = { by: Actor; at: number };
/** What one type of event makes of a run. */
export type Evolve<T extends RunEvent['type']> = (run: Run, event: Extract<RunEvent, { type: T }>, meta: Meta) => Run;
