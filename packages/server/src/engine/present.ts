/** Shows runs, cases, approvals and permits as the wire has them. Pure: state in, view out, names filled in. */
import {
  type ApprovalView,
  type CaseView,
  type HolderView,
  type InstructionsView,
  iso,
  isoOrNull,
  type PermitView,
  type PersonView,
  type RunView,
  type Target,
} from '@belay/protocol';
import { mayTakeOver } from '../domain/case/entitled.ts';
import { hasDeclined, ladderOf, roundsOf, stillAsked } from '../domain/case/open.ts';
import type { Context } from '../domain/decided.ts';
import type { Organisation, Person } from '../domain/oncall/organisation.ts';
import { resolveTarget, targetName } from '../domain/oncall/organisation.ts';
import { limitsOf, nextDue } from '../domain/run/due.ts';
import { withoutEnded } from '../domain/run/evolve.ts';
import {
  type Case,
  type Holder,
  type Instructions,
  type Permit,
  type Review,
  type Run,
  runStatus,
} from '../domain/run/run.ts';
import { personName } from './entry-view.ts';
import { approvalView, type Viewer } from './present-approval.ts';
import { storedPacket } from './stored-packet.ts';

export { personName };

/** Where a one-time link leads: the inbox asks before it spends the token. */
export const loginUrl = (url: string, token: string): string => `${url}/login?token=${encodeURIComponent(token)}`;

export const personView = ({ personId, name, email, roles, access }: Person): PersonView => ({
  personId,
  name,
  email,
  roles,
  access,
});

const holderView = ({ kind, id }: Holder, since: number, org: Organisation): HolderView => ({
  kind,
  id,
  name: kind === 'person' ? personName(org, id) : id,
  since: iso(since),
});

export const permitView = (permit: Permit): PermitView => ({
  permitId: permit.permitId,
  step: permit.step,
  key: permit.key,
  digest: permit.digest,
  arguments: permit.arguments,
  status: permit.status,
  grantedAt: iso(permit.grantedAt),
  expiresAt: iso(permit.expiresAt),
  redeemedAt: isoOrNull(permit.redeemedAt),
  settledAt: isoOrNull(permit.settledAt),
  settledBy: permit.settledBy,
  result: permit.result,
  lateReport: permit.lateReport,
});

export const instructionsView = (instructions: Instructions, org: Organisation): InstructionsView => ({
  ...instructions,
  byName: personName(org, instructions.by),
  at: iso(instructions.at),
});

export const inFlight = (run: Run): PermitView[] =>
  run.permits.filter((p) => p.status === 'redeemed' || p.status === 'inDoubt').map(permitView);

const liveApprovals = (run: Run, viewer: Viewer): ApprovalView[] =>
  run.approvals
    .filter((a) => a.status === 'waiting' || a.status === 'approved')
    .map((a) => approvalView(a, run, viewer));

/** Targets in a sentence, as a person reads them. */
const inWords = (sentence: string, org: Organisation): string =>
  sentence.replace(/\b(person|role|oncall):[A-Za-z0-9._-]+/g, (target) => targetName(org, target as Target));

/** Of every use that waits for the same look. */
const reasonsOf = ({ reason, before = [] }: Review, org: Organisation): string =>
  [reason, ...before.map((use) => `Before, ${personName(org, use.usedBy)}: ${use.reason}`)].join('\n');

export const runView = (run: Run, revision: number, context: Viewer): RunView => {
  const due = nextDue(withoutEnded(run), limitsOf(context));
  const live = withoutEnded(run).case;
  return {
    runId: run.runId,
    control: run.control,
    agentId: run.agentId,
    subject: run.subject,
    onBehalfOf: run.onBehalfOf,
    status: runStatus(withoutEnded(run)),
    holder: holderView(run.holder, run.holderSince, context.org),
    revision,
    caseId: live?.caseId ?? null,
    instructions: run.instructions === null ? null : instructionsView(run.instructions, context.org),
    inFlight: inFlight(run),
    approvals: liveApprovals(run, context),
    stepsDecided: run.stepsDecided,
    review:
      run.review === null
        ? null
        : {
            usedBy: run.review.usedBy,
            usedByName: personName(context.org, run.review.usedBy),
            reason: reasonsOf(run.review, context.org),
            dueAt: iso(run.review.dueAt),
          },
    nextDueAt: isoOrNull(due?.at ?? null),
    nextDue: due === null ? null : inWords(due.what, context.org),
    startedAt: iso(run.startedAt),
    lastHeardAt: iso(run.lastHeardAt),
    finishedAt: isoOrNull(run.finishedAt),
    outcome: run.outcome,
  };
};

/** What the viewer may do now; the same rules decide again when they press. */
const allowedNow = (kase: Case, run: Run, viewer: Context): CaseView['allowed'] => {
  const mine = kase.claimedBy === viewer.by.id;
  const rests: CaseView['allowed'] = (kase.rest?.by ?? null) === null ? ['snooze'] : ['endSnooze', 'snooze'];
  if (kase.status === 'claimed' && mine) return ['return', 'release', 'resolve', 'decline', ...rests];
  if (kase.status !== 'open' && kase.status !== 'claimed') return [];
  if (!mayTakeOver(run, viewer)) return [];
  if (kase.status === 'claimed') return ['takeFrom'];
  return ['claim', ...(hasDeclined(kase, viewer.by.id) ? [] : (['decline'] as const)), 'cancel', ...rests];
};

export const caseView = (kase: Case, run: Run, viewer: Context): CaseView => {
  const { org, now } = viewer;
  return {
    caseId: kase.caseId,
    runId: run.runId,
    control: run.control,
    agentId: run.agentId,
    subject: run.subject,
    onBehalfOf: run.onBehalfOf,
    status: kase.status,
    revision: kase.revision,
    title: kase.title,
    because: kase.reasons[0]?.because ?? '',
    reasons: kase.reasons.map((reason) => ({ ...reason, at: iso(reason.at) })),
    owner: kase.owner,
    ownerNames: (kase.told.length > 0
      ? stillAsked(kase)
      : resolveTarget(org, kase.owner, now).map((person) => person.personId)
    ).map((id) => personName(org, id)),
    ladder: kase.to,
    rung: kase.rung,
    nextRungAt: isoOrNull(kase.nextRungAt),
    nextRung: kase.nextTarget === null ? null : targetName(org, kase.nextTarget),
    restsUntil: isoOrNull(kase.rest?.until ?? null),
    restsBecause: kase.rest?.because ?? null,
    told: kase.told.map((t) => ({
      target: t.target,
      people: t.people.map((id) => personName(org, id)),
      at: iso(t.at),
      round: t.round ?? 1,
    })),
    rounds: roundsOf(ladderOf(kase.to, viewer)),
    priority: kase.priority,
    priorityBecause: kase.priorityBecause,
    step: kase.step,
    packet: storedPacket(kase.packet, kase.step?.step ?? ''),
    agentWords: kase.agentWords,
    claimedBy: kase.claimedBy,
    claimedByName: kase.claimedBy === null ? null : personName(org, kase.claimedBy),
    claimedAt: isoOrNull(kase.claimedAt),
    takenFrom: kase.takenFrom ?? null,
    declined: kase.declined.map((d) => ({ by: personName(org, d.by), because: d.because, at: iso(d.at) })),
    inFlight: inFlight(run),
    approvals: liveApprovals(run, viewer),
    allowed: allowedNow(kase, run, viewer),
    openedAt: iso(kase.openedAt),
    closedAt: isoOrNull(kase.closedAt),
    resolution: kase.resolution,
  };
};
