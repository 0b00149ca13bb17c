import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hours } from './hours.ts';
import { at, person } from './schedule.testing.ts';
import { day, hour, minute } from './wallclock.ts';
import { afterWork, longestWaitMs, quietUntil, workOf } from './working.ts';
import { start, zones } from './zones.testing.ts';

const office: Hours[] = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }];
const org = { hours: office };
const paris = person('ann', { zone: 'Europe/Paris' });
const shown = (instant: number): string => new Date(instant).toISOString();
const after = (instant: string, ms: number, people = [paris], place: Parameters<typeof afterWork>[0] = org): string =>
  shown(afterWork(place, people, at(instant), ms));

describe('working time', () => {
  it('rests over night and over the weekend', () => {
    expect(after('2026-01-07T14:00:00Z', 4 * hour)).toBe('2026-01-08T10:00:00.000Z');
    expect(after('2026-01-09T15:30:00Z', hour)).toBe('2026-01-12T08:30:00.000Z');
    expect(after('2026-01-10T12:00:00Z', 8 * hour)).toBe('2026-01-12T16:00:00.000Z');
  });
  it('follows the wall clock into summer time', () => {
    expect(after('2026-03-27T15:00:00Z', 2 * hour)).toBe('2026-03-30T08:00:00.000Z');
  });
  it('knows holidays, absences and people with hours of their own', () => {
    expect(after('2026-01-07T14:00:00Z', 4 * hour, [paris], { ...org, holidays: ['2026-01-08'] })).toBe(
      '2026-01-09T10:00:00.000Z',
    );
    const away = { ...paris, absences: [{ from: at('2026-01-08T08:00:00Z'), to: at('2026-01-08T12:00:00Z') }] };
    expect(after('2026-01-07T15:00:00Z', 2 * hour, [away])).toBe('2026-01-08T13:00:00.000Z');
    const late = { ...paris, hours: [{ days: ['wed' as const], from: '18:00', to: '20:00' }] };
    expect(after('2026-01-07T09:00:00Z', hour, [late])).toBe('2026-01-07T18:00:00.000Z');
  });
  it('of several people is the time at which one of them works: around the world it hardly rests', () => {
    const sun = [paris, person('abby', { zone: 'America/New_York' }), person('arun', { zone: 'Asia/Singapore' })];
    expect(after('2026-01-07T09:00:00Z', 12 * hour, sun)).toBe('2026-01-07T21:00:00.000Z');
    expect(after('2026-01-07T09:00:00Z', 14 * hour, sun)).toBe('2026-01-08T02:00:00.000Z');
  });
  it('is clock time where nobody has said any hours, and never waits for ever', () => {
    expect(after('2026-01-10T12:00:00Z', 5 * hour, [paris], {})).toBe('2026-01-10T17:00:00.000Z');
    const gone = { ...paris, absences: [{ from: at('2026-01-01'), to: at('2027-01-01') }] };
    expect(afterWork(org, [gone], at('2026-01-10'), hour)).toBe(at('2026-01-10') + longestWaitMs);
    expect(afterWork(org, [], at('2026-01-10'), hour)).toBe(at('2026-01-10') + longestWaitMs);
  });
  it('passes exactly so much of it, in every zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 700 * 24 * 60 }),
        fc.integer({ min: 1, max: 20 * 60 }),
        (zone, offset, minutes) => {
          const from = start + offset * minute;
          const one = person('ann', { zone });
          const end = afterWork(org, [one], from, minutes * minute);
          const worked = workOf(org, one, from, end).reduce((sum, work) => sum + work.to - work.from, 0);
          expect(worked).toBe(minutes * minute);
          expect(end - from).toBeLessThan(longestWaitMs);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('quiet hours', () => {
  const night: Hours[] = [{ days: ['sun', 'mon', 'tue', 'wed', 'thu'], from: '22:00', to: '07:00' }];
  const ann = person('ann', { zone: 'Europe/Paris', quiet: night });

  it.each([
    ['2026-01-07T20:59:59.999Z', null],
    ['2026-01-07T21:00:00Z', '2026-01-08T06:00:00.000Z'],
    ['2026-01-08T05:59:59.999Z', '2026-01-08T06:00:00.000Z'],
    ['2026-01-08T06:00:00Z', null],
    ['2026-01-09T23:00:00Z', null],
  ])('at %s last until %s', (instant, until) => {
    const end = quietUntil(ann, at(instant));
    expect(end === null ? null : shown(end)).toBe(until);
  });
  it('join where one follows the other', () => {
    const weekend: Hours = { days: ['sat', 'sun'], from: '00:00', to: '24:00' };
    expect(quietUntil({ ...ann, quiet: [weekend] }, at('2026-01-10T12:00:00Z'))).toBe(at('2026-01-11T23:00:00Z'));
    expect(quietUntil(person('ben'), at('2026-01-10') + day)).toBeNull();
  });
});
