/**
 * Who is asked, and how much: each step that needs people counts once for everybody who would have been told first. People
 * are those of the organisation as it is now, at the instant of the step. How long somebody is busy with it is what was
 * recorded; where nothing was, the median of the period.
 */
import type { Control } from '@belay/control';
import type { Requirement, Target } from '@belay/protocol';
import { fireRung } from '../ladder/fire-rung.ts';
import { type Organisation, resolveTarget } from '../oncall/organisation.ts';
import { showAt } from '../oncall/wallclock.ts';

export type Ask = { at: number; people: string[]; tookMs: number | null };
export type Load = {
  personId: string;
  asks: number;
  /** the busiest day, and how many asks fell on it */
  day: string;
  most: number;
  /** most of them under way at the same time; null: nothing was recorded that says how long one takes */
  atOnce: number | null;
};

const isTarget = (to: string): to is Target => /^(person|role|oncall):/.test(to);

const toldFirst = (to: string | null, control: Control, org: Organisation, at: number): string[] => {
  const name = to ?? control.owner;
  const tell = isTarget(name) ? name : control.owner;
  const rungs = control.ladders.find((ladder) => ladder.name === name)?.rungs ?? [
    { tell, via: [], withinMs: null, repeatMs: null },
  ];
  return fireRung({ rungs, owner: control.owner, org, at, from: 0, excluded: [] }).people;
};

const signers = (by: string, control: Control, org: Organisation, at: number): string[] => {
  const groups = control.approvals.find(({ name }) => name === by)?.groups;
  const targets = groups?.map(({ from }) => from) ?? (isTarget(by) ? [by] : []);
  return targets.flatMap((target) => resolveTarget(org, target, at).map(({ personId }) => personId));
};

/** Everybody whom these requirements put a question to, each once. A handoff comes first: signers are asked after it. */
export const askedPeople = (
  requirements: readonly Requirement[],
  control: Control,
  org: Organisation,
  at: number,
): string[] => {
  const handoffs = requirements.filter(({ kind }) => kind === 'handoff');
  const people =
    handoffs.length > 0
      ? handoffs.flatMap(({ to }) => toldFirst(to, control, org, at))
      : requirements.flatMap(({ kind, by }) =>
          kind === 'approval' && by !== null ? signers(by, control, org, at) : [],
        );
  return [...new Set(people)];
};

export const medianOf = (numbers: readonly number[]): number | null => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
};

const mostAtOnce = (spans: readonly { at: number; end: number }[]): number => {
  const changes = spans
    .flatMap(({ at, end }) => [
      { at, by: 1 },
      { at: end, by: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return changes.reduce((most, { by }) => {
    now += by;
    return Math.max(most, now);
  }, 0);
};

const busiest = (asks: readonly Ask[], zone: string): { day: string; most: number } => {
  const days = new Map<string, number>();
  for (const { at } of asks) {
    const day = showAt(zone, at).slice(0, 10);
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  const [day, most] = [...days].reduce((top, one) => (one[1] > top[1] ? one : top), ['', 0]);
  return { day, most };
};

/** For each person, most asked first. `usualMs`: how long an ask takes about which nothing is recorded. */
export const loadOf = (asks: readonly Ask[], usualMs: number | null, zone: string): Load[] => {
  const people = [...new Set(asks.flatMap((ask) => ask.people))];
  const loads = people.map((personId): Load => {
    const own = asks.filter((ask) => ask.people.includes(personId));
    const spans = own.flatMap(({ at, tookMs }) => {
      const ms = tookMs ?? usualMs;
      return ms === null ? [] : [{ at, end: at + ms }];
    });
    const atOnce = usualMs === null ? null : mostAtOnce(spans);
    return { personId, asks: own.length, ...busiest(own, zone), atOnce };
  });
  return loads.toSorted((a, b) => b.asks - a.asks || a.personId.localeCompare(b.personId));
};
