/**
 * A signature counts while its signer may sign: entitlement is looked at when they sign and again when the step is let
 * through. Who was on call when they signed stays entitled; who left, or lost the role, does not.
 */
import type { Context } from '../decided.ts';
import { resolveTarget, splitTarget } from '../oncall/organisation.ts';
import type { RunEvent } from '../run/events.ts';
import type { Approval, Run } from '../run/run.ts';

const mayStillSign = (approval: Approval, personId: string, { org, now }: Context): boolean => {
  const person = org.people.find((candidate) => candidate.personId === personId);
  if (person === undefined || !person.active || approval.excluded.includes(personId)) return false;
  if (splitTarget(approval.from).kind === 'role') return person.roles.includes(splitTarget(approval.from).name);
  if (splitTarget(approval.from).kind === 'oncall') return true;
  return resolveTarget(org, approval.from, now).some((signer) => signer.personId === personId);
};

/** Ends approvals that rest on the signature of somebody who may no longer sign. They are asked for again. */
export const endInvalidApprovals = (run: Run, context: Context): RunEvent[] =>
  run.approvals
    .filter((approval) => approval.status === 'approved' && approval.permitId === null)
    .flatMap((approval): RunEvent[] => {
      const gone = approval.signatures.find((signature) => !mayStillSign(approval, signature.by, context));
      if (gone === undefined) return [];
      const name = context.org.people.find((person) => person.personId === gone.by)?.name ?? gone.by;
      const because = `${name} may no longer sign for ${approval.from}`;
      return [{ type: 'ApprovalVoided', approvalId: approval.approvalId, because }];
    });
