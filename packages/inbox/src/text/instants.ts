/** Instants and spans as people say them. `now` is always given, so that every text on a page agrees. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "just now" below ten seconds; then the largest fitting unit, with a second one where it matters. */
export const span = (ms: number): string => {
  const size = Math.abs(ms);
  if (size < minute) return `${Math.floor(size / 1_000)} s`;
  if (size < hour) return `${Math.floor(size / minute)} min`;
  if (size < day) return twoUnits(size, hour, 'h', minute, 'min');
  return twoUnits(size, day, 'd', hour, 'h');
};

const twoUnits = (size: number, large: number, largeName: string, small: number, smallName: string): string => {
  const whole = Math.floor(size / large);
  const rest = Math.floor((size - whole * large) / small);
  return rest === 0 || whole >= 10 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
};

/** "4 min ago", "in 11 min", "just now". */
export const relative = (at: number, now: number): string => {
  const ahead = at - now;
  if (Math.abs(ahead) < 10_000) return ahead > 3_000 ? 'in a moment' : 'just now';
  return ahead > 0 ? `in ${span(ahead)}` : `${span(ahead)} ago`;
};

const exactFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const secondFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

export const exact = (at: number): string => exactFormat.format(at);
export const clockWithSeconds = (at: number): string => secondFormat.format(at);

/** A sentence of the house names an instant in UTC; people read their own clock. */
export const inOwnTime = (sentence: string, now: number): string =>
  sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, (instant) => clock(Date.parse(instant), now));

/** "09:31", with the day when it is not today. */
export const clock = (at: number, now: number): string => {
  const time = clockFormat.format(at);
  return new Date(at).toDateString() === new Date(now).toDateString() ? time : `${dayFormat.format(at)}, ${time}`;
};
