/** Durations, dates and timestamps as integers: milliseconds, days since 1970, milliseconds since 1970. */

const unitMs: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Milliseconds of "15m", "24h", "7d" or "1h30m"; null when it is not a duration. */
export const parseDuration = (text: string): number | null => {
  if (!/^(\d{1,12}(d|h|ms|m|s))+$/.test(text)) return null;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(d|h|ms|m|s)/g)) total += Number(count) * (unitMs[unit ?? ''] ?? 0);
  return Number.isSafeInteger(total) ? total : null;
};

/** "90m" becomes "1h30m"; days are kept as days. */
export const formatDuration = (ms: number): string => {
  if (ms === 0) return '0s';
  let rest = ms;
  let text = '';
  for (const [unit, size] of Object.entries(unitMs)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
};

const dayMs = 86_400_000;

/** Days since 1970-01-01 of "2026-01-31"; null when there is no such day. */
export const parseDate = (text: string): number | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || formatDate(ms / dayMs) !== text ? null : ms / dayMs;
};

export const formatDate = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Milliseconds since 1970 of an ISO 8601 instant with its offset; null when it has none or does not exist. */
export const parseTimestamp = (text: string): number | null => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  if (parseDate(text.slice(0, 10)) === null) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
};

export const formatTimestamp = (ms: number): string => new Date(ms).toISOString();

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** `minute`: of the day, 0 to 1439 */
export type LocalTime = { hour: number; minute: number; weekday: string };

/** Hours of work on some days of the week, in minutes of the day; `to` does not belong to them. */
export type WorkingHours = { days: string[]; from: number; to: number };

/** "mon-fri 09:00-17:30", or days one by one: "mon,wed 08:00-12:00"; null when it is none. */
export const parseWorkingHours = (text: string): WorkingHours | null => {
  const found = /^([a-z,-]+) (\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/.exec(text);
  if (found === null) return null;
  const [, written = '', ...times] = found;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = times.map(Number);
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  const days = written.split(',').flatMap((part): string[] => {
    const [first = '', last = first] = part.split('-');
    const [start, end] = [first, last].map((day) => weekdays.findIndex((each) => each === day)) as [number, number];
    return start < 0 || end < start ? [''] : weekdays.slice(start, end + 1);
  });
  return days.includes('') || from >= to || to > 24 * 60 ? null : { days: [...new Set(days)], from, to };
};

/** Reads the hour and the weekday of an instant in a time zone, daylight saving included. */
export const localTimeIn = (zone: string): ((ms: number) => LocalTime) => {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    weekday: 'short',
  });
  return (ms) => {
    const parts = clock.formatToParts(ms);
    const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
    const hour = Number(part('hour'));
    return { hour, minute: hour * 60 + Number(part('minute')), weekday: part('weekday').toLowerCase() };
  };
};

export const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};
