import { describe, expect, it } from 'vitest';
import { at, layer, override, person, schedule, team } from './schedule.testing.ts';
import { onCallAt, seatsAt, swap } from './schedule.ts';
import { day } from './wallclock.ts';

const who = (one = schedule(), instant: string, people = team) => onCallAt(one, at(instant), people)?.personId ?? null;

describe('who is on call', () => {
  it('is whose turn it is, to the millisecond', () => {
    expect(who(schedule(), '2026-01-12T06:59:59.999Z')).toBe('ann');
    expect(who(schedule(), '2026-01-12T07:00:00Z')).toBe('ben');
    expect(who(schedule(), '2026-01-19T07:00:00Z')).toBe('cem');
    expect(who(schedule(), '2026-01-26T07:00:00Z')).toBe('ann');
  });

  it('is handed over at the same wall time in summer and winter', () => {
    expect(who(schedule(), '2026-07-06T05:59:59.999Z')).not.toBe(who(schedule(), '2026-07-06T06:00:00Z'));
    expect(who(schedule(), '2026-07-06T06:00:00Z')).toBe(who(schedule(), '2026-07-06T07:00:00Z'));
  });

  it('is whoever comes next while somebody is absent, and says so', () => {
    const people = [person('ann', { absences: [{ from: at('2026-01-05'), to: at('2026-01-09') }] }), ...team.slice(1)];
    const seat = onCallAt(schedule(), at('2026-01-08T12:00:00Z'), people);
    expect(seat?.personId).toBe('ben');
    expect(seat?.because).toBe('Ben comes next; Ann is absent');
    expect(who(schedule(), '2026-01-09T00:00:00Z', people)).toBe('ann');
  });

  it('is nobody who has left or is not in the organisation', () => {
    const left = [person('ann', { active: false }), ...team.slice(1)];
    expect(who(schedule(), '2026-01-06T12:00:00Z', left)).toBe('ben');
    expect(who(schedule(), '2026-01-06T12:00:00Z', [])).toBeNull();
  });

  it('is a declared gap before the rotation begins, outside the hours and when all are away', () => {
    const office = schedule({ layers: [layer({ hours: [{ days: ['mon'], from: '09:00', to: '17:00' }] })] });
    const reason = (one = schedule(), instant: string, people = team) => seatsAt(one, at(instant), people)[0];
    expect(reason(schedule(), '2026-01-01T00:00:00Z')).toMatchObject({
      personId: null,
      because: 'the rotation has not begun',
    });
    expect(reason(office, '2026-01-06T12:00:00Z')).toMatchObject({
      personId: null,
      because: 'outside the hours of the layer',
    });
    expect(reason(schedule(), '2026-01-06T12:00:00Z', [])).toMatchObject({
      personId: null,
      because: 'ann is not in the organisation; ben is not in the organisation; cem is not in the organisation',
    });
  });

  it('is the first layer that has somebody', () => {
    const backup = layer({ name: 'backup', rotation: { people: ['cem'], from: '2026-01-05', turnMs: day } });
    const two = schedule({ layers: [layer({ hours: [{ days: ['mon'], from: '09:00', to: '17:00' }] }), backup] });
    expect(who(two, '2026-01-05T12:00:00Z')).toBe('ann');
    expect(who(two, '2026-01-06T12:00:00Z')).toBe('cem');
    expect(seatsAt(two, at('2026-01-05T12:00:00Z'), team).map((seat) => seat.personId)).toEqual(['ann', 'cem']);
  });

  it('follows the sun: each office in its own daytime, with no gap between them', () => {
    const office = (name: string, zone: string, from: string, to: string, who: string) =>
      layer({
        name,
        zone,
        hours: [{ days: ['wed'], from, to }],
        rotation: { people: [who], from: '2026-01-05', turnMs: day },
      });
    const sun = schedule({
      layers: [
        office('asia', 'Asia/Tokyo', '08:00', '17:00', 'ann'),
        office('europe', 'Europe/Paris', '09:00', '18:00', 'ben'),
        office('americas', 'America/New_York', '12:00', '18:00', 'cem'),
      ],
    });
    const hours = ['07:59', '08:00', '16:59', '17:00', '22:59', '23:00'];
    expect(hours.map((time) => who(sun, `2026-01-07T${time}:00Z`))).toEqual(['ann', 'ben', 'ben', 'cem', 'cem', null]);
  });
});

describe('an override', () => {
  const tuesday = { from: at('2026-01-06T08:00:00Z'), to: at('2026-01-06T20:00:00Z') };
  const covered = schedule({ overrides: [override({ personId: 'cem', ...tuesday, because: 'dentist', by: 'ben' })] });

  it('T15 counts at its first instant and no longer at its last', () => {
    const before = ['07:59:59.999', '08:00:00', '19:59:59.999', '20:00:00'].map((time) =>
      who(covered, `2026-01-06T${time}Z`),
    );
    expect(before).toEqual(['ann', 'cem', 'cem', 'ann']);
  });

  it('says why and who entered it, so that they are kept from signing what it brought them', () => {
    const seat = onCallAt(covered, tuesday.from, team);
    expect(seat?.because).toBe('override: dentist');
    expect(seat?.override?.by).toBe('ben');
  });

  it('covers a gap too', () => {
    const office = layer({ hours: [{ days: ['mon'], from: '09:00', to: '17:00' }] });
    expect(who({ ...covered, layers: [office] }, '2026-01-06T12:00:00Z')).toBe('cem');
  });

  it('gives way to a later one, and to the turn when its person is away', () => {
    const later = { ...covered, overrides: [...covered.overrides, override({ personId: 'ben', ...tuesday })] };
    expect(who(later, '2026-01-06T12:00:00Z')).toBe('ben');
    const away = [person('ann'), person('ben'), person('cem', { absences: [tuesday] })];
    expect(who(covered, '2026-01-06T12:00:00Z', away)).toBe('ann');
    expect(onCallAt(covered, tuesday.from, away)?.override).toBeNull();
  });

  it('for one person takes only that person’s turns', () => {
    const year = { from: at('2026-01-01'), to: at('2027-01-01') };
    const standIn = schedule({ overrides: [override({ personId: 'cem', replaces: 'ann', ...year })] });
    const weeks = [6, 13, 20, 27].map((date) => who(standIn, `2026-01-${`${date}`.padStart(2, '0')}T12:00:00Z`));
    expect(weeks).toEqual(['cem', 'ben', 'cem', 'cem']);
  });

  it('swaps two people’s turns and leaves everybody else alone', () => {
    const weeks = (one = schedule()) =>
      [0, 1, 2, 3].map((week) => onCallAt(one, at('2026-01-06') + week * 7 * day, team)?.personId);
    const january = { from: at('2026-01-05T07:00:00Z'), to: at('2026-01-19T07:00:00Z') };
    const swapped = schedule({ overrides: swap('primary', ['ann', 'ben'], january, 'holiday', null) });
    expect(weeks()).toEqual(['ann', 'ben', 'cem', 'ann']);
    expect(weeks(swapped)).toEqual(['ben', 'ann', 'cem', 'ann']);
  });

  it('of another layer changes nothing here', () => {
    const other = schedule({ overrides: [override({ personId: 'cem', layer: 'backup', ...tuesday })] });
    expect(who(other, '2026-01-06T12:00:00Z')).toBe('ann');
  });
});
