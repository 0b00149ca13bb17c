/**
 * What must hold after each step, whatever people, agents and clocks do: I1 to I12 and L1 of the house's promises, as
 * far as the domain alone can break them; each answers what is wrong, as a sentence, or nothing. I8 is in log.ts.
 */
import { digestOf } from '@belay/protocol';
import { signaturesNeeded } from '../../src/domain/approval/quorum.ts';
import { ladderOf, rungAt } from '../../src/domain/case/open.ts';
import type { Context } from '../../src/domain/decided.ts';
import { administrators, resolveTarget } from '../../src/domain/oncall/organisation.ts';
import { isAbsent } from '../../src/domain/oncall/person.ts';
import { seatsAt } from '../../src/domain/oncall/schedule.ts';
import { longestWaitMs } from '../../src/domain/oncall/working.ts';
import type { Due } from '../../src/domain/run/due.ts';
import type { RunEvent } from '../../src/domain/run/events.ts';
import type { Permit, Run } from '../../src/domain/run/run.ts';
import { secret } from './team.ts';

/** One step: what was, what happened, what is. `ticked`: time did it. */
export type Step = {
  before: Run;
  events: RunEvent[];
  after: Run;
  /** what goes on of it, and its next due */
  kept: Run;
  due: Due | null;
  context: Context;
  ticked: boolean;
};
/** What has to be remembered of one run: its redeemed permits, all its approvals, and when a rung fired last. */
export type Memory = {
  redeemed: Set<string>;
  approvals: Map<string, Run['approvals'][number]>;
  rung: { caseId: string; promisedMs: number; at: number } | null;
  cases: { opened: number; ended: number };
};
export const newMemory = (): Memory => ({
  redeemed: new Set(),
  approvals: new Map(),
  rung: null,
  cases: { opened: 0, ended: 0 },
});

type Event<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
const of = <T extends RunEvent['type']>(events: RunEvent[], type: T): Event<T>[] =>
  events.filter((event): event is Event<T> => event.type === type);

const redemption = (permit: Permit, { before, events, after, context }: Step, memory: Memory): string[] => {
  const wrong: string[] = [];
  const { permitId, digest, epoch } = permit;
  if (before.holder.kind !== 'agent' || epoch !== after.epoch || context.by.kind !== 'agent')
    wrong.push(`I1: ${permitId} was redeemed by somebody who does not hold the run in its epoch`);
  if (memory.redeemed.has(permitId)) wrong.push(`I2: ${permitId} was redeemed twice`);
  memory.redeemed.add(permitId);
  if (digestOf(permit.arguments) !== digest) wrong.push(`I3: ${permitId} is not for its own arguments`);
  for (const { approvalId } of of(events, 'ApprovalUsed')) {
    const approval = memory.approvals.get(approvalId);
    const signers = new Set(approval?.signatures.map(({ by }) => by));
    if (approval === undefined || approval.digest !== digest) wrong.push(`I3: ${approvalId} was for something else`);
    if (signers.size < signaturesNeeded(approval?.groups ?? [])) wrong.push(`I4: ${approvalId} has too few signers`);
    if (approval?.exclusions.some(({ personId }) => signers.has(personId)))
      wrong.push(`I4: the requester signed ${approvalId}`);
  }
  return wrong;
};

const redemptions = (step: Step, memory: Memory): string[] => {
  for (const approval of step.after.approvals) memory.approvals.set(approval.approvalId, approval);
  return of(step.events, 'PermitRedeemed').flatMap(({ permitId }) => {
    const permit = step.after.permits.find((one) => one.permitId === permitId);
    return permit === undefined ? [`I2: ${permitId} is gone`] : redemption(permit, step, memory);
  });
};

const signatures = ({ events, context }: Step): string[] =>
  of(events, 'ApprovalSigned').flatMap(({ approvalId }) =>
    resolveTarget(context.org, 'role:signers', context.now).some(({ personId }) => personId === context.by.id)
      ? []
      : [`I4: ${context.by.id} signed ${approvalId} without the role`],
  );

const hour = 3_600_000;

const armed = ({ kept, due, context, ticked }: Step): string[] => {
  if (kept.finishedAt === null && due === null) return ['I6: an unfinished run has no armed next step'];
  if ((kept.case?.rest?.until ?? 0) > context.now + 7 * 24 * hour) return ['I6: a case rests for more than a week'];
  if (kept.case?.status === 'open' && kept.case.nextRungAt === null) return ['I6: an open case has no next rung'];
  if (ticked && due !== null && due.at <= context.now) return [`I6: after its tick ${due.what} is still due`];
  return [];
};

const recorded = ({ before, events, after, kept }: Step, memory: Memory): string[] => {
  const counted = memory.cases;
  counted.opened += of(events, 'CaseOpened').length;
  const ended = ['CaseReturned', 'CaseResolved', 'CaseCancelled'] as const;
  counted.ended += ended.reduce((sum, type) => sum + of(events, type).length, 0);
  const live = kept.case === null ? 0 : 1;
  const wrong = counted.opened - counted.ended === live ? [] : ['I5: a case was lost'];
  return after.entries === before.entries + events.length ? wrong : [...wrong, 'I7: an event without its entry'];
};

/** One seat a layer, nobody who is away, and whoever is told is whom the layers name. */
const duty = ({ events, context }: Step): string[] =>
  of(events, 'RungFired').flatMap(({ people, target, skipped }) => {
    const { org, now } = context;
    const [schedule] = org.schedules;
    if (schedule === undefined) return [];
    const seats = seatsAt(schedule, now, org.people);
    const wrong = seats.length === schedule.layers.length ? [] : ['I10: a layer has not exactly one seat'];
    const onCall = seats.find(({ personId }) => personId !== null)?.personId ?? null;
    const away = seats.some(({ personId }) =>
      org.people.some((one) => one.personId === personId && isAbsent(one, now)),
    );
    if (away) wrong.push('I10: somebody who is absent is on call');
    if (target === 'oncall:sun' && people.length > 1) wrong.push('I10: two people are on call');
    const gap = skipped.some((one) => one.target === 'oncall:sun' && one.because.startsWith('nobody is on call'));
    if (gap && onCall !== null) wrong.push('I10: a gap was declared where somebody is on call');
    if (people.length === 0 && resolveTarget(org, administrators, now).length > 0)
      wrong.push('I6: a rung told nobody although an administrator is there');
    return wrong;
  });

const tells = (value: unknown): boolean => {
  if (typeof value === 'string') return value.length >= secret.length && value.includes(secret);
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) if (tells(key) || tells(value[key as keyof typeof value])) return true;
  return false;
};

/** What an entry keeps and what a person is shown is in events; what was looked up and not declared is in neither. */
const secrets = ({ events }: Step): string[] => events.filter(tells).map(({ type }) => `I12: ${type} tells a secret`);

/** How much of a time the engine did not run. */
export type OutageMs = (from: number, to: number) => number;

const promisedMs = (kase: Run['case'], rung: number, context: Context): number => {
  const spec = kase === null ? undefined : rungAt(ladderOf(kase.to, context), rung);
  if (spec?.inWorkingHours === true) return longestWaitMs;
  return spec?.withinMs ?? spec?.repeatMs ?? hour;
};

/** The engine looks this often. */
export const pollMs = 1_000;

/** L1: while the engine runs, an open case moves within twice what its rung promises, and a look. */
const liveness = ({ before, events, after, context }: Step, memory: Memory, outageMs: OutageMs): string[] => {
  const [fired] = of(events, 'RungFired')
    .filter(({ also }) => also !== true)
    .slice(-1);
  const wrong: string[] = [];
  const last = memory.rung;
  if (last !== null && before.case?.caseId === last.caseId && before.case.status === 'open' && fired !== undefined) {
    const stood = context.now - last.at - outageMs(last.at, context.now);
    if (stood > 2 * last.promisedMs + pollMs)
      wrong.push(`L1: a case stood still for ${stood} ms; its rung promised ${last.promisedMs}`);
  }
  if (fired !== undefined)
    memory.rung = { caseId: fired.caseId, promisedMs: promisedMs(after.case, fired.rung, context), at: context.now };
  const rest = after.case?.rest ?? null;
  if (rest !== null && after.case !== null && rest !== (before.case?.rest ?? null))
    memory.rung = { caseId: after.case.caseId, promisedMs: rest.until - context.now, at: context.now };
  return wrong;
};

export const broken = (step: Step, memory: Memory, outageMs: OutageMs): string[] => [
  ...redemptions(step, memory),
  ...signatures(step),
  ...armed(step),
  ...recorded(step, memory),
  ...duty(step),
  ...secrets(step),
  ...liveness(step, memory, outageMs),
];
