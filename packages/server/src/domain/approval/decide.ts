/**
 * Signing off one step's arguments. The agent stays in control; only exactly these arguments are let through.
 *
 *   waiting --sign (quorum reached)--> approved --permit redeemed--> used
 *   waiting --reject--> rejected     waiting --time--> expired     waiting, approved --takeover--> void
 */
import { type Context, type Decided, refuse } from '../decided.ts';
import { putOnCallBy, resolveTarget } from '../oncall/organisation.ts';
import type { Approval, Run } from '../run/run.ts';

export type ApprovalCommand = { approvalId: string; revision: number; digest: string } & (
  | { type: 'approve'; comment: string | null }
  | { type: 'reject'; because: string }
);

const entitled = (run: Run, approval: Approval, { by, org, now }: Context): Decided<never> | null => {
  if (by.kind !== 'person') return refuse('not_entitled', 'Only a person signs off.');
  if (approval.excluded.includes(by.id))
    return refuse('separation_of_duties', `${run.agentId} acts on behalf of you: somebody else must sign.`);
  if (putOnCallBy(org, approval.from, now) === by.id)
    return refuse('separation_of_duties', 'You entered the override that is on call now: somebody else must sign.');
  const signers = resolveTarget(org, approval.from, now);
  if (signers.some((person) => person.personId === by.id)) return null;
  const names = signers.map((person) => person.name).join(', ') || 'nobody at this moment';
  return refuse('not_entitled', `${approval.name} is signed by ${approval.from} (${names}).`);
};

const decidedAlready = (approval: Approval): string => {
  const last = approval.signatures.at(-1)?.by;
  if (approval.status === 'rejected') return `It was refused: ${approval.rejectedBecause ?? ''}`;
  return `It is ${approval.status}${last === undefined ? '' : `, signed by ${last}`}.`;
};

export const decideApproval = (
  run: Run,
  command: ApprovalCommand,
  context: Context,
): Decided<{ approvalId: string }> => {
  const approval = run.approvals.find((a) => a.approvalId === command.approvalId);
  if (approval === undefined) return refuse('approval_not_waiting', `Approval ${command.approvalId} has ended.`);
  const refused = entitled(run, approval, context);
  if (refused !== null) return refused;
  const answer = { approvalId: approval.approvalId };
  const signed = approval.signatures.some((s) => s.by === context.by.id);
  if (command.type === 'approve' && signed && approval.digest === command.digest) return { events: [], answer };
  if (approval.status !== 'waiting') return refuse('approval_not_waiting', decidedAlready(approval));
  if (approval.expiresAt !== null && context.now >= approval.expiresAt)
    return refuse('approval_not_waiting', 'It expired before anybody signed.');
  if (approval.digest !== command.digest) return refuse('digest_mismatch', `What waits is ${approval.digest}.`);
  if (approval.revision !== command.revision) return refuse('stale_revision', decidedAlready(approval));
  const { approvalId, digest } = approval;
  if (command.type === 'reject')
    return { events: [{ type: 'ApprovalRejected', approvalId, digest, because: command.because }], answer };
  const complete = approval.signatures.length + 1 >= approval.quorum;
  return { events: [{ type: 'ApprovalSigned', approvalId, digest, comment: command.comment, complete }], answer };
};
