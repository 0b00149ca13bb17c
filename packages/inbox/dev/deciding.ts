/** How the sample world decides many sign-offs as one, and one of them edited. */
import { type ApprovalView, digestOf, type ParsedBodyOf, type PersonView } from '@belay/protocol';
import type { World } from './world.ts';

export const decideBatch = (
  world: World,
  me: PersonView,
  { approve, reject, comment }: ParsedBodyOf<'decideBatch'>,
) => {
  const signed = approve.map(({ approvalId, revision, digest }) => ({
    decided: 'approved' as const,
    approval: world.approve(me, approvalId, { revision, digest, comment }),
  }));
  const refused = reject.map(({ approvalId, ...body }) => ({
    decided: 'rejected' as const,
    approval: world.reject(me, approvalId, body),
  }));
  const items = [...signed, ...refused].map((one) => ({
    ...one,
    approvalId: one.approval.approvalId,
    code: null,
    detail: null,
  }));
  return { batchId: 'batch-1', digest: digestOf(items.map(({ approval }) => approval.digest)), items };
};

export const editApproval = (
  world: World,
  me: PersonView,
  approvalId: string,
  { arguments: args, because }: ParsedBodyOf<'editApproval'>,
): ApprovalView => {
  const shown = world.approval(approvalId);
  const next: ApprovalView = {
    ...shown,
    approvalId: `${approvalId}b`,
    arguments: args,
    digest: digestOf(args),
    because: [...shown.because, `The arguments were changed: ${because}`],
    before: shown.arguments,
    replaces: approvalId,
    editedBy: me.personId,
    editedByName: me.name,
    signatures: [],
    groups: shown.groups.map((group) => ({ ...group, signed: 0 })),
    you: { allowed: [], instead: [], because: 'You changed it: somebody else must sign.', readyAt: null },
  };
  const ended = { ...shown, status: 'void' as const, you: { ...shown.you, allowed: [] } };
  world.approvals = [...world.approvals.map((one) => (one.approvalId === approvalId ? ended : one)), next];
  return next;
};
