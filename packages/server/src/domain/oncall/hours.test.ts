import { describe, expect, it } from 'vitest';
import { type Hours, weekdays, windows, within } from './hours.ts';
import { day } from './wallclock.ts';

const at = (text: string): number => Date.parse(text);
const office: Hours[] = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }];
const nights: Hours[] = [{ days: ['fri'], from: '22:00', to: '06:00' }];

describe('hours of a layer', () => {
  it('are half-open: on at the first instant, off at the last', () => {
    const answers = ['07:59:59.999', '08:00:00', '15:59:59.999', '16:00:00'].map((time) =>
      within(office, 'Europe/Paris', at(`2026-11-23T${time}Z`)),
    );
    expect(answers).toEqual([false, true, true, false]);
  });

  it('belong to the weekday on which they begin, also over midnight', () => {
    expect(within(nights, 'UTC', at('2026-11-28T05:59:00Z'))).toBe(true);
    expect(within(nights, 'UTC', at('2026-11-28T06:00:00Z'))).toBe(false);
    expect(within(nights, 'UTC', at('2026-11-28T22:00:00Z'))).toBe(false);
  });

  it('follow the wall clock through daylight saving', () => {
    const length = (from: string) => {
      const found = windows(
        [{ days: [...weekdays], from: '00:00', to: '08:00' }],
        'Europe/Paris',
        at(from),
        at(from) + 1,
      );
      return found.map((window) => (window.to - window.from) / 3_600_000);
    };
    expect(length('2026-03-28T05:00:00Z')).toEqual([8]);
    expect(length('2026-03-29T05:00:00Z')).toEqual([7]);
    expect(length('2026-10-25T05:00:00Z')).toEqual([9]);
  });

  it('last a whole day when they end when they began, and are always on when there are none', () => {
    const whole: Hours[] = [{ days: ['sun'], from: '08:00', to: '08:00' }];
    expect(within(whole, 'UTC', at('2026-11-23T07:59:00Z'))).toBe(true);
    expect(within(whole, 'UTC', at('2026-11-23T08:00:00Z'))).toBe(false);
    expect(within([], 'UTC', at('2026-11-23T08:00:00Z'))).toBe(true);
  });

  it('end at midnight with 24:00', () => {
    const evening: Hours[] = [{ days: ['mon'], from: '18:00', to: '24:00' }];
    const monday = at('2026-11-23T00:00:00Z');
    expect(windows(evening, 'UTC', monday, monday + 7 * day)).toEqual([
      { from: at('2026-11-23T18:00:00Z'), to: at('2026-11-24T00:00:00Z') },
    ]);
  });

  it('begin after the gap where midnight does not exist', () => {
    const early: Hours[] = [{ days: ['fri'], from: '00:00', to: '06:00' }];
    expect(within(early, 'Africa/Cairo', at('2026-04-23T21:59:59.999Z'))).toBe(false);
    expect(within(early, 'Africa/Cairo', at('2026-04-23T22:00:00Z'))).toBe(true);
  });
});
