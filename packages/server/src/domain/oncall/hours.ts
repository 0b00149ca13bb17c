/**
 * The hours in which a layer is on call: weekdays and wall times, over midnight when `to` is not after `from`.
 * Like hand-overs they follow the wall clock, and they are half-open: at `to` the layer is off.
 */
import type { Interval } from './timeline.ts';
import { day, instantOf, parseTimeOfDay, wallOf, weekdayOf } from './wallclock.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

export type Hours = { days: Weekday[]; from: string; to: string };

/** Hours as numbers, milliseconds since midnight. Remembered: the same hours are asked for each time somebody is told. */
type Read = { days: boolean[]; from: number; to: number };
const known = new WeakMap<Hours, Read>();

const timeOfDay = (text: string): number => parseTimeOfDay(text) ?? Number.NaN;

const read = (hours: Hours): Read => {
  const before = known.get(hours);
  if (before !== undefined) return before;
  const from = timeOfDay(hours.from);
  const to = timeOfDay(hours.to);
  const days = weekdays.map((weekday) => hours.days.includes(weekday));
  const now = { days, from, to: to <= from ? to + day : to };
  known.set(hours, now);
  return now;
};

/** The window that begins on the day of a wall time, or null when that weekday has none. */
const windowOn = (hours: Hours, zone: string, midnight: number): Interval | null => {
  const { days, from, to } = read(hours);
  if (days[weekdayOf(midnight)] !== true) return null;
  return { from: instantOf(zone, midnight + from), to: instantOf(zone, midnight + to) };
};

function* windowsOf(hours: Hours[], zone: string, from: number, to: number): Generator<Interval> {
  const first = Math.floor(wallOf(zone, from) / day) * day - day;
  const last = wallOf(zone, to) + day;
  for (let midnight = first; midnight <= last; midnight += day)
    for (const one of hours) {
      const window = windowOn(one, zone, midnight);
      if (window !== null && window.from < window.to && window.from < to && window.to > from) yield window;
    }
}

/** Windows that touch [from, to), in no particular order. */
export const windows = (hours: Hours[], zone: string, from: number, to: number): Interval[] => [
  ...windowsOf(hours, zone, from, to),
];

/** No hours at all means always. */
export const within = (hours: Hours[], zone: string, at: number): boolean =>
  hours.length === 0 || windowsOf(hours, zone, at, at + 1).next().done !== true;
