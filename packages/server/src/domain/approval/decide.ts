/**
 * Signing off one step's arguments. The agent stays in control; only exactly these arguments are let through.
 *
 *   waiting --sign (every quorum reached)--> approved --permit redeemed--> used
 *   waiting --refuse--> rejected     waiting --time--> expired, or waits on     waiting, approved --takeover, edit--> void
 *   approved, rejected --vote withdrawn--> waiting
 */
import { formatDuration } from '@belay/control';
import { type Context, type Decided, type Refusal, refuse } from '../decided.ts';
import { resolveTarget } from '../oncall/organisation.ts';
import type { SignIn } from '../oncall/sign-in.ts';
import type { Batch, RunEvent } from '../run/events.ts';
import type { Approval, Run } from '../run/run.ts';
import { tooLittleKnown } from './incomplete.ts';
import { isReached } from './quorum.ts';
import { candidates, exclusionOf, type Right, rightFor, rightsOf } from './signers.ts';

type Bound = { approvalId: string; revision: number; digest: string };
export type ApprovalCommand =
  | (Bound & {
      type: 'approve';
      comment: string | null;
      signIn: SignIn | null;
      insteadOf?: string | null;
      batch?: Batch | null;
    })
  | (Bound & { type: 'reject'; because: string; batch?: Batch | null })
  | { type: 'withdraw'; approvalId: string; because: string }
  | { type: 'open'; approvalId: string; digest: string };
type Vote = Extract<ApprovalCommand, { type: 'approve' | 'reject' }>;
type ApprovalDecided = Decided<{ approvalId: string }>;

/** Refused votes that are kept as evidence for one approval; somebody who keeps pressing must not fill the log. */
const refusalsKept = 50;

const decidedAlready = (approval: Approval): string => {
  const last = approval.signatures.at(-1)?.by;
  if (approval.status === 'rejected') return `It was refused: ${approval.rejectedBecause ?? ''}`;
  return `It is ${approval.status}${last === undefined ? '' : `, signed by ${last}`}.`;
};

/** Attempts to get round the control leave an entry; being late or looking at an old state does not. */
const kept: ReadonlySet<Refusal['code']> = new Set([
  'not_entitled',
  'separation_of_duties',
  'digest_mismatch',
  'not_read',
  'sign_in_too_old',
  'too_little_known',
]);

export const refuseVote = (
  approval: Approval,
  vote: 'approve' | 'reject' | 'edit',
  { code, detail }: Refusal,
): ReturnType<typeof refuse> => {
  const { approvalId } = approval;
  const event: RunEvent = { type: 'VoteRefused', approvalId, vote, code, because: detail };
  return refuse(code, detail, kept.has(code) && approval.refusedVotes < refusalsKept ? [event] : []);
};

/** Waiting, not over, and what the person looked at; else why not. */
export const notCurrent = (approval: Approval, { digest, revision }: Bound, { now }: Context): Refusal | null => {
  if (approval.status !== 'waiting') return { code: 'approval_not_waiting', detail: decidedAlready(approval) };
  if (approval.expiresAt !== null && now >= approval.expiresAt)
    return { code: 'approval_not_waiting', detail: 'It expired before anybody signed.' };
  if (approval.digest !== digest) return { code: 'digest_mismatch', detail: `What waits is ${approval.digest}.` };
  if (approval.revision !== revision) return { code: 'stale_revision', detail: decidedAlready(approval) };
  return null;
};

/** From when on somebody may sign it; null: they have not opened it yet, and have to. */
export const readyAt = (approval: Approval, personId: string): number | null => {
  if (!approval.mustOpen && approval.dwellMs === 0) return 0;
  const opened = approval.opened.find(({ by }) => by === personId);
  return opened === undefined ? null : opened.at + approval.dwellMs;
};

const notKnown = ({ packet = null }: Approval): Refusal | null => {
  const detail = tooLittleKnown(packet);
  return detail === null ? null : { code: 'too_little_known', detail };
};

const notRead = (approval: Approval, { by, now }: Context): Refusal | null => {
  const ready = readyAt(approval, by.id);
  if (ready === null) return { code: 'not_read', detail: 'It has to be opened in the inbox first.' };
  if (now >= ready) return null;
  return { code: 'not_read', detail: `It may be signed from ${new Date(ready).toISOString()} on: read it first.` };
};

/** A session may be stolen, or left open on a desk: what is worth most asks who is there now. */
const notFresh = ({ freshSignInMs }: Approval, signIn: SignIn | null, { now }: Context): Refusal | null => {
  if (freshSignInMs === null) return null;
  const at = signIn?.at ?? null;
  if (at !== null && now - at <= freshSignInMs) return null;
  const yours = at === null ? 'nobody can say when you did' : `you did at ${new Date(at).toISOString()}`;
  return { code: 'sign_in_too_old', detail: `Sign in within ${formatDuration(freshSignInMs)} of signing: ${yours}.` };
};

const sign = (
  approval: Approval,
  { comment, signIn, batch = null }: Extract<Vote, { type: 'approve' }>,
  { insteadOf, groups }: Right,
  { by }: Context,
): RunEvent => {
  const { approvalId, digest } = approval;
  return {
    type: 'ApprovalSigned',
    approvalId,
    digest,
    comment,
    complete: isReached(approval.groups, [...approval.signatures, { groups }]),
    insteadOf,
    groups,
    openedAt: approval.opened.find((opened) => opened.by === by.id)?.at ?? null,
    signIn,
    batch,
  };
};

/** Ended by this refusal: one is enough, or those who are left cannot reach the quorum any more. */
const isFinal = (approval: Approval, context: Context): boolean => {
  if (approval.veto === 'any') return true;
  const left = candidates(approval, context).filter(({ person }) => person.personId !== context.by.id);
  return !isReached(approval.groups, [...approval.signatures, ...left]);
};

const vote = (approval: Approval, command: Vote, context: Context): ApprovalDecided => {
  const answer = { approvalId: approval.approvalId };
  const before = approval.signatures.find(({ by }) => by === context.by.id);
  const again = command.type === 'approve' && before !== undefined && approval.digest === command.digest;
  if (again && exclusionOf(approval, context.by.id, context) === null) return { events: [], answer };
  const insteadOf = command.type === 'approve' ? (command.insteadOf ?? null) : null;
  const chosen = rightFor(approval, insteadOf, context);
  if (chosen.refused !== undefined) return refuseVote(approval, command.type, chosen.refused);
  const stale = notCurrent(approval, command, context);
  if (stale !== null) return refuseVote(approval, command.type, stale);
  const heard = [...approval.signatures, ...approval.refusals].some(({ by }) => by === context.by.id);
  const inTheirStead = approval.signatures.some((signature) => signature.insteadOf === context.by.id);
  if (heard || (inTheirStead && chosen.right.insteadOf === null))
    return refuse('approval_not_waiting', 'Your vote is given: one vote for each person. Withdraw it to vote again.');
  if (command.type === 'reject') {
    const { because, batch = null } = command;
    const complete = isFinal(approval, context);
    const { approvalId, digest } = approval;
    return { events: [{ type: 'ApprovalRejected', approvalId, digest, because, complete, batch }], answer };
  }
  const hindered = notKnown(approval) ?? notRead(approval, context) ?? notFresh(approval, command.signIn, context);
  if (hindered !== null) return refuseVote(approval, 'approve', hindered);
  return { events: [sign(approval, command, chosen.right, context)], answer };
};

/** Whose vote it is to take back: one's own, one given in one's stead, or the refusal of somebody who has left. */
const voteOf = (
  approval: Approval,
  { by, org, control, now }: Context,
): { vote: 'signature' | 'refusal'; of: string } | null => {
  const signature = approval.signatures.find((s) => s.by === by.id || s.insteadOf === by.id);
  if (signature !== undefined && approval.status !== 'rejected') return { vote: 'signature', of: signature.by };
  const gone = (personId: string): boolean => !org.people.some((p) => p.active && p.personId === personId);
  const owns = resolveTarget(org, control.control.owner, now).some((person) => person.personId === by.id);
  const refusal = approval.refusals.find((r) => r.by === by.id || (owns && gone(r.by)));
  return refusal === undefined ? null : { vote: 'refusal', of: refusal.by };
};

/** A signature counts until it is used; a refusal also in other runs, which may not carry out the same either. */
const stillCounts = ({ finishedAt }: Run, { status }: Approval): boolean =>
  status === 'rejected' || (finishedAt === null && (status === 'waiting' || status === 'approved'));

/** Whether taking a vote back would do anything now. */
export const mayWithdraw = (run: Run, approval: Approval, context: Context): boolean =>
  stillCounts(run, approval) && voteOf(approval, context) !== null;

const withdraw = (
  run: Run,
  approval: Approval,
  { because }: Extract<ApprovalCommand, { type: 'withdraw' }>,
  context: Context,
): ApprovalDecided => {
  const { approvalId, status } = approval;
  const own = voteOf(approval, context);
  if (own === null) return refuse('no_vote', `You have not voted on ${approvalId}, or it is not yours to take back.`);
  if (!stillCounts(run, approval))
    return refuse('no_vote', `It is ${run.finishedAt === null ? status : 'over'}: there is nothing left to take back.`);
  const permit = run.permits.find((one) => one.permitId === approval.permitId);
  const ended: RunEvent[] =
    permit?.status === 'granted'
      ? [{ type: 'PermitVoided', permitId: permit.permitId, because: 'a signature was withdrawn' }]
      : [];
  const expiresAt = status === 'waiting' ? approval.expiresAt : context.now + approval.withinMs;
  return {
    events: [...ended, { type: 'VoteWithdrawn', approvalId, ...own, because, expiresAt }],
    answer: { approvalId },
  };
};

/** Kept once for each person who could sign; for others looking is nothing but looking. */
const open = (approval: Approval, digest: string, context: Context): ApprovalDecided => {
  const { approvalId } = approval;
  const answer = { approvalId };
  if (approval.digest !== digest) return refuse('digest_mismatch', `What waits is ${approval.digest}.`);
  const known = approval.opened.some(({ by }) => by === context.by.id);
  const counts = approval.status === 'waiting' && rightsOf(approval, context.by.id, context).length > 0;
  return { events: known || !counts ? [] : [{ type: 'ApprovalOpened', approvalId, digest }], answer };
};

export const decideApproval = (run: Run, command: ApprovalCommand, context: Context): ApprovalDecided => {
  const approval = run.approvals.find((a) => a.approvalId === command.approvalId);
  if (approval === undefined) return refuse('approval_not_waiting', `Approval ${command.approvalId} has ended.`);
  if (command.type === 'withdraw') return withdraw(run, approval, command, context);
  if (command.type === 'open') return open(approval, command.digest, context);
  return vote(approval, command, context);
};
