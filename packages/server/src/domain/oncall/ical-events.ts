/**
 * The events of an iCalendar text within a window of time. Times are resolved by our own wall clock and not by zone
 * definitions in the file. Only repetitions that cannot run away are followed: the rules a calendar's user can make
 * with "every day, week, month or year" and weekdays; anything else is reported and left out.
 */
import { clipped } from '@belay/protocol';
import ICAL from 'ical.js';
import type { Interval } from './timeline.ts';
import { instantOf, isZone } from './wallclock.ts';

/** `zone` is where whole days and times without a zone belong. */
export type FeedWindow = Interval & { zone: string };
export type FeedProblem = { event: string; message: string; remedy: string };
type FeedEvent = Interval & { summary: string; person: string | null; emails: string[] };
type FeedEvents = { events: FeedEvent[]; problems: FeedProblem[] };

const maxCharacters = 1_000_000;
const maxEvents = 5_000;
const maxRepetitions = 5_000;

type Moment = { zone: string; wall: number; wholeDay: boolean };
type Refusal = { problem: string; remedy: string };
type Length = { days: number } | { ms: number };
type Budget = { repetitions: number };

const refuse = (problem: string, remedy: string): Refusal => ({ problem, remedy });
const isRefusal = (value: object): value is Refusal => 'problem' in value;

const wallOfTime = (time: ICAL.Time): number =>
  Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);

const momentOf = (property: ICAL.Property, time: ICAL.Time, window: FeedWindow): Moment | Refusal => {
  const zone = property.getParameter('tzid');
  const name = time.zone?.tzid === 'UTC' ? 'UTC' : typeof zone === 'string' ? zone : window.zone;
  if (!isZone(name))
    return refuse(
      `has the time zone "${name}", which is not of the IANA list`,
      'Export it with a name such as Europe/Paris.',
    );
  const wall = wallOfTime(time);
  if (Number.isNaN(wall)) return refuse('has a date that cannot be read', 'Mend the date.');
  return { zone: name, wall, wholeDay: time.isDate };
};

const instantOfMoment = (moment: Moment): number => instantOf(moment.zone, moment.wall);

const firstMoment = (event: ICAL.Component, name: string, window: FeedWindow): Moment | Refusal | null => {
  const property = event.getFirstProperty(name);
  return property === null ? null : momentOf(property, property.getFirstValue() as ICAL.Time, window);
};

/** Whole days stay whole days through daylight saving; hours stay as many hours. */
const lengthOf = (event: ICAL.Component, start: Moment, window: FeedWindow): Length | Refusal => {
  const end = firstMoment(event, 'dtend', window);
  if (end !== null) {
    if (isRefusal(end)) return end;
    return start.wholeDay ? { days: end.wall - start.wall } : { ms: instantOfMoment(end) - instantOfMoment(start) };
  }
  const duration = event.getFirstPropertyValue('duration') as ICAL.Duration | null;
  const ms = duration === null ? 0 : duration.toSeconds() * 1_000;
  return start.wholeDay ? { days: duration === null ? 86_400_000 : ms } : { ms };
};

const occurrence = (start: Moment, wall: number, length: Length): Interval => {
  const from = instantOf(start.zone, wall);
  return { from, to: 'days' in length ? instantOf(start.zone, wall + length.days) : from + length.ms };
};

const part = '(INTERVAL=[1-9]\\d?|COUNT=\\d{1,5}|UNTIL=\\d{8}(T\\d{6}Z?)?|WKST=[A-Z]{2}';
const plainRule = new RegExp(`^FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;${part}))*$`);
const weekdayRule = new RegExp(`^FREQ=WEEKLY(;${part}|BYDAY=[A-Z]{2}(,[A-Z]{2})*))*$`);

/** Starts of all repetitions as wall times, up to the end of the window. `UNTIL` is compared as an instant. */
const repetitions = (rule: string, start: Moment, window: FeedWindow, budget: Budget): number[] | Refusal => {
  if (!plainRule.test(rule) && !weekdayRule.test(rule))
    return refuse(
      `repeats by a rule that is not followed: ${rule}`,
      'Use every day, week (on weekdays), month or year.',
    );
  const until = /;UNTIL=(\w+)/.exec(rule)?.[1];
  const last = until === undefined ? Number.POSITIVE_INFINITY : untilOf(until, start.zone);
  const first = ICAL.Time.fromJSDate(new Date(start.wall), true);
  const iterator = ICAL.Recur.fromString(rule.replace(/;UNTIL=\w+/, '')).iterator(first);
  const walls: number[] = [];
  for (let time = iterator.next(); time; time = iterator.next()) {
    const wall = wallOfTime(time);
    const at = instantOf(start.zone, wall);
    if (at > last || at >= window.to) return walls;
    if (--budget.repetitions < 0)
      return refuse('repeats too often to be read', 'Begin the series later, or write single events.');
    walls.push(wall);
  }
  return walls;
};

const untilOf = (text: string, zone: string): number => {
  const [, year, month, dayOfMonth, hour, minute, second, isUtc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text) ?? [];
  const time = hour === undefined ? [23, 59, 59] : [hour, minute, second].map(Number);
  const wall = Date.UTC(Number(year), Number(month) - 1, Number(dayOfMonth), ...time);
  return isUtc === 'Z' ? wall : instantOf(zone, wall);
};

const dayOf = (wall: number): string => `day ${Math.floor(wall / 86_400_000)}`;
const exceptionOf = (moment: Moment): string =>
  moment.wholeDay ? dayOf(moment.wall) : `instant ${instantOfMoment(moment)}`;

/** Instants, and whole days, that a series leaves out: EXDATE, and occurrences that were moved. */
const exceptionsOf = (event: ICAL.Component, moved: Moment[], window: FeedWindow): Set<string> => {
  const excluded = event
    .getAllProperties('exdate')
    .flatMap((property) => property.getValues().map((time) => momentOf(property, time as ICAL.Time, window)))
    .filter((moment): moment is Moment => !isRefusal(moment));
  return new Set([...moved, ...excluded].map(exceptionOf));
};

const intervalsOf = (
  event: ICAL.Component,
  moved: Moment[],
  window: FeedWindow,
  budget: Budget,
): Interval[] | Refusal => {
  const start = firstMoment(event, 'dtstart', window);
  if (start === null) return refuse('has no start', 'Give it a start.');
  if (isRefusal(start)) return start;
  const length = lengthOf(event, start, window);
  if (isRefusal(length)) return length;
  if (('days' in length ? length.days : length.ms) <= 0)
    return refuse('has no length', 'Give it an end after its start.');
  if (event.hasProperty('rdate')) return refuse('repeats on listed dates', 'Write them as single events.');
  const rule = event.getFirstPropertyValue('rrule');
  const walls = rule === null ? [start.wall] : repetitions(String(rule), start, window, budget);
  if (!Array.isArray(walls)) return walls;
  const without = exceptionsOf(event, moved, window);
  return walls
    .filter((wall) => !without.has(dayOf(wall)) && !without.has(exceptionOf({ ...start, wall, wholeDay: false })))
    .map((wall) => occurrence(start, wall, length))
    .filter((one) => one.from < window.to && one.to > window.from);
};

const textOf = (event: ICAL.Component, name: string): string => String(event.getFirstPropertyValue(name) ?? '');

const describe = (event: ICAL.Component): Omit<FeedEvent, 'from' | 'to'> => ({
  summary: clipped(textOf(event, 'summary'), 200),
  person: textOf(event, 'x-belay-person') || null,
  emails: event.getAllProperties('attendee').map((property) =>
    String(property.getFirstValue())
      .replace(/^mailto:/i, '')
      .toLowerCase(),
  ),
});

/** Moments of a series that stand in the file as events of their own, by the series' id. */
const movedBySeries = (events: ICAL.Component[], window: FeedWindow): Map<string, Moment[]> => {
  const moved = new Map<string, Moment[]>();
  for (const event of events) {
    const moment = firstMoment(event, 'recurrence-id', window);
    if (moment === null || isRefusal(moment)) continue;
    const uid = textOf(event, 'uid');
    moved.set(uid, [...(moved.get(uid) ?? []), moment]);
  }
  return moved;
};

const eventsOf = (text: string): ICAL.Component[] => {
  const parsed = ICAL.parse(text) as unknown[];
  const calendars = typeof parsed[0] === 'string' ? [parsed] : (parsed as unknown[][]);
  return calendars.flatMap((one) => new ICAL.Component(one as unknown as string).getAllSubcomponents('vevent'));
};

const whole = (message: string, remedy: string): FeedEvents => ({
  events: [],
  problems: [{ event: 'the calendar', message, remedy }],
});

export const readEvents = (text: string, window: FeedWindow): FeedEvents => {
  if (text.length > maxCharacters) return whole('The calendar is too large.', 'Export a shorter time.');
  const found: FeedEvents = { events: [], problems: [] };
  const budget = { repetitions: maxRepetitions };
  try {
    const events = eventsOf(text);
    if (events.length > maxEvents) return whole('The calendar has too many events.', 'Export a shorter time.');
    const moved = movedBySeries(events, window);
    for (const event of events) {
      const about = describe(event);
      if (textOf(event, 'status').toUpperCase() === 'CANCELLED') continue;
      const series = event.hasProperty('recurrence-id') ? [] : (moved.get(textOf(event, 'uid')) ?? []);
      const intervals = intervalsOf(event, series, window, budget);
      if (Array.isArray(intervals)) found.events.push(...intervals.map((interval) => ({ ...interval, ...about })));
      else
        found.problems.push({
          event: about.summary,
          message: `"${about.summary}" ${intervals.problem}.`,
          remedy: intervals.remedy,
        });
    }
  } catch {
    return whole('This is not an iCalendar text that can be read.', 'Export it again as an .ics file.');
  }
  return { events: found.events.sort((a, b) => a.from - b.from || a.to - b.to), problems: found.problems };
};
