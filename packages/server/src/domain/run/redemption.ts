/**
 * Redeeming rests on how things are then, not on how they were when it was asked for: what was looked up is read again,
 * and where the rules now decide otherwise the permit ends, with the reason.
 */
import type { Looked } from '@belay/control';
import type { Context } from '../decided.ts';
import { handoffName } from './gate-command.ts';
import type { Permit, Run } from './run.ts';

/** Why the rules no longer let the step through; null: they still do. */
export const ruledOut = (run: Run, permit: Permit, looked: Looked, { control }: Context): string | null => {
  if (control.lookupsFor(permit.step).length === 0) return null;
  const verdict = control.decide({
    step: permit.step,
    arguments: permit.arguments,
    agent: permit.given.agent,
    system: permit.given.system,
    looked,
  });
  const allowance = run.allowances.find((one) => one.permitId === permit.permitId && one.letsThrough);
  const names = run.approvals
    .filter((approval) => permit.approvalIds.includes(approval.approvalId))
    .map((approval) => approval.name);
  const open = verdict.requirements.find((requirement) => {
    if (requirement.kind === 'continue') return false;
    if (requirement.kind === 'approval') return !names.includes(requirement.by ?? '');
    if (requirement.kind === 'forbid') return true;
    if (allowance === undefined || verdict.house === 'badFact') return true;
    return !allowance.edited && !allowance.seen.includes(handoffName(requirement));
  });
  return open?.because ?? null;
};
