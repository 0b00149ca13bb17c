import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  day,
  hour,
  instantOf,
  isZone,
  parseTimeOfDay,
  parseWall,
  readWall,
  showAt,
  showWall,
  wallOf,
  weekdayOf,
} from './wallclock.ts';
import { end, start, zones } from './zones.testing.ts';

const table = [
  ['T4 Paris, in the gap: later by it', 'Europe/Paris', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
  ['T4 Paris, as the gap opens', 'Europe/Paris', '2026-03-29T02:00', '2026-03-29T01:00:00.000Z'],
  ['T5 Paris, in the overlap: its first occurrence', 'Europe/Paris', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
  ['T7 Lord Howe, gap of 30 minutes', 'Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00.000Z'],
  ['T7 Lord Howe, overlap of 30 minutes', 'Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45:00.000Z'],
  ['T7 Cairo, midnight does not exist', 'Africa/Cairo', '2026-04-24T00:00', '2026-04-23T22:00:00.000Z'],
  ['T7 Casablanca, Ramadan begins', 'Africa/Casablanca', '2026-02-15T02:30', '2026-02-15T01:30:00.000Z'],
  ['T7 Casablanca, in Ramadan', 'Africa/Casablanca', '2026-03-01T08:00', '2026-03-01T08:00:00.000Z'],
  ['T7 Casablanca, Ramadan ends', 'Africa/Casablanca', '2026-03-22T02:30', '2026-03-22T02:30:00.000Z'],
  ['T7 Apia, the day that was skipped', 'Pacific/Apia', '2011-12-30T08:00', '2011-12-30T18:00:00.000Z'],
  ['T7 Apia, the day after it is the same instant', 'Pacific/Apia', '2011-12-31T08:00', '2011-12-30T18:00:00.000Z'],
  ['T7 Troll, gap of two hours', 'Antarctica/Troll', '2026-03-29T01:30', '2026-03-29T01:30:00.000Z'],
  ['T7 Troll, overlap of two hours', 'Antarctica/Troll', '2026-10-25T01:30', '2026-10-24T23:30:00.000Z'],
] as const;

describe('the wall clock', () => {
  it.each(table)('%s', (_, zone, wall, instant) => {
    expect(new Date(instantOf(zone, readWall(wall))).toISOString()).toBe(instant);
  });

  it('is what Temporal says, in every zone and on both sides of every change', () => {
    const instants = fc.integer({ min: start, max: end });
    for (const zone of zones) {
      fc.assert(
        fc.property(instants, (at) => {
          const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
          expect(wallOf(zone, at)).toBe(at + zoned.offsetNanoseconds / 1e6);
        }),
        { numRuns: 10 },
      );
      let change = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
      for (; change !== null && change.epochMilliseconds < end; change = change.getTimeZoneTransition('next')) {
        for (const shift of [-3 * hour, -hour, -1, 0, 1, hour, 25 * hour]) {
          const at = change.epochMilliseconds + shift;
          const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
          expect(wallOf(zone, at)).toBe(at + zoned.offsetNanoseconds / 1e6);
          const compatible = zoned.toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'compatible' });
          expect(instantOf(zone, wallOf(zone, at))).toBe(compatible.epochMilliseconds);
        }
      }
    }
  });

  it('gives an instant back from its own wall time, outside of overlaps', () => {
    const at = Date.parse('2026-07-01T10:00:00Z');
    for (const zone of zones) expect(instantOf(zone, wallOf(zone, at))).toBe(at);
  });

  it('reads local times and refuses days and hours that do not exist', () => {
    expect(showWall(parseWall('2026-03-29') ?? 0)).toBe('2026-03-29T00:00');
    expect(showWall(parseWall('2028-02-29T23:59') ?? 0)).toBe('2028-02-29T23:59');
    for (const wrong of ['2026-02-29', '2026-13-01', '2026-03-29T24:00', '2026-03-29T08:60', '29.03.2026', ''])
      expect(parseWall(wrong), wrong).toBeNull();
    for (const wrong of ['2026-03-29T08:00Z', '2026-03-29T08:00+02:00']) expect(parseWall(wrong), wrong).toBeNull();
  });

  it('reads times of day up to the end of the day', () => {
    expect([parseTimeOfDay('00:00'), parseTimeOfDay('08:30'), parseTimeOfDay('24:00')]).toEqual([0, 8.5 * hour, day]);
    for (const wrong of ['8:00', '24:01', '12:60', 'noon']) expect(parseTimeOfDay(wrong), wrong).toBeNull();
  });

  it('knows weekdays before and after 1970, and shows an instant in its zone', () => {
    expect([weekdayOf(0), weekdayOf(-1), weekdayOf(readWall('2026-11-23T00:00'))]).toEqual([3, 2, 0]);
    expect(showAt('Asia/Kathmandu', Date.parse('2026-11-23T09:00:00Z'))).toBe('2026-11-23T14:45');
  });

  it('accepts names of the IANA list and nothing else', () => {
    for (const zone of ['Europe/Paris', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])
      expect(isZone(zone), zone).toBe(true);
    for (const wrong of ['+01:00', 'Europe/Pariss', 'CET-1', '', '../etc/passwd'])
      expect(isZone(wrong), wrong).toBe(false);
  });
});
