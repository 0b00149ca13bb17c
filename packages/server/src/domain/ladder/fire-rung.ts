/**
 * Which rung of a ladder fires now, who is told, and when the next one is due. After the control's rungs, gone through in
 * as many rounds as it says, every ladder goes on to the control's owner and then to the administrators, and begins again
 * after them: it never ends in silence. People are resolved when a rung fires; one that reaches nobody is passed at once.
 */
import type { RungSpec } from '@belay/control';
import { sayName, type Target } from '@belay/protocol';
import {
  administrators,
  type Organisation,
  type Person,
  resolveTarget,
  splitTarget,
  targetName,
} from '../oncall/organisation.ts';
import { afterWork } from '../oncall/working.ts';

type SkippedRung = { rung: number; target: Target; because: string };

export type RungFired = {
  /** index in the whole ladder: the control's rungs, round after round, its owner, the administrators */
  rung: number;
  target: Target;
  /** how many times the rungs have been begun; the owner and the administrators belong to the last one */
  round: number;
  /** empty only when nobody at all can be reached: an alarm */
  people: string[];
  skipped: SkippedRung[];
  nextAt: number;
  /** who will be told then, as things stand now; null: nobody could be reached then either */
  nextTarget: Target | null;
  /** after the administrators the ladder began again with this rung */
  wrapped: boolean;
  /** the rungs of the control are used up: this is its owner, or the administrators after it */
  endedAtOwner: boolean;
};

export type FireRung = {
  rungs: readonly RungSpec[];
  /** how often they are gone through again; absent: not again */
  repeat?: number;
  owner: Target;
  org: Organisation;
  at: number;
  /** index of the rung to fire: the last one fired + 1 */
  from: number;
  /** people who declined: told again only when nobody else on the whole ladder can be reached */
  excluded: readonly string[];
  /** when that rung was due; rungs whose whole time passed since then, in an outage, are not made up for */
  dueAt?: number;
};

const defaultWaitMs = 3_600_000;
const alarmWaitMs = 300_000;
const shortestWaitMs = 60_000;

/** `place`: where it stands in one round; owner and administrators stand after the rungs. */
type Step = { target: Target; waitMs: number; working: boolean; round: number; place: number };

const longEnough = (waitMs: number): number => Math.max(shortestWaitMs, waitMs);

/** The control's rungs as often as it says, then its owner unless the last rung is the owner, then the administrators. */
const stepsOf = ({ rungs, repeat, owner }: Required<Pick<FireRung, 'rungs' | 'repeat' | 'owner'>>): Step[] => {
  const rounds = Array.from({ length: repeat + 1 }, (_, before) => before + 1);
  const ownStep = (rung: RungSpec, place: number, round: number): Step => ({
    target: rung.tell,
    waitMs: longEnough(rung.withinMs ?? rung.repeatMs ?? defaultWaitMs),
    working: rung.inWorkingHours === true,
    round,
    place,
  });
  const last = rungs.at(-1);
  const waitMs = longEnough(last?.repeatMs ?? defaultWaitMs);
  const end = last?.tell === owner ? [administrators] : [owner, administrators];
  return [
    ...rounds.flatMap((round) => rungs.map((rung, place) => ownStep(rung, place, round))),
    ...end.map((target, after) => ({
      target,
      waitMs,
      working: false,
      round: rounds.length,
      place: rungs.length + after,
    })),
  ];
};

/** When the next rung is due, after these people were told at `at`. */
const endOf = ({ waitMs, working }: Step, org: Organisation, people: readonly Person[], at: number): number =>
  working ? afterWork(org, people, at, waitMs) : at + waitMs;

/** Where the ladder stands after the time from `dueAt` to `at`: whole ladders are passed without being walked. */
const passOutage = (
  steps: readonly Step[],
  org: Organisation,
  from: number,
  dueAt: number,
  at: number,
): { index: number; passed: number[]; wholes: number } => {
  const wholeMs = steps.reduce((sum, step) => sum + step.waitMs, 0);
  const even = steps.every((step) => !step.working);
  let wholes = even ? Math.max(0, Math.floor((at - dueAt) / wholeMs)) : 0;
  let due = dueAt + wholes * wholeMs;
  const passed: number[] = [];
  let index = from;
  for (let step = steps[index]; step !== undefined; step = steps[index]) {
    const end = endOf(step, org, step.working ? resolveTarget(org, step.target, due) : [], due);
    if (end > at) break;
    if (!passed.includes(index)) passed.push(index);
    due = end;
    index = (index + 1) % steps.length;
    if (index === 0) wholes++;
  }
  return { index, passed, wholes };
};

/** Without those who declined: a schedule then names whoever would come next. */
const reach = (org: Organisation, target: Target, at: number, excluded: readonly string[]): Person[] => {
  if (excluded.length === 0) return resolveTarget(org, target, at);
  return resolveTarget({ ...org, people: org.people.filter((one) => !excluded.includes(one.personId)) }, target, at);
};

const whyNobody = (org: Organisation, target: Target, at: number): string => {
  if (resolveTarget(org, target, at).length > 0) return 'everybody it names has declined';
  const { kind, name } = splitTarget(target);
  if (kind === 'person') return `${targetName(org, target)} is not an active person of the organisation`;
  if (kind === 'role')
    return `nobody who is present has ${target === administrators ? 'the access right admin' : `the role ${sayName(name)}`}`;
  return org.schedules.some((one) => one.name === name)
    ? `nobody is on call for ${name}`
    : `there is no schedule ${name}`;
};

type Attempt = { rung: number; excluded: readonly string[]; wrapped: boolean };
type Found = { rung: number; people: Person[]; skipped: SkippedRung[]; wrapped: boolean };

/** The rest of this ladder, then it anew, then once more with those who declined. Most ladders end at the first. */
function* attemptsOf(count: number, from: number, excluded: readonly string[], wrapped: boolean): Generator<Attempt> {
  for (let rung = from; rung < count; rung++) yield { rung, excluded, wrapped };
  for (let rung = 0; rung < count; rung++) yield { rung, excluded, wrapped: true };
  for (let rung = 0; rung < count; rung++) yield { rung, excluded: [], wrapped: true };
}

/** The first attempt that reaches somebody, and the rungs passed before it. */
const findRung = (steps: readonly Step[], org: Organisation, at: number, attempts: Iterable<Attempt>): Found => {
  const skipped: SkippedRung[] = [];
  for (const { rung, excluded, wrapped } of attempts) {
    const target = steps[rung]?.target ?? administrators;
    const people = reach(org, target, at, excluded);
    if (people.length > 0) return { rung, people, skipped, wrapped };
    // The same rung of another round is no news.
    const place = steps[rung]?.place;
    if (!skipped.some((one) => steps[one.rung]?.place === place))
      skipped.push({ rung, target, because: whyNobody(org, target, at) });
  }
  return { rung: steps.length - 1, people: [], skipped, wrapped: true };
};

export const fireRung = ({ rungs, repeat = 0, owner, org, at, from, excluded, dueAt = at }: FireRung): RungFired => {
  const steps = stepsOf({ rungs, repeat, owner });
  const outage = passOutage(steps, org, from % steps.length, dueAt, at);
  const began = from >= steps.length || outage.wholes > 0;
  const found = findRung(steps, org, at, attemptsOf(steps.length, outage.index, excluded, began));
  const passed = outage.passed.map((rung) => ({
    rung,
    target: steps[rung]?.target ?? administrators,
    because: 'its time passed while nothing was told',
  }));
  const alarm = found.people.length === 0;
  const step = steps[found.rung];
  const nextAt = alarm || step === undefined ? at + alarmWaitMs : endOf(step, org, found.people, at);
  const next = findRung(steps, org, nextAt, attemptsOf(steps.length, found.rung + 1, excluded, false));
  return {
    rung: found.rung,
    target: steps[found.rung]?.target ?? administrators,
    round: steps[found.rung]?.round ?? 1,
    people: found.people.map((person) => person.personId),
    skipped: [...passed, ...found.skipped],
    nextAt,
    nextTarget: next.people.length === 0 ? null : (steps[next.rung]?.target ?? null),
    wrapped: found.wrapped,
    endedAtOwner: (steps[found.rung]?.place ?? 0) >= rungs.length || steps[found.rung]?.target === owner,
  };
};
