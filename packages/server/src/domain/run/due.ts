/**
 * Nothing is stuck: every run that is not finished has an instant at which somebody looks. `nextDue` says when and
 * why, as a function of the state alone; `tick` decides what happens then. Both are pure; the engine holds the clock.
 */

import { sayStep } from '@belay/control';
import { sayName } from '@belay/protocol';
import { signersText } from '../approval/signers.ts';
import { reviewReminded } from '../case/break-glass.ts';
import { stillOperates } from '../case/entitled.ts';
import { handOff, rungFired } from '../case/open.ts';
import { apply, type Context, type Decided } from '../decided.ts';
import type { RunEvent } from './events.ts';
import { putInDoubt } from './in-doubt.ts';
import type { Case, Run } from './run.ts';
import { remindSample, sampleDueAt } from './sample.ts';

/** What a control's time limits come to for one run; all in milliseconds. */
export type Limits = {
  idleMs: number;
  claimIdleMs: number;
  takeUpMs: number;
  inDoubtMs: number;
  /** null: silence is the only sign */
  heartbeatMs: number | null;
  /** null: without end */
  timeMs: number | null;
};

export const limitsOf = ({ control: { control } }: Pick<Context, 'control'>): Limits => ({
  idleMs: control.stuck.idleMs,
  claimIdleMs: control.afterClaim?.idleMs ?? 2 * 3_600_000,
  takeUpMs: control.stuck.idleMs,
  inDoubtMs: control.stuck.idleMs,
  heartbeatMs: control.stuck.heartbeatMs ?? null,
  timeMs: control.stuck.timeMs ?? null,
});

export type Due = { at: number; what: string; kind: DueKind; id: string };
type DueKind =
  | 'permitExpires'
  | 'inDoubt'
  | 'approvalExpires'
  | 'rung'
  | 'claimIdle'
  | 'notTakenUp'
  | 'silent'
  | 'overtime'
  | 'review'
  | 'sample';

const caseDue = (kase: Case, limits: Limits): Due =>
  kase.status === 'claimed'
    ? {
        at: Math.max(kase.activeAt + limits.claimIdleMs, kase.rest?.until ?? 0),
        what: `${kase.claimedBy === null ? kase.owner : `person:${kase.claimedBy}`} is reminded`,
        kind: 'claimIdle',
        id: kase.caseId,
      }
    : {
        at: kase.nextRungAt ?? kase.openedAt,
        what: `${kase.nextTarget ?? kase.owner} is told`,
        kind: 'rung',
        id: kase.caseId,
      };

const waitsForPeople = (run: Run): boolean =>
  run.case !== null || run.approvals.some((approval) => approval.status === 'waiting');

/** How long an agent may say nothing: less when it sends signs of life and the control watches them. */
const silenceMs = (run: Run, { idleMs, heartbeatMs }: Limits): number =>
  run.beats === true && heartbeatMs !== null ? Math.min(idleMs, heartbeatMs) : idleMs;

const ofWorkingAgent = (run: Run, limits: Limits): Due[] => {
  const silent: Due = {
    at: run.lastHeardAt + silenceMs(run, limits),
    what: 'a person is told that the agent is silent',
    kind: 'silent',
    id: run.runId,
  };
  if (limits.timeMs === null) return [silent];
  const since = run.spentBefore.at ?? run.startedAt;
  const what = 'a person is told that the agent takes long';
  return [silent, { at: since + limits.timeMs, what, kind: 'overtime', id: run.runId }];
};

/** Every armed next step of a run, unordered. Never empty before the run is finished. */
export const dues = (run: Run, limits: Limits): Due[] => {
  const all: Due[] = [];
  if (run.review !== null) {
    const { dueAt: at, usedBy } = run.review;
    all.push({ at, what: `the review of ${usedBy}'s break-glass is due`, kind: 'review', id: run.runId });
  }
  for (const sample of run.samples)
    if (sample.verdict === null)
      all.push({
        at: sampleDueAt(sample),
        what: `people are told that nobody has looked at “${sayName(sample.step)}” yet`,
        kind: 'sample',
        id: sample.sampleId,
      });
  if (run.finishedAt !== null) return all;
  for (const { permitId, status, expiresAt, redeemedAt, step } of run.permits) {
    if (status === 'granted')
      all.push({
        at: expiresAt,
        what: `the permit for “${sayName(step)}” expires`,
        kind: 'permitExpires',
        id: permitId,
      });
    if (status === 'redeemed')
      all.push({
        at: (redeemedAt ?? 0) + limits.inDoubtMs,
        what: `“${sayName(step)}” is in doubt`,
        kind: 'inDoubt',
        id: permitId,
      });
  }
  for (const { approvalId, status, expiresAt, step } of run.approvals)
    if (status === 'waiting' && expiresAt !== null)
      all.push({
        at: expiresAt,
        what: `the sign-off of “${sayName(step)}” expires`,
        kind: 'approvalExpires',
        id: approvalId,
      });
  if (run.case !== null) all.push(caseDue(run.case, limits));
  if (run.owed !== null && run.case === null)
    all.push({
      at: run.owed.since + limits.takeUpMs,
      what: 'a person is told that the agent does not continue',
      kind: 'notTakenUp',
      id: run.runId,
    });
  if (run.holder.kind === 'agent' && run.owed === null && !waitsForPeople(run))
    all.push(...ofWorkingAgent(run, limits));
  return all;
};

/** Of two at the same instant the one that stands first. */
const earliest = (all: readonly Due[]): Due | null =>
  all.reduce<Due | null>((first, due) => (first === null || due.at < first.at ? due : first), null);

/** The next instant at which somebody looks; null only when the run is finished and nothing about it waits. */
export const nextDue = (run: Run, limits: Limits): Due | null => earliest(dues(run, limits));

const minutes = (ms: number): string => `${Math.max(1, Math.round(ms / 60_000))} min`;

const noProgress = (run: Run, kind: 'silent' | 'notTakenUp' | 'stuck', because: string, context: Context): RunEvent[] =>
  handOff(
    run,
    { reason: { kind, because, rule: null, cites: null, step: null, key: null }, to: null, step: null },
    context,
  );

const approvalExpired = (run: Run, approvalId: string, context: Context): RunEvent[] => {
  const approval = run.approvals.find((a) => a.approvalId === approvalId);
  const expired: RunEvent = { type: 'ApprovalExpired', approvalId };
  if (approval === undefined) return [expired];
  if (approval.onExpiry === null)
    return [{ type: 'ApprovalReminded', approvalId, expiresAt: context.now + approval.withinMs }];
  const because = `Nobody of ${signersText(approval, context.org)} signed “${sayStep(context.control.control, approval.step)}” within ${minutes(context.now - approval.requestedAt)}.`;
  const reason = {
    kind: 'approvalExpired' as const,
    because,
    rule: null,
    cites: null,
    step: approval.step,
    key: approval.key,
  };
  const spec = context.control.control.steps.find((s) => s.name === approval.step);
  const { step, key, digest, arguments: args, facts } = approval;
  const about =
    spec === undefined
      ? null
      : {
          step,
          key,
          digest,
          arguments: args,
          facts,
          risk: spec.risk,
          effect: spec.effect,
          editable: spec.editable,
          requirements: [],
        };
  return [expired, ...handOff(apply(run, [expired], context), { reason, to: approval.onExpiry, step: about }, context)];
};

/**
 * Reminded once; after that, or when whoever took it over has left or operates no more, the next rung is told and may take
 * it from them.
 */
const claimIdled = (kase: Case, context: Context): RunEvent[] => {
  const claimedBy = kase.claimedBy ?? '';
  const reminded: RunEvent = { type: 'ClaimIdled', caseId: kase.caseId, claimedBy };
  const offerOn =
    !stillOperates(context, claimedBy) || (kase.idles > 0 && context.control.control.afterClaim?.then !== 'remind');
  return offerOn ? [reminded, rungFired(kase, kase.rung + 1, context)] : [reminded];
};

const notTakenUp = (run: Run, { takeUpMs }: Limits): string =>
  `${run.agentId} has not continued for ${minutes(takeUpMs)} although ${run.owed?.because ?? 'it could'}.`;

const silence = (run: Run, limits: Limits, { now }: Context): string => {
  const lasted = minutes(now - run.lastHeardAt);
  return silenceMs(run, limits) < limits.idleMs
    ? `${run.agentId} sent signs of life and stopped: the last one came ${lasted} ago.`
    : `${run.agentId} has been silent for ${lasted}.`;
};

const overtime = (run: Run, { timeMs }: Limits, { now }: Context): string => {
  const worked = minutes(now - (run.spentBefore.at ?? run.startedAt));
  return `${run.agentId} has worked for ${worked} without a person; the control allows ${minutes(timeMs ?? 0)}.`;
};

/** What was held back fires now, whatever the hour: nothing rests twice. */
const rungDue = (kase: Case, due: Due, context: Context): RunEvent[] => {
  const rest = kase.rest ?? null;
  if (rest === null) return [rungFired(kase, kase.rung + 1, context, { dueAt: due.at })];
  return [rungFired(kase, rest.rung, context, { dueAt: due.at, evenQuiet: rest.by === null })];
};

/** After an outage only the rung that is current now fires; `rungFired` starts from the next one. */
const happens = (run: Run, due: Due, limits: Limits, context: Context): RunEvent[] => {
  const permit = run.permits.find((p) => p.permitId === due.id);
  switch (due.kind) {
    case 'permitExpires':
      return [{ type: 'PermitExpired', permitId: due.id }];
    case 'inDoubt':
      return permit === undefined ? [] : putInDoubt(run, permit, context);
    case 'approvalExpires':
      return approvalExpired(run, due.id, context);
    case 'rung':
      return run.case === null ? [] : rungDue(run.case, due, context);
    case 'claimIdle':
      return run.case === null ? [] : claimIdled(run.case, context);
    case 'sample':
      return remindSample(run, due.id, context);
    case 'review':
      return reviewReminded(run, context);
    case 'notTakenUp':
      return noProgress(run, 'notTakenUp', notTakenUp(run, limits), context);
    case 'silent':
      return noProgress(run, 'silent', silence(run, limits, context), context);
    case 'overtime':
      return noProgress(run, 'stuck', overtime(run, limits, context), context);
  }
};

/** Everything that is due at `context.now`, in order of time. Bounded: each due thing fires at most once a tick. */
export const tick = (run: Run, context: Context): Decided<null> => {
  const limits = limitsOf(context);
  const events: RunEvent[] = [];
  const seen = new Set<string>();
  let state = run;
  for (;;) {
    const due = earliest(dues(state, limits).filter((d) => d.at <= context.now && !seen.has(`${d.kind} ${d.id}`)));
    if (due === null) return { events, answer: null };
    seen.add(`${due.kind} ${due.id}`);
    const more = happens(state, due, limits, context);
    events.push(...more);
    state = apply(state, more, context);
  }
};
