/**
 * A case: one handoff. Taking it over moves control of the run in the same breath; giving it back moves it again.
 *
 *   open --claim / take over--> claimed --return--> returned      claimed --resolve--> resolved
 *   open --decline--> open (next candidate)     open, claimed --snooze--> the same, at rest until an end
 *       claimed --release--> open     open --cancel--> cancelled    at rest --end snooze--> told, or reminded, again
 */
import type { JsonObject } from '@belay/protocol';
import { apply, type Context, type Decided, refuse } from '../decided.ts';
import type { RunEvent } from '../run/events.ts';
import { voidGranted } from '../run/permit.ts';
import type { Case, Permit, Run } from '../run/run.ts';
import { breakGlassUsed, mayBreakGlass } from './break-glass.ts';
import { entitledPeople, mayTakeOver, stillOperates } from './entitled.ts';
import { handOff, hasDeclined, rungFired, stillAsked, wasAsked } from './open.ts';
import { type ReturnCommand, returnControl } from './return.ts';

export type CaseCommand =
  | { type: 'takeOver'; reason: string; breakGlass: boolean; kind: 'takenOver' | 'stopped' }
  | { type: 'claim'; caseId: string; revision: number; reason: string }
  | { type: 'decline'; caseId: string; revision: number; because: string }
  | { type: 'release'; caseId: string; revision: number; because: string }
  | { type: 'resolve'; caseId: string; revision: number; resolution: string }
  | { type: 'cancel'; caseId: string; revision: number; because: string }
  | { type: 'snooze'; caseId: string; revision: number; until: number; because: string }
  | { type: 'endSnooze'; caseId: string; revision: number; because: string }
  | {
      type: 'settle';
      permitId: string;
      happened: 'done' | 'notDone';
      reference: string | null;
      because: string;
      /** a permit that the run itself no longer keeps */
      ended?: Permit | null;
    }
  | ReturnCommand;

export type CaseAnswer = { caseId: string };
type CaseDecided = Decided<CaseAnswer>;

const nameOf = ({ org }: Context, personId: string | null): string =>
  org.people.find((person) => person.personId === personId)?.name ?? personId ?? 'nobody';

/** The live case, when it is this one and has not changed since the person looked. */
const current = (
  run: Run,
  caseId: string,
  revision: number,
  context: Context,
): { kase: Case } | ReturnType<typeof refuse> => {
  if (run.case === null || run.case.caseId !== caseId) return refuse('case_not_open', `Case ${caseId} has ended.`);
  if (run.case.revision === revision) return { kase: run.case };
  const who =
    run.case.claimedBy === null ? 'Nobody has taken it over.' : `${nameOf(context, run.case.claimedBy)} has it.`;
  return refuse('stale_revision', `Case ${caseId} has changed. ${who}`);
};

const voidApprovals = (run: Run): RunEvent[] =>
  run.approvals
    .filter((a) => a.status === 'waiting' || a.status === 'approved')
    .map((a) => ({ type: 'ApprovalVoided', approvalId: a.approvalId, because: 'a person took over' }));

/** Control passes: new epoch, what is not under way yet ends, what is under way is listed. */
type Taking = { reason: string; breakGlass: boolean; entitled: boolean };

const takeControl = (run: Run, { reason, breakGlass, entitled }: Taking, context: Context): RunEvent[] => {
  const inFlight = run.permits.filter((p) => p.status === 'redeemed' || p.status === 'inDoubt').map((p) => p.permitId);
  const caseId = run.case?.caseId ?? '';
  return [
    { type: 'CaseClaimed', caseId, from: run.case?.claimedBy ?? null, reason, breakGlass, entitled },
    {
      type: 'ControlTaken',
      from: run.holder,
      to: { kind: 'person', id: context.by.id },
      epoch: run.epoch + 1,
      inFlight,
      reason,
    },
    ...voidGranted(run, 'a person took over'),
    ...voidApprovals(run),
  ];
};

const notEntitled = (run: Run, context: Context): CaseDecided => {
  const names =
    entitledPeople(run, context)
      .map((person) => person.name)
      .join(', ') || 'nobody at this moment';
  return refuse(
    'not_entitled',
    `This run may be taken over by: ${names}. In an emergency use break-glass, with a reason.`,
  );
};

const takeOver = (run: Run, command: Extract<CaseCommand, { type: 'takeOver' }>, context: Context): CaseDecided => {
  if (run.finishedAt !== null) return refuse('run_finished', `Run ${run.runId} is finished.`);
  // A stop takes runs from agents: whoever was faster keeps control.
  if (command.kind === 'stopped' && run.holder.kind === 'person')
    return refuse('already_in_control', `${nameOf(context, run.holder.id)} has control.`);
  if (run.holder.kind === 'person' && run.holder.id === context.by.id) {
    return run.case === null
      ? refuse('already_in_control', 'You have control.')
      : { events: [], answer: { caseId: run.case.caseId } };
  }
  if (command.kind !== 'stopped' && !command.breakGlass && !mayTakeOver(run, context)) return notEntitled(run, context);
  if (command.kind !== 'stopped' && command.breakGlass && !mayTakeOver(run, context) && !mayBreakGlass(context))
    return refuse(
      'not_entitled',
      'Break-glass is a right of its own, and you do not have it: an administrator gives it.',
    );
  const needsReason = run.holder.kind === 'person' || command.breakGlass;
  if (needsReason && command.reason.trim() === '')
    return refuse(
      'takeover_needs_reason',
      run.holder.kind === 'person' ? `${nameOf(context, run.holder.id)} has control.` : 'Break-glass needs a reason.',
    );
  const who = nameOf(context, context.by.id);
  const verb = command.kind === 'stopped' ? 'stopped this' : 'took over';
  const because = `${who} ${verb}${command.reason === '' ? '.' : `: ${command.reason}`}`;
  const reason = { kind: command.kind, because, rule: null, cites: null, step: null, key: null };
  const opened = handOff(run, { reason, to: null, step: null }, context).filter((event) => event.type !== 'RungFired');
  const withCase = apply(run, opened, context);
  const entitled = mayTakeOver(run, context);
  const breakGlass = command.breakGlass && !entitled;
  const events = [
    ...opened,
    ...takeControl(withCase, { reason: command.reason, breakGlass, entitled }, context),
    ...(breakGlass ? [breakGlassUsed(command.reason, context)] : []),
  ];
  return { events, answer: { caseId: withCase.case?.caseId ?? '' } };
};

const claim = (run: Run, command: Extract<CaseCommand, { type: 'claim' }>, context: Context): CaseDecided => {
  const found = current(run, command.caseId, command.revision, context);
  if (run.case?.caseId === command.caseId && run.case.claimedBy === context.by.id)
    return { events: [], answer: { caseId: command.caseId } };
  if (!('kase' in found)) return found;
  if (!mayTakeOver(run, context)) return notEntitled(run, context);
  if (found.kase.status === 'claimed' && command.reason.trim() === '')
    return refuse('takeover_needs_reason', `${nameOf(context, found.kase.claimedBy)} has this case.`);
  return {
    events: takeControl(run, { reason: command.reason, breakGlass: false, entitled: true }, context),
    answer: { caseId: command.caseId },
  };
};

const released = (run: Run, because: string): RunEvent[] =>
  run.case?.status === 'claimed'
    ? [
        { type: 'CaseReleased', caseId: run.case.caseId, because },
        { type: 'ControlReturned', from: run.holder, epoch: run.epoch + 1 },
      ]
    : [];

const claimedByMe = (kase: Case, context: Context): ReturnType<typeof refuse> | null => {
  if (kase.status !== 'claimed') return refuse('case_not_claimed', `Nobody has taken case ${kase.caseId} over.`);
  if (kase.claimedBy === context.by.id)
    return stillOperates(context, kase.claimedBy)
      ? null
      : refuse(
          'not_entitled',
          'You have this case, and the right to operate no more: somebody else takes it from you.',
        );
  return refuse('not_claimer', `${nameOf(context, kase.claimedBy)} has case ${kase.caseId}.`);
};

type OnCase<T extends CaseCommand['type']> = Extract<CaseCommand, { type: T }>;
type Decide<T extends CaseCommand['type']> = (
  run: Run,
  command: OnCase<T>,
  context: Context,
  kase: Case,
) => CaseDecided;
type WithCase = 'decline' | 'release' | 'resolve' | 'cancel' | 'return' | 'snooze' | 'endSnooze';

/** Decides on the live case as the person saw it. */
const onLive =
  <T extends WithCase>(decide: Decide<T>) =>
  (run: Run, command: OnCase<T>, context: Context): CaseDecided => {
    const { caseId, revision }: { caseId: string; revision: number } = command as Extract<
      CaseCommand,
      { type: WithCase }
    >;
    const found = current(run, caseId, revision, context);
    return 'kase' in found ? decide(run, command, context, found.kase) : found;
  };

/** The same, for whoever has taken the case over. */
const onMine = <T extends WithCase>(decide: Decide<T>) =>
  onLive<T>((run, command, context, kase) => claimedByMe(kase, context) ?? decide(run, command, context, kase));

/** Tells the people of the rung that is current once `before` has happened. */
const toldAgain = (run: Run, before: RunEvent[], rung: (kase: Case) => number, context: Context): RunEvent[] => {
  const kase = apply(run, before, context).case;
  return kase === null ? before : [...before, rungFired(kase, rung(kase), context)];
};

/** Somebody else has been told and may still take it: their time goes on as it was. */
const othersAreAsked = (kase: Case, { by }: Context): boolean =>
  kase.status === 'open' && stillAsked(kase).some((personId) => personId !== by.id);

/** Somebody chose an end before which nobody is told; quiet hours are nobody's choice. */
const isSnoozed = ({ status, rest = null }: Case): boolean => status === 'open' && rest !== null && rest.by !== null;

const decline = onLive<'decline'>((run, { caseId, because }, context, kase) => {
  const refused = kase.status === 'claimed' ? claimedByMe(kase, context) : null;
  if (refused !== null) return refused;
  if (!mayTakeOver(run, context)) return notEntitled(run, context);
  const { id } = context.by;
  if (kase.status === 'open' && hasDeclined(kase, id)) return { events: [], answer: { caseId } };
  const asked = wasAsked(kase, id) ? {} : { asked: false as const };
  const before: RunEvent[] = [...released(run, because), { type: 'CaseDeclined', caseId, because, ...asked }];
  if (othersAreAsked(kase, context) || isSnoozed(kase)) return { events: before, answer: { caseId } };
  return { events: toldAgain(run, before, ({ rung }) => rung, context), answer: { caseId } };
});

const release = onMine<'release'>((run, { caseId, because }, context) => ({
  events: toldAgain(run, released(run, because), () => 0, context),
  answer: { caseId },
}));

const resolve = onMine<'resolve'>((run, { caseId, resolution }, context) => {
  const open = run.permits.filter((permit) => permit.status === 'redeemed' || permit.status === 'inDoubt');
  if (open.length > 0)
    return refuse('step_in_flight', `${open.map((p) => p.step).join(', ')}: say first whether it happened.`);
  const outcome: JsonObject = { resolvedBy: context.by.id, resolution };
  const events: RunEvent[] = [
    { type: 'CaseResolved', caseId, resolution },
    { type: 'RunFinished', outcome },
  ];
  return { events, answer: { caseId } };
});

const cancel = onLive<'cancel'>((run, { caseId, because }, context, kase) => {
  if (kase.status === 'claimed')
    return refuse('case_not_open', `${nameOf(context, kase.claimedBy)} has taken it over: give control back instead.`);
  if (!mayTakeOver(run, context)) return notEntitled(run, context);
  const doubtful = run.permits.filter((permit) => permit.status === 'inDoubt');
  if (doubtful.length > 0)
    return refuse('step_in_flight', `${doubtful.map((p) => p.step).join(', ')}: say first whether it happened.`);
  return { events: [{ type: 'CaseCancelled', caseId, because }], answer: { caseId } };
});

const longestSnoozeMs = 7 * 24 * 3_600_000;

/** Rests until an end: an open case is then told again, a claimed one reminds again. */
const snooze = onLive<'snooze'>((run, { caseId, until, because }, context, kase) => {
  const refused = kase.status === 'claimed' ? claimedByMe(kase, context) : null;
  if (refused !== null) return refused;
  if (!mayTakeOver(run, context)) return notEntitled(run, context);
  if (until <= context.now) return refuse('invalid_request', 'until: it has passed already.');
  if (until > context.now + longestSnoozeMs)
    return refuse('invalid_request', 'until: nothing rests for more than 7 days; look at it again by then.');
  return { events: [{ type: 'CaseSnoozed', caseId, until, because }], answer: { caseId } };
});

/** Somebody need not wait for the end they or somebody else chose. */
const endSnooze = onLive<'endSnooze'>((run, { caseId, because }, context, kase) => {
  const refused = kase.status === 'claimed' ? claimedByMe(kase, context) : null;
  if (refused !== null) return refused;
  if (!mayTakeOver(run, context)) return notEntitled(run, context);
  const { rest = null } = kase;
  if (rest === null || rest.by === null) return refuse('case_not_snoozed', `Nobody snoozed case ${caseId}.`);
  const ended: RunEvent[] = [{ type: 'SnoozeEnded', caseId, because }];
  return {
    events: kase.status === 'open' ? toldAgain(run, ended, () => rest.rung, context) : ended,
    answer: { caseId },
  };
});

const giveBack = onMine<'return'>((run, command, context, kase) => returnControl(run, kase, command, context));

const maySettle = (run: Run, context: Context): boolean =>
  mayTakeOver(run, context) ||
  (run.case?.status === 'claimed' && run.case.entitled && claimedByMe(run.case, context) === null);

const settle = (run: Run, command: Extract<CaseCommand, { type: 'settle' }>, context: Context): CaseDecided => {
  const { type: _type, ended = null, ...said } = command;
  const answer = { caseId: run.case?.caseId ?? '' };
  const contradicted = run.contradicted.some((one) => one.permitId === command.permitId);
  if (contradicted && ended !== null) {
    if (!maySettle(run, context)) return notEntitled(run, context);
    const { happened, reference, because } = said;
    return { events: [{ type: 'ContradictionSettled', permit: ended, happened, reference, because }], answer };
  }
  const permit = run.permits.find((p) => p.permitId === command.permitId);
  if (permit === undefined || (permit.status !== 'inDoubt' && permit.status !== 'redeemed'))
    return refuse('not_in_doubt', `Permit ${command.permitId} is ${permit?.status ?? 'over'}.`);
  if (permit.status === 'redeemed' && run.holder.kind !== 'person')
    return refuse('not_in_doubt', `${permit.step} is under way: the agent may still report it. Take over first.`);
  if (!maySettle(run, context)) return notEntitled(run, context);
  return { events: [{ type: 'PermitSettled', ...said }], answer };
};

const deciders = { takeOver, claim, decline, release, resolve, cancel, snooze, endSnooze, settle, return: giveBack };

export const decideCase = (run: Run, command: CaseCommand, context: Context): CaseDecided =>
  (deciders[command.type] as (run: Run, command: CaseCommand, context: Context) => CaseDecided)(run, command, context);
