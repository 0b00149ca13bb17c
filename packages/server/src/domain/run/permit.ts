/**
 * A permit: the single-use right to carry out one step with exactly these arguments in this epoch.
 *
 *   granted --redeem--> redeemed --report--> done | failed
 *   granted --time--> expired     granted --control moves--> void
 *   redeemed --no report--> inDoubt --a person says--> done | notDone
 */
import type { StepSpec } from '@belay/control';
import type { Context } from '../decided.ts';
import type { RunEvent } from './events.ts';
import { type GateCommand, systemFacts } from './gate-command.ts';
import type { Allowance, Count, Permit, Run } from './run.ts';

/** A permit that nobody redeems ends after this. */
export const permitLifeMs = 60_000;

export type Granting = {
  command: GateCommand;
  run: Run;
  spec: StepSpec;
  allowance: Allowance | null;
  because: string;
  counts: Count[];
};

export const grant = ({ command, run, spec, allowance, because, counts }: Granting, context: Context): Permit => {
  const effectiveDigest = allowance?.effectiveDigest ?? command.digest;
  const approvals = run.approvals.filter(
    (a) => a.status === 'approved' && a.step === command.step && a.digest === effectiveDigest && a.permitId === null,
  );
  return {
    permitId: context.newId('permit'),
    step: command.step,
    key: command.key,
    attempt: command.attempt,
    digest: effectiveDigest,
    askedDigest: command.digest,
    arguments: allowance?.arguments ?? command.arguments,
    edited: allowance?.edited ?? false,
    decidedBy: allowance !== null || approvals.length > 0 ? 'person' : 'rule',
    effect: spec.effect,
    idempotent: spec.idempotent,
    epoch: run.epoch,
    status: 'granted',
    grantedAt: context.now,
    expiresAt: context.now + permitLifeMs,
    redeemedAt: null,
    settledAt: null,
    settledBy: null,
    result: null,
    lateReport: null,
    approvalIds: approvals.map((a) => a.approvalId),
    because,
    given: { agent: command.facts, system: systemFacts(run, command.step, command.digest, context.now) },
    counts,
  };
};

/** Redeeming uses up the sign-offs the permit rests on, and is done by one call of the agent: `attempt` says which. */
export const redeemed = (permit: Permit, attempt: string): RunEvent[] => [
  { type: 'PermitRedeemed', permitId: permit.permitId, attempt },
  ...permit.approvalIds.map(
    (approvalId): RunEvent => ({ type: 'ApprovalUsed', approvalId, permitId: permit.permitId }),
  ),
];

/** A person is asked about the run: a high-risk step waits, unless a person let exactly it through. */
export const isHeld = (run: Run, permit: Permit, { control }: Context): boolean => {
  const spec = control.control.steps.find((step) => step.name === permit.step);
  const allowed = run.allowances.some((a) => a.letsThrough && a.permitId === permit.permitId);
  return run.case !== null && spec?.risk !== 'low' && !allowed;
};

/** Permits that were granted and not redeemed end when their epoch does. */
export const voidGranted = (run: Run, because: string): RunEvent[] =>
  run.permits
    .filter((permit) => permit.status === 'granted')
    .map((permit) => ({ type: 'PermitVoided', permitId: permit.permitId, because }));

/** Ends what this key had before and nobody will use any more: a permit past its minute, a harmless step to be run again. */
export const superseded = (run: Run, key: string, now: number): RunEvent[] =>
  run.permits.flatMap((permit): RunEvent[] => {
    const { permitId } = permit;
    if (permit.status === 'granted' && now >= permit.expiresAt) return [{ type: 'PermitExpired', permitId }];
    if (permit.status === 'granted' && permit.key === key)
      return [{ type: 'PermitVoided', permitId, because: 'it is decided again' }];
    if (permit.status === 'redeemed' && permit.key === key && permit.idempotent)
      return [{ type: 'PermitVoided', permitId, because: 'the step is harmless to repeat and was asked for again' }];
    return [];
  });
