/** Names, zones, wall times and intervals as they stand in the organisation file. */
import { didYouMean } from '@belay/protocol';
import { type Reader, report, textOf, type Value } from './reader.ts';
import type { Interval } from './timeline.ts';
import { instantOf, isZone, knownZones, parseTimeOfDay, parseWall } from './wallclock.ts';

const isLocale = (text: string): boolean => {
  try {
    return Intl.NumberFormat.supportedLocalesOf(text).length > 0;
  } catch {
    return false;
  }
};

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** True, and reported, when this cannot stand in a target such as `person:ann`. */
export const nameProblem = (reader: Reader, node: Value, what: string, name: string): boolean => {
  if (namePattern.test(name)) return false;
  report(reader, node, `${what} "${name}" has a name that no target can carry.`, 'Use letters, digits, . _ and -.');
  return true;
};

/** A name of a closed set, such as a person of this file. */
export const knownOf = (
  reader: Reader,
  node: Value,
  what: string,
  known: readonly string[],
  remedy: string,
): string | null => {
  const name = textOf(reader, node, what);
  if (name === null || known.includes(name)) return name;
  return report(reader, node, `${what} is "${name}", which is unknown.${didYouMean(name, known)}`, remedy);
};

/** A locale whose way of writing is known here; an unknown one would silently be written in some other. */
export const localeOf = (reader: Reader, node: Value, what: string): string | null => {
  const locale = textOf(reader, node, what);
  if (locale === null || isLocale(locale)) return locale;
  const remedy = 'Use a BCP 47 name, such as de-DE, fr or en-GB.';
  return report(reader, node, `${what} is "${locale}", which is no locale that is known here.`, remedy);
};

export const zoneOf = (reader: Reader, node: Value, what: string): string | null => {
  const zone = textOf(reader, node, what);
  if (zone === null || isZone(zone)) return zone;
  const guess = didYouMean(zone, knownZones());
  return report(
    reader,
    node,
    `${what} is "${zone}", which is no time zone.${guess}`,
    'Use a name of the IANA list, such as Europe/Paris.',
  );
};

export const wallTextOf = (reader: Reader, node: Value, what: string): string | null => {
  const text = textOf(reader, node, what);
  if (text === null || parseWall(text) !== null) return text;
  return report(
    reader,
    node,
    `${what} is "${text}", which is no local time.`,
    'Write 2026-03-29 or 2026-03-29T08:00, without an offset: it is read in the zone.',
  );
};

export const timeOfDayOf = (reader: Reader, node: Value, what: string): string | null => {
  const text = textOf(reader, node, what);
  if (text === null || parseTimeOfDay(text) !== null) return text;
  return report(
    reader,
    node,
    `${what} is "${text}", which is no time of day.`,
    'Write it as "08:00"; midnight at the end of a day is "24:00".',
  );
};

/** `from` and `to` of a mapping as a half-open interval. Missing ones were reported already. */
export const intervalOf = (
  reader: Reader,
  node: Value,
  record: Map<string, Value>,
  what: string,
  zone: string,
): Interval | null => {
  const from = wallTextOf(reader, record.get('from'), `from of ${what}`);
  const to = wallTextOf(reader, record.get('to'), `to of ${what}`);
  const walls = [from, to].map((text) => (text === null ? null : parseWall(text)));
  if (walls[0] === null || walls[0] === undefined || walls[1] === null || walls[1] === undefined) return null;
  const interval = { from: instantOf(zone, walls[0]), to: instantOf(zone, walls[1]) };
  if (interval.from < interval.to) return interval;
  return report(
    reader,
    node,
    `${what} ends before it begins: from ${from} to ${to}.`,
    '`to` is the first moment after it: for one day off on 24 December write from 2026-12-24 to 2026-12-25.',
  );
};
