/**
 * A signature counts while its signer may sign: entitlement is looked at when they sign and again when the step is let
 * through. Who was on call when they signed stays entitled; who left, or lost the role, does not.
 */
import type { Context } from '../decided.ts';
import { resolveTarget, splitTarget } from '../oncall/organisation.ts';
import type { RunEvent } from '../run/events.ts';
import type { Approval, Permit, Run } from '../run/run.ts';

const mayStillSign = (approval: Approval, personId: string, { org, now }: Context): boolean => {
  const person = org.people.find((candidate) => candidate.personId === personId);
  if (person === undefined || !person.active || approval.excluded.includes(personId)) return false;
  if (splitTarget(approval.from).kind === 'role') return person.roles.includes(splitTarget(approval.from).name);
  if (splitTarget(approval.from).kind === 'oncall') return true;
  return resolveTarget(org, approval.from, now).some((signer) => signer.personId === personId);
};

const goneSigner = (approval: Approval, context: Context): string | null =>
  approval.signatures.find((signature) => !mayStillSign(approval, signature.by, context))?.by ?? null;

const voided = (approval: Approval, by: string, { org }: Context): RunEvent => {
  const name = org.people.find((person) => person.personId === by)?.name ?? by;
  return {
    type: 'ApprovalVoided',
    approvalId: approval.approvalId,
    because: `${name} may no longer sign for ${approval.from}`,
  };
};

/** Ends a permit whose sign-offs no longer count; nothing when they all do. */
export const endPermit = (run: Run, permit: Permit, context: Context): RunEvent[] => {
  const ended = run.approvals
    .filter((approval) => permit.approvalIds.includes(approval.approvalId))
    .flatMap((approval) => {
      const gone = goneSigner(approval, context);
      return gone === null ? [] : [voided(approval, gone, context)];
    });
  if (ended.length === 0) return [];
  return [{ type: 'PermitVoided', permitId: permit.permitId, because: 'a signer may no longer sign' }, ...ended];
};

/** Ends approvals that rest on the signature of somebody who may no longer sign. They are asked for again. */
export const endInvalidApprovals = (run: Run, context: Context): RunEvent[] =>
  run.approvals
    .filter((approval) => approval.status === 'approved' && approval.permitId === null)
    .flatMap((approval) => {
      const gone = goneSigner(approval, context);
      return gone === null ? [] : [voided(approval, gone, context)];
    });
