/** Shows approvals, samples and exceptions as the wire has them, to somebody: what they may do now, and why not. Pure. */
import {
  type ApprovalView,
  type DelegationView,
  type ExceptionView,
  iso,
  isoOrNull,
  type SampleView,
} from '@belay/protocol';
import { mayWithdraw, readyAt } from '../domain/approval/decide.ts';
import { tooLittleKnown } from '../domain/approval/incomplete.ts';
import { seatsFilled, signaturesNeeded } from '../domain/approval/quorum.ts';
import { candidates, rightFor, rightsOf } from '../domain/approval/signers.ts';
import type { Context } from '../domain/decided.ts';
import type { Delegation, Organisation } from '../domain/oncall/organisation.ts';
import type { Approval, Run, Sample } from '../domain/run/run.ts';
import { sampleDueAt } from '../domain/run/sample.ts';
import { type EntryRecord, entryView, personName, signInView } from './entry-view.ts';
import { storedPacket } from './stored-packet.ts';

/** For whom it is shown; without `by`, for nobody in particular. */
export type Viewer = Pick<Context, 'control' | 'org' | 'now'> & Partial<Pick<Context, 'by'>>;

const nobody: ApprovalView['you'] = { allowed: [], instead: [], because: null, readyAt: null };

const ended: Record<Exclude<Approval['status'], 'waiting'>, string> = {
  approved: 'Everybody needed has signed. The agent may take it up.',
  rejected: 'It was refused.',
  expired: 'Nobody signed in time.',
  void: 'It ended; if it is still needed, it is asked for again.',
  used: 'It was signed, and the step was let through.',
};

/** What the viewer may do now; the same rules decide again when they press. */
const youView = (approval: Approval, run: Run, viewer: Viewer): ApprovalView['you'] => {
  const { by, now, org } = viewer;
  if (by?.kind !== 'person') return nobody;
  const context: Context = { ...viewer, by, newId: () => '' };
  const voted = [...approval.signatures, ...approval.refusals].some((vote) => vote.by === by.id);
  const withdraw = mayWithdraw(run, approval, context) ? (['withdraw'] as const) : [];
  const no = (because: string): ApprovalView['you'] => ({ ...nobody, allowed: [...withdraw], because });
  if (approval.status !== 'waiting') return no(ended[approval.status]);
  if (voted) return no('You have voted. You may take it back as long as it is not used.');
  const chosen = rightFor(approval, null, context);
  if (chosen.refused !== undefined) return no(chosen.refused.detail);
  const rights = rightsOf(approval, by.id, viewer);
  const forThem = approval.signatures.find(({ insteadOf }) => insteadOf === by.id);
  if (forThem !== undefined && rights.every(({ insteadOf }) => insteadOf === null))
    return no(`${personName(org, forThem.by)} signed in your stead. You may take it back as long as it is not used.`);
  const ready = readyAt(approval, by.id);
  const lacking = tooLittleKnown(approval.packet ?? null);
  const edits = (approval.editable ?? []).length > 0;
  return {
    allowed: [
      ...(lacking === null && ready !== null && ready <= now ? (['approve'] as const) : []),
      'reject',
      ...(edits ? (['edit'] as const) : []),
    ],
    instead: rights.flatMap(({ insteadOf }) =>
      insteadOf === null ? [] : [{ personId: insteadOf, name: personName(org, insteadOf) }],
    ),
    because: lacking ?? (ready === null ? 'Open it and read it first.' : ready > now ? 'Read it first.' : null),
    readyAt: ready === null || ready === 0 ? null : iso(ready),
  };
};

const groupViews = (approval: Approval, { org, now }: Viewer): ApprovalView['groups'] => {
  const filled = seatsFilled(approval.groups, approval.signatures);
  const left = approval.status === 'waiting' ? candidates(approval, { org, now }) : [];
  return approval.groups.map(({ from, quorum }, index) => ({
    from,
    quorum,
    signed: filled[index] ?? 0,
    left: left
      .filter(({ groups }) => groups.includes(index))
      .map(({ person: { personId, name } }) => ({ personId, name })),
  }));
};

export const approvalView = (approval: Approval, run: Run, viewer: Viewer): ApprovalView => {
  const { org } = viewer;
  const { edited } = approval;
  return {
    approvalId: approval.approvalId,
    runId: run.runId,
    control: run.control,
    name: approval.name,
    status: approval.status,
    revision: approval.revision,
    because: approval.because,
    step: approval.step,
    key: approval.key,
    digest: approval.digest,
    arguments: approval.arguments,
    facts: approval.facts,
    packet: storedPacket(approval.packet, approval.step),
    agentWords: approval.agentWords ?? null,
    effect: approval.effect ?? 'irreversible',
    requestedBy: run.agentId,
    onBehalfOf: run.onBehalfOf,
    from: approval.groups.map((group) => group.from).join(' and '),
    quorum: signaturesNeeded(approval.groups),
    groups: groupViews(approval, viewer),
    excluded: approval.exclusions.map(({ personId }) => personId),
    excludedBecause: approval.exclusions.map((one) => ({ ...one, name: personName(org, one.personId) })),
    signatures: approval.signatures.map(({ by, insteadOf, at, comment, openedAt, signIn }) => ({
      by,
      name: personName(org, by),
      insteadOf,
      insteadOfName: insteadOf === null ? null : personName(org, insteadOf),
      at: iso(at),
      comment,
      openedAt: isoOrNull(openedAt),
      signIn: signIn && signInView(signIn),
    })),
    refusals: approval.refusals.map(({ by, at, because }) => ({ by, name: personName(org, by), at: iso(at), because })),
    veto: approval.veto,
    mustOpen: approval.mustOpen,
    dwellMs: approval.dwellMs,
    freshSignInMs: approval.freshSignInMs,
    editable: approval.editable ?? [],
    replaces: edited?.replaces ?? null,
    before: edited?.before ?? null,
    editedBy: edited?.by ?? null,
    editedByName: edited === null ? null : personName(org, edited.by),
    rejectedBecause: approval.rejectedBecause,
    onExpiry: approval.onExpiry,
    you: youView(approval, run, viewer),
    requestedAt: iso(approval.requestedAt),
    expiresAt: isoOrNull(approval.expiresAt),
    decidedAt: isoOrNull(approval.decidedAt),
  };
};

export const sampleView = (sample: Sample, run: Run, org: Organisation): SampleView => ({
  sampleId: sample.sampleId,
  runId: run.runId,
  control: run.control,
  agentId: run.agentId,
  subject: run.subject,
  step: sample.step,
  key: sample.key,
  digest: sample.digest,
  arguments: sample.arguments,
  because: sample.because,
  by: sample.asked,
  at: iso(sample.at),
  dueAt: sample.verdict === null ? iso(sampleDueAt(sample)) : null,
  verdict: sample.verdict,
  reviewedBy: sample.reviewedBy,
  reviewedByName: sample.reviewedBy === null ? null : personName(org, sample.reviewedBy),
  comment: sample.comment,
  reviewedAt: isoOrNull(sample.reviewedAt),
});

export const exceptionView = (
  {
    entry,
    kind,
    open,
  }: { entry: EntryRecord & { control_name?: string | null }; kind: ExceptionView['kind']; open: boolean },
  org: Organisation,
): ExceptionView => {
  const { entryId, sentence, by, byName, at, stream } = entryView(entry, org);
  const runId = stream.startsWith('run_') ? stream : null;
  const control = entry.control_name ?? null;
  return { entryId, kind, sentence, runId, control, by, byName, at, open };
};

export const delegationView = ({ since, until, ...one }: Delegation, org: Organisation): DelegationView => ({
  ...one,
  fromName: personName(org, one.from),
  toName: personName(org, one.to),
  since: iso(since),
  until: iso(until),
});
