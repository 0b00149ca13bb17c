/**
 * Working time: when somebody is at work, and when so much of it has passed. Working hours are wall-clock windows of each
 * person's own zone, without absences and holidays; somebody without hours of their own has those of the organisation,
 * and an organisation without any works round the clock.
 */
import { type Hours, windows, within } from './hours.ts';
import type { Organisation } from './organisation.ts';
import type { Person } from './person.ts';
import type { Interval } from './timeline.ts';
import { day, showAt } from './wallclock.ts';

/** Working time that does not come within this counts as passed: a rung never waits for ever. */
export const longestWaitMs = 14 * day;

type Place = Pick<Organisation, 'hours' | 'holidays'>;

const joined = (intervals: Interval[]): Interval[] => {
  const found: Interval[] = [];
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else if (from < to) found.push({ from, to });
  }
  return found;
};

const without = (intervals: Interval[], taken: Interval[]): Interval[] =>
  taken.reduce(
    (left, hole) =>
      left.flatMap(({ from, to }) =>
        [
          { from, to: Math.min(to, hole.from) },
          { from: Math.max(from, hole.to), to },
        ].filter((part) => part.from < part.to),
      ),
    intervals,
  );

const wholeDay: Hours = { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' };

const hoursOf = (org: Place, { hours = [] }: Person): Hours[] => {
  const own = hours.length > 0 ? hours : (org.hours ?? []);
  return own.length > 0 ? own : [wholeDay];
};

/** When somebody works in [from, to), in order and apart from one another. */
export const workOf = (org: Place, person: Person, from: number, to: number): Interval[] => {
  const { zone } = person;
  const days = (org.holidays ?? []).length === 0 ? [] : windows([wholeDay], zone, from, to);
  const holidays = days.filter((one) => org.holidays?.includes(showAt(zone, one.from).slice(0, 10)));
  const work = joined(windows(hoursOf(org, person), zone, from, to));
  const absences = person.absences.filter((one) => one.from < to && one.to > from);
  return without(work, [...holidays, ...absences])
    .map((one) => ({ from: Math.max(one.from, from), to: Math.min(one.to, to) }))
    .filter((one) => one.from < one.to);
};

/** The instant at which these people, taken together, have worked for `ms` since `at`; two at once count once. */
export const afterWork = (org: Place, people: readonly Person[], at: number, ms: number): number => {
  let left = ms;
  for (let from = at; from < at + longestWaitMs; from += day) {
    for (const work of joined(people.flatMap((person) => workOf(org, person, from, from + day)))) {
      if (work.to - work.from >= left) return work.from + left;
      left -= work.to - work.from;
    }
  }
  return at + longestWaitMs;
};

/** Until when somebody has quiet hours; null: they have none now. */
export const quietUntil = ({ quiet = [], zone }: Person, at: number): number | null => {
  if (quiet.length === 0 || !within(quiet, zone, at)) return null;
  return joined(windows(quiet, zone, at, at + 7 * day)).find((one) => one.from <= at && at < one.to)?.to ?? null;
};
