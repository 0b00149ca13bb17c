/** Where the blocks of a calendar stand: shares of its whole time, days by the reader's own clock, a tone per person. */
import type { AnswerOf } from '@belay/protocol';

export type Calendar = AnswerOf<'scheduleCalendar'>;
export type Shift = Calendar['shifts'][number];

/** In per cent of the calendar's width. */
export type Block = { left: number; width: number };

export const blockOf = (shift: Pick<Shift, 'from' | 'to'>, from: number, to: number): Block => {
  const share = (at: string): number => (100 * (Math.min(to, Math.max(from, Date.parse(at))) - from)) / (to - from);
  return { left: share(shift.from), width: share(shift.to) - share(shift.from) };
};

export type Day = Block & { at: number; weekend: boolean };

/** The days that a time touches, each from midnight to midnight by the local clock. */
export const daysOf = (from: number, to: number): Day[] => {
  const days: Day[] = [];
  const midnight = new Date(from);
  midnight.setHours(0, 0, 0, 0);
  while (midnight.getTime() < to) {
    const at = midnight.getTime();
    midnight.setDate(midnight.getDate() + 1);
    const day = { from: new Date(at).toISOString(), to: midnight.toISOString() };
    days.push({ ...blockOf(day, from, to), at, weekend: [0, 6].includes(new Date(at).getDay()) });
  }
  return days;
};

const tones = 6;

/** People keep their tone over all rows of a calendar: by their place among those who appear in it. */
export const toneOf = (calendar: Calendar): ((personId: string) => number) => {
  const shifts = [...calendar.layers.flatMap((layer) => layer.shifts), ...calendar.shifts];
  const people = [...new Set(shifts.flatMap(({ personId }) => personId ?? []))].sort();
  return (personId) => Math.max(0, people.indexOf(personId)) % tones;
};

/** What `datetime-local` shows: the reader's own wall clock, to the minute. */
export const localInput = (at: number): string => {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

const hours = (time: string): string => time.slice(11);

/** What is odd about a wall time that somebody typed, and what counts; null: nothing is. */
export const oddTime = (typed: string): string | null => {
  const at = new Date(typed).getTime();
  if (Number.isNaN(at)) return null;
  const meant = localInput(at);
  if (meant !== typed.slice(0, 16))
    return `Clocks are put forward: there is no ${hours(typed)}, ${hours(meant)} counts.`;
  const twice = [30, 60].some((minutes) => localInput(at + minutes * 60_000) === meant);
  return twice ? `Clocks are put back: ${hours(typed)} comes twice, the first counts.` : null;
};

/** As many days later by the reader's own clock: a day may have 23 hours. */
export const daysLater = (at: number, days: number): number => {
  const date = new Date(at);
  return date.setDate(date.getDate() + days);
};

/** Midnight of this day, in the reader's own zone. */
export const midnightOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
