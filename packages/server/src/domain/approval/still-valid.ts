/**
 * A signature counts while its signer may sign: entitlement is looked at when they sign and again when the step is let
 * through. Who was on call when they signed stays entitled; who left, lost the role or the delegation, does not.
 */
import type { Context } from '../decided.ts';
import { splitTarget } from '../oncall/organisation.ts';
import type { RunEvent } from '../run/events.ts';
import type { Approval, Permit, Run, Signature } from '../run/run.ts';
import { isReached } from './quorum.ts';
import { delegationsFor, signersText } from './signers.ts';

/** The groups it still counts for; none when anybody concerned has left, is excluded, or took the delegation back. */
const groupsStill = (approval: Approval, { by, insteadOf, groups, at }: Signature, { org }: Context): number[] => {
  const concerned = insteadOf === null ? [by] : [by, insteadOf];
  const active = (personId: string): boolean => org.people.some((p) => p.active && p.personId === personId);
  const excluded = approval.exclusions.some(({ personId }) => concerned.includes(personId));
  if (excluded || !concerned.every(active)) return [];
  const delegated = delegationsFor(approval, org, at).some(({ from, to }) => from === insteadOf && to === by);
  if (insteadOf !== null && !delegated) return [];
  const roles = org.people.find((person) => person.personId === (insteadOf ?? by))?.roles ?? [];
  return groups.filter((index) => {
    const group = approval.groups[index];
    if (group === undefined) return false;
    const { kind, name } = splitTarget(group.from);
    return kind !== 'role' || roles.includes(name);
  });
};

/** Who may no longer sign, when the quorum is not reached without them. */
const goneSigner = (approval: Approval, context: Context): string | null => {
  const still = approval.signatures.map((signature) => ({
    by: signature.by,
    groups: groupsStill(approval, signature, context),
  }));
  if (isReached(approval.groups, still)) return null;
  return still.find(({ groups }) => groups.length === 0)?.by ?? approval.signatures[0]?.by ?? '';
};

const voided = (approval: Approval, by: string, { org }: Context): RunEvent => {
  const name = org.people.find((person) => person.personId === by)?.name ?? by;
  return {
    type: 'ApprovalVoided',
    approvalId: approval.approvalId,
    because: `${name} may no longer sign for ${signersText(approval, org)}`,
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
