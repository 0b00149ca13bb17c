/** What the events of approvals make of a run. No rule is checked here, that is `decide`'s work. */
import type { Evolve, RunEvent } from '../run/events.ts';
import type { Allowance, Approval, Run } from '../run/run.ts';

/** `changes`: somebody who looks at it now looks at something else than before. */
const withApproval = (run: Run, approvalId: string, change: Partial<Approval>, changes = true): Run => ({
  ...run,
  approvals: run.approvals.map((approval) =>
    approval.approvalId === approvalId
      ? { ...approval, ...change, revision: approval.revision + (changes ? 1 : 0) }
      : approval,
  ),
});

const approvalOf = (run: Run, approvalId: string): Approval | undefined =>
  run.approvals.find((approval) => approval.approvalId === approvalId);

/** Waiting for people is no time of work. */
const waited = (run: Run, approvalId: string, at: number): Run => {
  const since = run.approvals.find((a) => a.approvalId === approvalId)?.requestedAt ?? at;
  const from = (run.spentBefore.at ?? run.startedAt) + Math.max(0, at - since);
  return { ...run, spentBefore: { ...run.spentBefore, at: Math.min(at, from) } };
};

const rejected: Evolve<'ApprovalRejected'> = (run, { approvalId, because, complete = true }, { at, by }) => {
  const approval = approvalOf(run, approvalId);
  if (approval === undefined) return run;
  const refusals = [...approval.refusals, { by: by.id, at, because }];
  if (!complete) return withApproval(run, approvalId, { refusals });
  const { name, step, digest } = approval;
  const next = withApproval(waited(run, approvalId, at), approvalId, {
    refusals,
    status: 'rejected',
    rejectedBecause: because,
    decidedAt: at,
  });
  return {
    ...next,
    rejections: [...next.rejections, { approvalId, name, step, digest, because, by: by.id }],
    owed: { since: at, step, because: `${step} was refused` },
  };
};

const signed: Evolve<'ApprovalSigned'> = (run, event, { at, by }) => {
  const { approvalId, comment, complete, insteadOf = null, groups = [0], openedAt = null, signIn = null } = event;
  const approval = approvalOf(run, approvalId);
  const signatures = [...(approval?.signatures ?? []), { by: by.id, insteadOf, groups, at, comment, openedAt, signIn }];
  const step = approval?.step ?? null;
  if (!complete) return withApproval(run, approvalId, { signatures });
  return {
    ...withApproval(waited(run, approvalId, at), approvalId, { signatures, status: 'approved', decidedAt: at }),
    owed: { since: at, step, because: `${step ?? 'a step'} was signed off` },
  };
};

const withdrawn: Evolve<'VoteWithdrawn'> = (run, { approvalId, vote, of, expiresAt }, { at }) => {
  const approval = approvalOf(run, approvalId);
  if (approval === undefined) return run;
  const over = run.finishedAt !== null;
  const next = withApproval(run, approvalId, {
    status: over ? 'void' : 'waiting',
    decidedAt: over ? at : null,
    expiresAt,
    rejectedBecause: null,
    permitId: null,
    ...(vote === 'signature'
      ? { signatures: approval.signatures.filter((signature) => signature.by !== of) }
      : { refusals: approval.refusals.filter((refusal) => refusal.by !== of) }),
  });
  return {
    ...next,
    rejections: run.rejections.filter((rejection) => rejection.approvalId !== approvalId),
    owed: run.owed?.step === approval.step ? null : run.owed,
  };
};

const changedBy = ({ by, changedBefore = [] }: Allowance): string[] => [...changedBefore, by];

/** What the agent asked for stays the name of it; what would be carried out is the new version. */
const edited: Evolve<'ArgumentsEdited'> = (run, { step, asked, before, digest, arguments: args }, { by }) => {
  const replaces = ({ step: of, digest: one, effectiveDigest }: Allowance): boolean =>
    of === step && (one === asked || effectiveDigest === before);
  const changedBefore = run.allowances.filter((one) => one.edited && replaces(one)).flatMap(changedBy);
  const allowance: Allowance = {
    step,
    digest: asked,
    arguments: args,
    effectiveDigest: digest,
    edited: true,
    by: by.id,
    ...(changedBefore.length === 0 ? {} : { changedBefore }),
    seen: [],
    letsThrough: false,
    permitId: null,
  };
  return { ...run, allowances: [...run.allowances.filter((one) => !replaces(one)), allowance] };
};

type Types = Extract<RunEvent['type'], `Approval${string}` | 'VoteRefused' | 'VoteWithdrawn' | 'ArgumentsEdited'>;

export const approvalEvolvers: { [T in Types]: Evolve<T> } = {
  ApprovalRequested: (run, { approval }) => ({ ...run, approvals: [...run.approvals, approval] }),
  ApprovalOpened: (run, { approvalId }, { at, by }) =>
    withApproval(
      run,
      approvalId,
      { opened: [...(approvalOf(run, approvalId)?.opened ?? []), { by: by.id, at }] },
      false,
    ),
  ApprovalSigned: signed,
  ApprovalRejected: rejected,
  VoteRefused: (run, { approvalId }) =>
    withApproval(run, approvalId, { refusedVotes: (approvalOf(run, approvalId)?.refusedVotes ?? 0) + 1 }, false),
  VoteWithdrawn: withdrawn,
  ArgumentsEdited: edited,
  ApprovalReminded: (run, { approvalId, expiresAt }) => withApproval(run, approvalId, { expiresAt }),
  ApprovalExpired: (run, { approvalId }, { at }) => withApproval(run, approvalId, { status: 'expired', decidedAt: at }),
  ApprovalVoided: (run, { approvalId }, { at }) => withApproval(run, approvalId, { status: 'void', decidedAt: at }),
  ApprovalUsed: (run, { approvalId, permitId }) => withApproval(run, approvalId, { status: 'used', permitId }),
};
