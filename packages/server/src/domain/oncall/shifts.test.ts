import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anySchedule, at, layer, override, person, schedule, team } from './schedule.testing.ts';
import { onCallAt, type Schedule, seatsAt } from './schedule.ts';
import { compareDuty, duty, gaps, nextHandover, type Shift, shifts } from './shifts.ts';
import { day, hour, knownZones } from './wallclock.ts';
import { end, nightly, start } from './zones.testing.ts';

const runs = { numRuns: nightly ? 1_000 : 12 };
const to = start + 30 * day;

/** Shifts that follow one another without a gap, an overlap or an empty one. */
const expectPartition = (found: Shift[], from: number, until: number): void => {
  expect(found[0]?.from).toBe(from);
  expect(found.at(-1)?.to).toBe(until);
  expect(
    found.filter((shift, index) => shift.from >= shift.to || (index > 0 && shift.from !== found[index - 1]?.to)),
  ).toEqual([]);
};

describe('the calendar of a schedule', () => {
  it('I10 has exactly one person per layer at each instant, in every zone, over two years', {
    timeout: 120_000,
  }, () => {
    for (const zone of knownZones())
      for (const turnMs of nightly ? [12 * hour, day, 7 * day] : [7 * day]) {
        const rotation = { people: ['ann', 'ben', 'cem'], from: '2026-01-01T02:30', turnMs };
        const found = shifts(schedule({ zone, layers: [layer({ zone, rotation })] }), start, end, team);
        expectPartition(found, start, end);
        expect(found.filter((shift) => shift.personId === null)).toEqual([]);
        expect(Math.abs(found.length - (end - start) / turnMs)).toBeLessThan(3);
      }
  });

  it('I10 says the same as a question for any one instant, for any schedule', () => {
    const fewInstants = fc.array(fc.integer({ min: start, max: to - 1 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(anySchedule, fewInstants, ({ schedule: any, people }, asked) => {
        for (const [index, one] of any.layers.entries()) {
          const own = shifts(any, start, to, people).filter((shift) => shift.layer === one.name);
          expectPartition(own, start, to);
          const instants = [...asked, ...own.flatMap((shift) => [shift.from, shift.to - 1])];
          const inCalendar = instants.map((instant) => own.find((one) => one.from <= instant && instant < one.to));
          const seats = instants.map((instant) => seatsAt(any, instant, people)[index]);
          expect(inCalendar.map((shift) => [shift?.personId, shift?.because])).toEqual(
            seats.map((seat) => [seat?.personId, seat?.because]),
          );
        }
      }),
      runs,
    );
  });

  it('tells one person, never one who is absent, and declares a gap otherwise', () => {
    fc.assert(
      fc.property(anySchedule, ({ schedule: any, people }) => {
        const found = duty(any, start, to, people);
        expectPartition(found, start, to);
        expect(found.map((shift) => shift.personId)).toEqual(
          found.map((shift) => onCallAt(any, shift.from, people)?.personId ?? null),
        );
        const wrongly = found.filter((shift) => {
          const told = people.find((one) => one.personId === shift.personId);
          const away = told?.absences.some((absence) => absence.from < shift.to && shift.from < absence.to);
          return shift.personId !== null && (away !== false || told?.active !== true);
        });
        expect(wrongly).toEqual([]);
        const silent = (all: Shift[]) => all.reduce((sum, shift) => sum + shift.to - shift.from, 0);
        expect(silent(gaps(any, start, to, people))).toBe(silent(found.filter((shift) => shift.personId === null)));
      }),
      runs,
    );
  });
});

describe('gaps and hand-overs', () => {
  it('names each gap once, with the reasons of every layer', () => {
    const away = team.map((one) => ({ ...one, absences: [{ from: at('2026-01-20'), to: at('2026-01-21') }] }));
    const found = gaps(schedule(), start + day, to, away);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ from: at('2026-01-20'), to: at('2026-01-21'), personId: null, layer: null });
    expect(found[0]?.because).toBe('primary: Cem is absent; Ann is absent; Ben is absent');
  });

  it('joins neighbouring gaps that have different reasons', () => {
    const friday = layer({ hours: [{ days: ['fri'], from: '09:00', to: '17:00' }] });
    const absent = [person('ann', { absences: [{ from: at('2026-01-09T00:00:00Z'), to: at('2026-01-10') }] })];
    const alone = layer({ ...friday, rotation: { people: ['ann'], from: '2026-01-05T08:00', turnMs: day } });
    const found = gaps(schedule({ layers: [alone] }), at('2026-01-08'), at('2026-01-15'), absent);
    expect(found).toHaveLength(1);
    expect(found[0]?.because).toContain('; then primary: Ann is absent');
  });

  it('says when the duty passes on, and to whom', () => {
    expect(nextHandover(schedule(), at('2026-01-06'), team)).toEqual({
      at: at('2026-01-12T07:00:00Z'),
      from: 'ann',
      to: 'ben',
    });
    const office = schedule({ layers: [layer({ hours: [{ days: ['mon'], from: '09:00', to: '17:00' }] })] });
    expect(nextHandover(office, at('2026-01-05T12:00:00Z'), team)).toEqual({
      at: at('2026-01-05T16:00:00Z'),
      from: 'ann',
      to: null,
    });
  });

  it('finds a hand-over that is months away, and none where there is only one person', () => {
    const rotation = { people: ['ann', 'ben'], from: '2026-01-05T08:00', turnMs: 100 * day };
    const slow = schedule({ layers: [layer({ rotation })] });
    expect(nextHandover(slow, at('2026-01-06'), team)?.at).toBe(at('2026-04-15T06:00:00Z'));
    const alone = schedule({ layers: [layer({ rotation: { ...rotation, people: ['ann'] } })] });
    expect(nextHandover(alone, at('2026-01-06'), team)).toBeNull();
  });
});

describe('comparing two calendars', () => {
  const calendar = (one: Schedule, from = start, until = to) => duty(one, from, until, team);

  it('finds nothing between equal ones', () => {
    expect(compareDuty(calendar(schedule()), calendar(schedule()))).toEqual([]);
  });

  it('shows exactly what an override changes', () => {
    const tuesday = { from: at('2026-01-06T08:00:00Z'), to: at('2026-01-06T20:00:00Z') };
    const after = schedule({ overrides: [override({ personId: 'cem', ...tuesday })] });
    expect(compareDuty(calendar(schedule()), calendar(after))).toEqual([{ ...tuesday, before: 'ann', after: 'cem' }]);
  });

  it('T8 shows what new time-zone rules move: wall times are stored, not instants', () => {
    // Lagos is Paris without summer time: as if the zone had given it up after the schedule was stored
    const stored = JSON.stringify(schedule());
    const recomputed = JSON.parse(stored.replaceAll('Europe/Paris', 'Africa/Lagos')) as Schedule;
    const [from, until] = [at('2026-03-23T07:00:00Z'), at('2026-04-13T12:00:00Z')];
    expect(compareDuty(calendar(schedule(), from, until), calendar(recomputed, from, until))).toEqual([
      { from: at('2026-03-30T06:00:00Z'), to: at('2026-03-30T07:00:00Z'), before: 'ann', after: 'cem' },
      { from: at('2026-04-06T06:00:00Z'), to: at('2026-04-06T07:00:00Z'), before: 'ben', after: 'ann' },
      { from: at('2026-04-13T06:00:00Z'), to: at('2026-04-13T07:00:00Z'), before: 'cem', after: 'ben' },
    ]);
  });

  it('agrees with both calendars, for any two', () => {
    fc.assert(
      fc.property(anySchedule, anySchedule, (one, other) => {
        const before = duty(one.schedule, start, to, one.people);
        const after = duty(other.schedule, start, to, other.people);
        const changes = compareDuty(before, after);
        for (const instant of [...before, ...after].map((shift) => shift.from)) {
          const change = changes.find((candidate) => candidate.from <= instant && instant < candidate.to);
          const [was, is] = [before, after].map(
            (all) => all.find((s) => s.from <= instant && instant < s.to)?.personId,
          );
          expect(change === undefined ? was : change.before).toBe(was);
          expect(change === undefined ? was : change.after).toBe(is);
        }
      }),
      runs,
    );
  });
});
