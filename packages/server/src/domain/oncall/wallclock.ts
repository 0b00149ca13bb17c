/**
 * Instants and wall-clock times of a zone. A wall time is a number too: the epoch milliseconds at which a clock in
 * UTC would show it. All daylight-saving rules of Belay live here: Temporal's `compatible`, so a wall time that does
 * not exist moves later by the gap, and one that happens twice means its first occurrence. Only this file asks for
 * time-zone data, so that schedules never mix two sources of it.
 */
import { Temporal } from 'temporal-polyfill';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A time without a change of offset. Remembered, because asking for one costs a hundred times an addition. */
type Span = { from: number; to: number; offsetMs: number };
const spans = new Map<string, Span[]>();
/** The one asked for last, zone by zone: most questions are about one season. */
const latest = new Map<string, Span>();

const spanAt = (zone: string, at: number): Span => {
  const last = latest.get(zone);
  if (last !== undefined && last.from <= at && at < last.to) return last;
  const known = spans.get(zone) ?? [];
  const found = known.find((span) => span.from <= at && at < span.to);
  if (found !== undefined) {
    latest.set(zone, found);
    return found;
  }
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const span = {
    from: zoned.add({ nanoseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity,
    to: zoned.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity,
    offsetMs: zoned.offsetNanoseconds / 1e6,
  };
  spans.set(zone, [...known.slice(-999), span]);
  latest.set(zone, span);
  return span;
};

export const wallOf = (zone: string, at: number): number => at + spanAt(zone, at).offsetMs;

export const instantOf = (zone: string, wall: number): number => {
  const { offsetMs } = spanAt(zone, wall - day);
  if (offsetMs === spanAt(zone, wall + day).offsetMs) return wall - offsetMs;
  return Temporal.Instant.fromEpochMilliseconds(wall)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
};

/** `2026-03-29` or `2026-03-29T08:00` as a wall time, or null when there is no such day or hour. */
export const parseWall = (text: string): number | null => {
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}))?$/.exec(text);
  if (found === null) return null;
  const wall = Date.parse(`${found[1]}T${found[2] ?? '00:00'}Z`);
  return Number.isNaN(wall) || showWall(wall) !== `${found[1]}T${found[2] ?? '00:00'}` ? null : wall;
};

/** A wall time that was checked when it was stored. The last one is remembered: a rotation asks for its own again and again. */
export const readWall = (text: string): number => {
  if (text !== lastRead.text) lastRead = { text, wall: Date.parse(`${text}Z`) };
  return lastRead.wall;
};
let lastRead = { text: '', wall: Number.NaN };

/** `08:00` as milliseconds since midnight; `24:00` is the end of the day. Null when it is no time of day. */
export const parseTimeOfDay = (text: string): number | null => {
  const found = /^(\d{2}):(\d{2})$/.exec(text);
  if (found === null) return null;
  const ms = Number(found[1]) * hour + Number(found[2]) * minute;
  return Number(found[2]) < 60 && ms <= day ? ms : null;
};

export const showWall = (wall: number): string => new Date(wall).toISOString().slice(0, 16);

/** An instant as a person in the zone reads it: `2026-03-29T08:00`. */
export const showAt = (zone: string, at: number): string => showWall(wallOf(zone, at));

/** Monday is 0. The first of January 1970 was a Thursday. */
export const weekdayOf = (wall: number): number => (((Math.floor(wall / day) + 3) % 7) + 7) % 7;

const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

export const isZone = (name: string): boolean => {
  if (!zoneName.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
};

export const knownZones = (): string[] => ['UTC', ...Intl.supportedValuesOf('timeZone')];
