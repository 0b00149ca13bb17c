/**
 * Dates as Notion takes and answers them. An instant with an offset is shown to each reader in their own time; one with a
 * `time_zone` is shown to everybody in that one, and names no offset. Answers always carry the offset, and no zone.
 */
import type { Json } from '@belay/protocol';
import { objectOf, textOf } from './vendor-server.ts';

const day = /^\d{4}-\d{2}-\d{2}$/;
const offset = /(Z|[+-]\d{2}:?\d{2})$/;

const isZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
};

/** Why Notion refuses a date, or null. */
export const dateProblem = (value: Json): string | null => {
  const { start, end, time_zone: given } = objectOf(value);
  const zone = textOf(given);
  const moments = [start, end].map(textOf).filter((one) => one !== '');
  const wrong = moments.find((one) => Number.isNaN(Date.parse(one)));
  if (wrong !== undefined) return `${wrong} should be a valid ISO 8601 date string.`;
  if (zone === '') return null;
  if (!isZone(zone)) return `time_zone "${zone}" is not a valid IANA time zone.`;
  if (moments.some((one) => day.test(one))) return 'A date without a time cannot have a time_zone.';
  return moments.some((one) => offset.test(one)) ? 'A date with a time_zone cannot contain a UTC offset.' : null;
};

const offsetIn = (zone: string, at: number): string => {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '') || '+00:00';
};

/** As it is answered: `2026-12-07T09:15:00.000+00:00`. */
export const answeredDate = (value: Json | undefined, zone: string): Json => {
  const text = textOf(value);
  if (text === '' || day.test(text)) return text === '' ? null : text;
  const [said] = offset.exec(text) ?? [];
  const wall = Date.parse(`${text.replace(offset, '')}Z`);
  const at = said ?? (zone === '' ? 'Z' : offsetIn(zone, wall));
  return `${new Date(wall).toISOString().slice(0, -1)}${at === 'Z' ? '+00:00' : at}`;
};
