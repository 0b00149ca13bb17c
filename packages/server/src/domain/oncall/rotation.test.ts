import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { order, type Rotation, turnAt, turnStart } from './rotation.ts';
import { day, hour, minute, readWall } from './wallclock.ts';
import { end, nightly, start, zones } from './zones.testing.ts';

const at = (text: string): number => Date.parse(text);
const rotation = (from: string, turnMs: number): Rotation => ({ people: ['ann', 'ben', 'cem'], from, turnMs });

/** The rule, said again without any cleverness: of the turns that have begun, the latest counts. */
const turnByTrying = ({ from, turnMs }: Rotation, zone: string, instant: number): number => {
  const guess = Math.floor((instant - readWall(from)) / turnMs);
  const reach = Math.ceil((15 * hour) / turnMs);
  for (let turn = guess + reach; turn >= guess - 4 * reach; turn--) {
    const wall = Temporal.Instant.fromEpochMilliseconds(readWall(from) + turn * turnMs).toZonedDateTimeISO('UTC');
    const begins = wall.toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
    if (begins <= instant) return turn;
  }
  throw new Error('no turn in reach');
};

const rotations = [
  rotation('2025-12-29T08:00', 7 * day),
  rotation('2025-12-29T02:30', day),
  rotation('2025-12-29T00:00', 12 * hour),
  rotation('2025-12-29T01:30', hour),
  rotation('2025-12-29T02:15', 100 * minute),
];

describe('a rotation', () => {
  it('is in exactly one turn at each instant: every zone, around every change of its clocks', () => {
    const wrong: string[] = [];
    for (const zone of zones) {
      let change = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
      const instants = [start, start + 200 * day];
      for (; change !== null && change.epochMilliseconds < end; change = change.getTimeZoneTransition('next'))
        for (const shift of [-1, 0, 15 * minute, hour]) instants.push(change.epochMilliseconds + shift);
      for (const one of nightly ? rotations : rotations.slice(1, 4))
        for (const instant of instants)
          if (turnAt(one, zone, instant) !== turnByTrying(one, zone, instant))
            wrong.push(`${zone} ${new Date(instant).toISOString()} from ${one.from}`);
    }
    expect(wrong).toEqual([]);
  });

  it('T4 a hand-over in the gap happens once, later by the gap', () => {
    const daily = rotation('2026-03-28T02:30', day);
    expect(new Date(turnStart(daily, 'Europe/Paris', 1)).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(turnAt(daily, 'Europe/Paris', at('2026-03-29T01:29:59.999Z'))).toBe(0);
    expect(turnAt(daily, 'Europe/Paris', at('2026-03-29T01:30:00Z'))).toBe(1);
  });

  it('T5 a hand-over in the overlap happens once, at its first occurrence', () => {
    const daily = rotation('2026-10-24T02:30', day);
    const turns = ['00:29:59.999', '00:30:00', '01:00:00', '01:29:00', '01:30:00'].map((time) =>
      turnAt(daily, 'Europe/Paris', at(`2026-10-25T${time}Z`)),
    );
    expect(turns).toEqual([0, 1, 1, 1, 1]);
  });

  it('T6 a twelve-hour turn is handed over at 08:00 on the wall, after eleven hours or thirteen', () => {
    const nights = rotation('2026-03-28T20:00', 12 * hour);
    const lasting = (turn: number): number =>
      (turnStart(nights, 'Europe/Paris', turn + 1) - turnStart(nights, 'Europe/Paris', turn)) / hour;
    expect(lasting(0)).toBe(11);
    expect(lasting(1)).toBe(12);
    expect(lasting(2 * 210)).toBe(13);
    expect(new Date(turnStart(nights, 'Europe/Paris', 1)).toISOString()).toBe('2026-03-29T06:00:00.000Z');
  });

  it('T7 the turn of a day that was skipped is empty, and the next one begins on time', () => {
    const daily = rotation('2011-12-29T08:00', day);
    expect(turnAt(daily, 'Pacific/Apia', at('2011-12-30T17:59:59.999Z'))).toBe(0);
    expect(turnAt(daily, 'Pacific/Apia', at('2011-12-30T18:00:00Z'))).toBe(2);
  });

  it('asks the others in the order of their turns, and nobody before it begins', () => {
    const weekly = rotation('2026-01-05T08:00', 7 * day);
    expect(order(weekly, 4)).toEqual(['ben', 'cem', 'ann']);
    expect(order(weekly, turnAt(weekly, 'UTC', at('2026-01-05T07:59:59.999Z')))).toEqual([]);
    expect(order(weekly, turnAt(weekly, 'UTC', at('2026-01-05T08:00:00Z')))).toEqual(['ann', 'ben', 'cem']);
  });
});
