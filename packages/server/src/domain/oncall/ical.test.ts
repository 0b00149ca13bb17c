import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportIcal } from './ical-export.ts';
import { importAbsences, importOverrides } from './ical-import.ts';
import { at, layer, person, schedule, team } from './schedule.testing.ts';
import { duty } from './shifts.ts';
import { day } from './wallclock.ts';

const window = { zone: 'Europe/Paris', from: at('2026-01-01T00:00:00Z'), to: at('2027-01-01T00:00:00Z') };
const calendar = (...events: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.map((event) => `BEGIN:VEVENT\n${event}\nEND:VEVENT`), 'END:VCALENDAR']
    .join('\n')
    .replaceAll('\n', '\r\n');
const absences = (...events: string[]): string[] =>
  importAbsences(calendar(...events), window).absences.map(
    ({ from, to }) => `${new Date(from).toISOString().slice(0, 16)} ${new Date(to).toISOString().slice(0, 16)}`,
  );
const problems = (...events: string[]): string[] =>
  importAbsences(calendar(...events), window).problems.map((problem) => problem.message);

describe('a calendar feed of a schedule', () => {
  const named = [person('ann', { name: 'Ann, of; Accounting\nand more '.repeat(5).trim() }), ...team.slice(1)];
  const from = at('2026-03-02T07:00:00Z');
  const feed = exportIcal(schedule(), from, from + 28 * day, named);

  it('is a valid text: lines end in CR LF, are folded, and reserved characters are escaped', () => {
    expect(feed.split('\r\n').every((line) => line.length <= 76 && !line.includes('\n'))).toBe(true);
    expect(feed.replaceAll('\r\n ', '')).toContain('SUMMARY:Ann\\, of\\; Accounting\\nand more');
    expect(feed).toContain('DTSTART:20260302T070000Z');
  });

  it('is the same whenever the duty is the same', () => {
    expect(exportIcal(schedule(), from, from + 28 * day, named)).toBe(feed);
  });

  it('gives the same duty back when it is read as overrides', () => {
    const read = importOverrides(feed, { ...window, zone: 'UTC' }, { layer: 'primary', by: null, people: named });
    expect(read.problems).toEqual([]);
    expect(read.overrides.map(({ from: start, to, personId }) => [start, to, personId])).toEqual(
      duty(schedule(), from, from + 28 * day, named).map((shift) => [shift.from, shift.to, shift.personId]),
    );
  });

  it('cannot be broken out of by a name', () => {
    const name = 'x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VEVENT';
    const hostile = exportIcal(schedule({ about: name }), from, from + day, [
      person('ann', { name }),
      ...team.slice(1),
    ]);
    expect(hostile.match(/^(BEGIN|END):V/gm)).toHaveLength(4);
  });

  it('has no event for a gap', () => {
    const office = schedule({ layers: [layer({ hours: [{ days: ['mon'], from: '09:00', to: '17:00' }] })] });
    expect(exportIcal(office, from, from + 7 * day, team).match(/BEGIN:VEVENT/g)).toHaveLength(1);
  });
});

describe('absences of a calendar', () => {
  it('are whole days in the zone of the person, with or without an end', () => {
    expect(absences('DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330')).toEqual([
      '2026-03-27T23:00 2026-03-29T22:00',
    ]);
    expect(absences('DTSTART;VALUE=DATE:20261224')).toEqual(['2026-12-23T23:00 2026-12-24T23:00']);
  });

  it('are times in UTC, in a named zone, or where the person is', () => {
    const noon = (start: string) => absences(`DTSTART${start}\nDURATION:PT1H`)[0]?.slice(0, 16);
    expect(noon(':20260701T120000Z')).toBe('2026-07-01T12:00');
    expect(noon(';TZID=America/New_York:20260701T120000')).toBe('2026-07-01T16:00');
    expect(noon(':20260701T120000')).toBe('2026-07-01T10:00');
  });

  it('repeat at the same wall time through daylight saving', () => {
    expect(
      absences(
        'DTSTART;TZID=Europe/Paris:20260320T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20260403T070000Z',
      ),
    ).toEqual([
      '2026-03-20T08:00 2026-03-20T09:00',
      '2026-03-27T08:00 2026-03-27T09:00',
      '2026-04-03T07:00 2026-04-03T08:00',
    ]);
  });

  it('leave out what was excluded, moved or cancelled', () => {
    const series = 'UID:s\nDTSTART:20260105T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260106T090000Z';
    const moved = 'UID:s\nRECURRENCE-ID:20260107T090000Z\nDTSTART:20260107T150000Z\nDURATION:PT1H';
    const cancelled =
      'UID:s\nRECURRENCE-ID:20260108T090000Z\nSTATUS:CANCELLED\nDTSTART:20260108T090000Z\nDURATION:PT1H';
    expect(absences(series, moved, cancelled)).toEqual([
      '2026-01-05T09:00 2026-01-05T10:00',
      '2026-01-07T15:00 2026-01-07T16:00',
    ]);
  });

  it('are only those that touch the window', () => {
    expect(absences('DTSTART:20251231T230000Z\nDURATION:PT2H', 'DTSTART:20270101T000000Z\nDURATION:PT1H')).toHaveLength(
      1,
    );
    expect(absences('DTSTART:20200101T090000Z\nDURATION:PT1H\nRRULE:FREQ=YEARLY')).toEqual([
      '2026-01-01T09:00 2026-01-01T10:00',
    ]);
  });

  it.each([
    ['DTSTART:20260105T090000Z', 'has no length'],
    ['DTSTART;TZID=Middle-earth:20260105T090000\nDURATION:PT1H', 'has the time zone "Middle-earth"'],
    ['SUMMARY:x', 'has no start'],
    ['DTSTART:20260105T090000Z\nDURATION:PT1H\nRDATE:20260106T090000Z', 'repeats on listed dates'],
    [
      'DTSTART:20260105T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
      'repeats by a rule that is not followed',
    ],
    ['DTSTART:20260105T090000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY', 'repeats by a rule that is not followed'],
    ['DTSTART:20050105T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY', 'repeats too often to be read'],
  ])('are left out, and reported, when the event cannot be read: %j', (event, message) => {
    expect(problems(event).join()).toContain(message);
    expect(absences(event)).toEqual([]);
  });
});

describe('overrides of a calendar', () => {
  const into = { layer: 'primary', by: 'ben', people: team };
  const event = (attendees: string) => `SUMMARY:cover\nDTSTART:20260105T090000Z\nDURATION:PT1H\n${attendees}`;

  it('name exactly one person of the organisation by address', () => {
    const read = importOverrides(calendar(event('ATTENDEE:MAILTO:Cem@example.com')), window, into);
    expect(read.overrides).toMatchObject([
      { personId: 'cem', layer: 'primary', because: 'cover', by: 'ben', replaces: null },
    ]);
  });

  it.each([
    ['ATTENDEE:mailto:cem@example.org', 'nobody of the organisation'],
    ['ATTENDEE:mailto:ann@example.com\nATTENDEE:mailto:cem@example.com', 'more than one person'],
    ['X-BELAY-PERSON:stranger', 'nobody of the organisation'],
  ])('are refused when they do not: %j', (attendees, message) => {
    const read = importOverrides(calendar(event(attendees)), window, into);
    expect(read.overrides).toEqual([]);
    expect(read.problems[0]?.message).toContain(message);
  });
});

describe('any text at all', () => {
  it('is read or refused, never a crash', () => {
    const whole = calendar(
      'SUMMARY:x\nDTSTART;TZID=Europe/Paris:20260320T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3',
    );
    const damage = fc.record({ from: fc.nat(whole.length), length: fc.nat(20), put: fc.string({ maxLength: 10 }) });
    fc.assert(
      fc.property(damage, ({ from, length, put }) => {
        const read = importAbsences(whole.slice(0, from) + put + whole.slice(from + length), window);
        expect(read.absences.every((one) => one.from < one.to)).toBe(true);
      }),
      { numRuns: 200 },
    );
    for (const text of ['', 'hello', 'BEGIN:VCALENDAR', 'x'.repeat(1_000_001)])
      expect(importAbsences(text, window).absences, text.slice(0, 20)).toEqual([]);
    expect(importAbsences('x'.repeat(1_000_001), window).problems[0]?.message).toBe('The calendar is too large.');
  });
});
