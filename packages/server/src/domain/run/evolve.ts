/** Folds events into a run. One small function per event; no rule is checked here, that is `decide`'s work. */

import { digestOf, type Json } from '@belay/protocol';
import { approvalEvolvers } from '../approval/evolve.ts';
import type { Evolve, Meta, Recorded, RunEvent } from './events.ts';
import { type Case, type Instructions, type Permit, type Run, settledKept } from './run.ts';

const withPermit = (run: Run, permitId: string, change: Partial<Permit>): Run => ({
  ...run,
  permits: run.permits.map((permit) => (permit.permitId === permitId ? { ...permit, ...change } : permit)),
});

const withCase = (run: Run, change: Partial<Case>): Run =>
  run.case === null ? run : { ...run, case: { ...run.case, ...change, revision: run.case.revision + 1 } };

/** A permit that ended unused gives back what it had reserved. */
const unreserve = (run: Run, permitId: string): Run => ({
  ...run,
  allowances: run.allowances.map((a) => (a.permitId === permitId ? { ...a, permitId: null } : a)),
  approvals: run.approvals.map((a) => (a.permitId === permitId ? { ...a, permitId: null } : a)),
});

const settled = (run: Run, permitId: string): Run => {
  const permit = run.permits.find((p) => p.permitId === permitId);
  if (permit === undefined) return run;
  const recent = [
    ...run.settledRecently,
    {
      key: permit.key,
      permitId,
      late: false,
      said: permit.settledBy?.kind === 'person' ? (permit.status as 'done' | 'notDone') : null,
    },
  ].slice(-settledKept);
  return { ...run, settledCount: run.settledCount + 1, settledRecently: recent };
};

/** What a person says has happened is not done again, also not under another key: the agent may have forgotten its own. */
const neverAgain = (
  run: Run,
  permitId: string,
  said: Pick<Run['doneByPerson'][number], 'reference' | 'by' | 'at'>,
): Run => {
  const permit = run.permits.find((p) => p.permitId === permitId);
  if (permit === undefined) return run;
  const digests = [...new Set([permit.askedDigest, permit.digest])];
  const done = digests.map((digest) => ({ step: permit.step, digest, ...said }));
  return { ...run, doneByPerson: [...run.doneByPerson, ...done] };
};

const allowances = (instructions: Instructions, by: string, seen: string[]): Run['allowances'] =>
  instructions.allowOnce.map((allowed) => ({
    ...allowed,
    effectiveDigest: digestOf(allowed.arguments),
    by,
    seen,
    letsThrough: true,
    permitId: null,
  }));

/** Asking again with the same key is waiting, not repeating. */
const repeated = (before: Run['repeat'], now: Omit<Run['repeat'], 'count'>): Run['repeat'] => {
  if (before.step !== now.step || before.digest !== now.digest) return { ...now, count: 1 };
  return before.key === now.key ? before : { ...now, count: before.count + 1 };
};

/** More than any run costs; keeps the sum a number. */
const costMaxUsd = 1e12;

const lateReport = (run: Run, permitId: string, report: Json, contradicts: boolean): Run => {
  const marked = run.settledRecently.map((s) => (s.permitId === permitId ? { ...s, late: true } : s));
  const key = run.settledRecently.find((s) => s.permitId === permitId)?.key;
  const contradicted = contradicts && key !== undefined ? [...run.contradicted, { key, permitId }] : run.contradicted;
  return { ...withPermit(run, permitId, { lateReport: report }), settledRecently: marked, contradicted };
};

const failures = (run: Run, step: string, failed: boolean): Run['failures'] => {
  const { [step]: before = 0, ...others } = run.failures;
  return failed ? { ...others, [step]: before + 1 } : others;
};

/** A person has looked at the run: what it may spend and how often it may fail begins anew. */
const lookedAt = (run: Run, at: number): Run => ({
  ...run,
  repeat: { step: '', key: '', digest: '', count: 0 },
  failures: {},
  outside: noneOutside,
  spentBefore: { steps: run.stepsDecided, costUsd: run.costUsd, at },
});

const noneOutside = { count: 0, since: 0, counted: 0 };

/** A step that failed outside is tried again: that is neither a repetition nor a step of its own. */
const failedOutside = (run: Run, step: string, at: number): Run => {
  const { count, since, counted } = run.outside ?? noneOutside;
  return {
    ...run,
    repeat: run.repeat.step === step ? { ...run.repeat, count: 0 } : run.repeat,
    outside: { count: count + 1, since: count === 0 ? at : since, counted: counted + 1 },
  };
};

const evolvers: { [T in RunEvent['type']]: Evolve<T> } = {
  // Opened for the agent by somebody else: it is told, and if it does not come, a person is.
  RunStarted: (run, _event, { by, at }) =>
    by.kind === 'agent' ? run : { ...run, owed: { since: at, step: null, because: 'a ticket opened this run' } },
  AgentAttached: (run, { epoch }, { at }) => ({
    ...run,
    epoch,
    holderSince: at,
    owed: null,
    refusals: 0,
    beats: false,
  }),
  StepGated: (run, { step, key, digest, outcome }) => ({
    ...run,
    owed: run.owed?.step === step ? null : run.owed,
    stepsDecided: run.stepsDecided + 1,
    repeat: repeated(run.repeat, { step, key, digest }),
    forbids: outcome === 'forbid' ? { ...run.forbids, [step]: (run.forbids[step] ?? 0) + 1 } : run.forbids,
  }),
  // Who holds it as a person gives it back later, and the agent is told then.
  RunMoved: (run, { to, publishedBy, again }, { at }) => ({
    ...run,
    control: to,
    publishedBy,
    owed:
      again === null || run.holder.kind === 'person'
        ? run.owed
        : { since: at, step: again, because: `${again} is asked for again, under version ${to.version}` },
  }),
  AgentRefused: (run) => ({ ...run, refusals: run.refusals + 1 }),
  PermitGranted: (run, { permit }) => ({
    ...run,
    permits: [...run.permits, permit],
    approvals: run.approvals.map((a) =>
      permit.approvalIds.includes(a.approvalId) ? { ...a, permitId: permit.permitId } : a,
    ),
    allowances: run.allowances.map((a) =>
      a.step === permit.step && a.effectiveDigest === permit.digest && a.permitId === null
        ? { ...a, permitId: permit.permitId }
        : a,
    ),
  }),
  PermitRedeemed: (run, { permitId, attempt }, { at }) => ({
    ...withPermit(run, permitId, { status: 'redeemed', redeemedAt: at, attempt }),
    allowances: run.allowances.filter((a) => a.permitId !== permitId),
    owed: null,
  }),
  PermitReported: (run, { permitId, status, result, outside }, { at, by }) => {
    const step = run.permits.find((p) => p.permitId === permitId)?.step ?? '';
    const next = withPermit(run, permitId, { status, result, settledAt: at, settledBy: by });
    if (outside === true) return settled(failedOutside(next, step, at), permitId);
    const over = status === 'done' ? { outside: { ...(run.outside ?? noneOutside), count: 0 } } : {};
    return settled({ ...next, ...over, failures: failures(run, step, status === 'failed') }, permitId);
  },
  PermitExpired: (run, { permitId }) => unreserve(withPermit(run, permitId, { status: 'expired' }), permitId),
  PermitVoided: (run, { permitId }) => unreserve(withPermit(run, permitId, { status: 'void' }), permitId),
  PermitInDoubt: (run, { permitId }) => withPermit(run, permitId, { status: 'inDoubt' }),
  PermitSettled: (run, { permitId, happened, reference, because }, { at, by }) => {
    const said = { status: happened, settledAt: at, settledBy: by, result: { reference, because } };
    const next = settled(withPermit(run, permitId, said), permitId);
    return happened === 'done' ? neverAgain(next, permitId, { reference: reference ?? because, by: by.id, at }) : next;
  },
  ContradictionSettled: (run, { permit, happened, reference, because }, { at, by }) => {
    const after: Permit = { ...permit, status: happened, settledAt: at, settledBy: by, result: { reference, because } };
    const contradicted = run.contradicted.filter((c) => c.permitId !== permit.permitId);
    const next = settled({ ...run, contradicted, permits: [...run.permits, after] }, permit.permitId);
    const said = { reference: reference ?? because, by: by.id, at };
    return happened === 'done' ? neverAgain(next, permit.permitId, said) : next;
  },
  SampleReminded: (run, { sampleId, asked, dueAt }) => ({
    ...run,
    samples: run.samples.map((sample) =>
      sample.sampleId === sampleId ? { ...sample, asked, dueAt, reminders: (sample.reminders ?? 0) + 1 } : sample,
    ),
  }),
  StepSampled: (run, { sample }) => ({ ...run, samples: [...run.samples, sample] }),
  SampleReviewed: (run, { sampleId, verdict, comment }, { at, by }) => ({
    ...run,
    samples: run.samples.map((sample) =>
      sample.sampleId === sampleId ? { ...sample, verdict, comment, reviewedBy: by.id, reviewedAt: at } : sample,
    ),
  }),
  LateReportKept: (run, { permitId, report, contradicts }) => lateReport(run, permitId, report, contradicts),
  ...approvalEvolvers,
  CaseOpened: (run, event) => ({ ...run, case: event.case }),
  CaseReasonAdded: (run, { reason, replacesStep, words }) =>
    withCase(run, {
      reasons: [...(run.case?.reasons ?? []), reason],
      ...(replacesStep === null ? {} : { step: replacesStep }),
      ...(words === undefined ? {} : { agentWords: [run.case?.agentWords ?? [], words].flat().join('\n\n') }),
    }),
  RungFired: (run, { rung, target, people, nextAt, nextTarget, round, also }, { at }) =>
    withCase(run, {
      rung,
      owner: target,
      nextRungAt: nextAt,
      nextTarget,
      ...(also === true ? {} : { rest: null }),
      told: [...(run.case?.told ?? []), { target, people, at, ...(round === undefined ? {} : { round }) }].slice(-50),
    }),
  CaseClaimed: (run, { from, reason, breakGlass, entitled }, { at, by }) =>
    withCase(run, {
      status: 'claimed',
      claimedBy: by.id,
      claimedAt: at,
      takenFrom: from === null ? null : { personId: from, because: reason },
      activeAt: at,
      idles: 0,
      nextRungAt: null,
      rest: null,
      breakGlass,
      entitled,
    }),
  // Another use before anybody looked joins the first: neither hidden nor put off.
  BreakGlassUsed: (run, { reason, reviewDueAt }, { by }) => {
    const use = { usedBy: by.id, reason };
    if (run.review === null) return { ...run, review: { ...use, dueAt: reviewDueAt } };
    const { dueAt, before = [], ...last } = run.review;
    return { ...run, review: { ...use, dueAt: Math.min(dueAt, reviewDueAt), before: [...before, last] } };
  },
  BreakGlassReviewed: (run) => ({ ...run, review: null }),
  ReviewReminded: (run, { reviewDueAt }) => ({
    ...run,
    review: run.review === null ? null : { ...run.review, dueAt: reviewDueAt },
  }),
  CaseDeclined: (run, { because }, { at, by }) =>
    withCase(run, { declined: [...(run.case?.declined ?? []), { by: by.id, because, at }] }),
  CaseReleased: (run) => withCase(run, { status: 'open', claimedBy: null, claimedAt: null, takenFrom: null }),
  CaseReturned: (run, { instructions, seen }, { at, by }) => ({
    ...withCase(run, { status: 'returned', closedAt: at, nextRungAt: null }),
    instructions,
    acknowledged: false,
    prohibited: [...run.prohibited, ...instructions.prohibit.map((step) => ({ step, by: by.id }))],
    approvalRequired: [...run.approvalRequired, ...instructions.requireApproval.map((step) => ({ step, by: by.id }))],
    allowances: [...run.allowances, ...allowances(instructions, by.id, seen)],
    doneByPerson: [...run.doneByPerson, ...instructions.doneByMe.map((done) => ({ ...done, by: by.id, at }))],
    owed: { since: at, step: null, because: 'control was given back' },
  }),
  CaseResolved: (run, { resolution }, { at }) =>
    withCase(run, { status: 'resolved', closedAt: at, resolution, nextRungAt: null }),
  CaseCancelled: (run, { because }, { at }) => ({
    ...withCase(lookedAt(run, at), { status: 'cancelled', closedAt: at, resolution: because, nextRungAt: null }),
    owed: { since: at, step: null, because: 'the case was cancelled' },
  }),
  CaseSnoozed: (run, { until, because }, { by }) =>
    withCase(run, {
      rest: { until, because, rung: run.case?.rung ?? 0, by: by.id },
      ...(run.case?.status === 'open' ? { nextRungAt: until, nextTarget: run.case.owner } : {}),
    }),
  SnoozeEnded: (run, _event, { at }) => withCase(run, { rest: null, activeAt: at }),
  RungDelayed: (run, { rung, target, until, because }) =>
    withCase(run, {
      owner: target,
      rest: { until, rung, because, by: null },
      nextRungAt: until,
      nextTarget: target,
    }),
  ClaimIdled: (run, _event, { at }) => withCase(run, { activeAt: at, idles: (run.case?.idles ?? 0) + 1, rest: null }),
  ControlTaken: (run, { to, epoch }, { at }) => ({
    ...run,
    holder: to,
    holderSince: at,
    epoch,
    owed: null,
    refusals: 0,
    allowances: [],
  }),
  ControlReturned: (run, { epoch }, { at }) => ({
    ...lookedAt(run, at),
    holder: { kind: 'agent', id: run.agentId },
    holderSince: at,
    lastHeardAt: at,
    epoch,
    beats: false,
  }),
  InstructionsAcknowledged: (run) => ({ ...run, acknowledged: true, owed: null }),
  AgentReported: (run, { costUsd }) => ({
    ...run,
    beats: true,
    costUsd: Math.min(run.costUsd + costUsd, costMaxUsd),
  }),
  RunFinished: (run, { outcome }, { at }) => ({ ...run, outcome, finishedAt: at, owed: null }),
};

/** One event further. An agent's own event also counts as a sign of life. */
export const evolve = (run: Run, { event, by, at }: Recorded): Run => {
  const evolver = evolvers[event.type] as (run: Run, event: RunEvent, meta: Meta) => Run;
  const next = evolver(run, event, { by, at });
  // What an evolver answers is new, or the very run: a new one need not be copied again.
  const mine = next === run ? { ...run } : next;
  mine.entries += 1;
  if (by.kind === 'agent') mine.lastHeardAt = at;
  return mine;
};

/** The run before its first event. */
export const newRun = (started: Extract<RunEvent, { type: 'RunStarted' }>, at: number): Run => ({
  runId: started.runId,
  control: started.control,
  agentId: started.agentId,
  key: started.key,
  subject: started.subject,
  onBehalfOf: started.onBehalfOf,
  publishedBy: started.publishedBy ?? null,
  holder: { kind: 'agent', id: started.agentId },
  holderSince: at,
  epoch: 1,
  entries: 0,
  startedAt: at,
  lastHeardAt: at,
  finishedAt: null,
  outcome: null,
  stepsDecided: 0,
  costUsd: 0,
  repeat: { step: '', key: '', digest: '', count: 0 },
  failures: {},
  spentBefore: { steps: 0, costUsd: 0, at },
  forbids: {},
  refusals: 0,
  instructions: null,
  acknowledged: true,
  prohibited: [],
  approvalRequired: [],
  allowances: [],
  doneByPerson: [],
  rejections: [],
  contradicted: [],
  case: null,
  approvals: [],
  permits: [],
  samples: [],
  settledCount: 0,
  settledRecently: [],
  review: null,
  owed: null,
});

const livePermit = new Set(['granted', 'redeemed', 'inDoubt']);
/** A refusal stays: it holds until somebody gives in. */
const liveApproval = new Set(['waiting', 'approved', 'rejected']);

/** Something of the run has just ended: it is still here, and leaves with this commit. */
export const hasEnded = (run: Run): boolean =>
  (run.case !== null && run.case.status !== 'open' && run.case.status !== 'claimed') ||
  run.permits.some((permit) => !livePermit.has(permit.status)) ||
  run.approvals.some((approval) => !liveApproval.has(approval.status)) ||
  run.samples.some((sample) => sample.verdict !== null);

/** What ended is in its own row and in the entries; the run keeps only what is still alive. */
export const withoutEnded = (run: Run): Run =>
  hasEnded(run)
    ? {
        ...run,
        case: run.case !== null && (run.case.status === 'open' || run.case.status === 'claimed') ? run.case : null,
        permits: run.permits.filter((permit) => livePermit.has(permit.status)),
        approvals: run.approvals.filter((approval) => liveApproval.has(approval.status)),
        samples: run.samples.filter((sample) => sample.verdict === null),
      }
    : run;
