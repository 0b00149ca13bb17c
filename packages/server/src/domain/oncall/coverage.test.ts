import { checkControl, parseControl } from '@belay/control';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOf } from './coverage.ts';
import { type Organisation, resolveTarget } from './organisation.ts';
import { anySchedule, at, layer, person, schedule } from './schedule.testing.ts';
import { day, hour } from './wallclock.ts';
import { nightly, start } from './zones.testing.ts';

const year = { from: at('2026-01-01T00:00:00Z'), to: at('2027-01-01T00:00:00Z') };

const control = (ladder: string) => {
  const parsed = parseControl(`control: night
about: Who is told at night.
owner: oncall:desk
steps:
  pay: { risk: low, effect: none }
rules:
  - { id: always, at: pay, then: handoff, to: desk, because: b }
ladders:
  desk:
${ladder}
`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.control;
};

const org = (more: Partial<Organisation> = {}): Organisation => ({
  people: ['ann', 'ben', 'cem'].map((personId) => person(personId, { roles: ['desk'] })),
  schedules: [schedule({ name: 'desk' })],
  zone: 'Europe/Paris',
  ...more,
});

const sentences = (ladder: string, organisation: Organisation, code: string): string[] =>
  checkControl(control(ladder), viewOf(organisation, year))
    .filter((finding) => finding.code === code)
    .map(({ sentence }) => sentence);

describe('the hours in which a target names somebody', () => {
  it('are those in which the ladder would find somebody, at any instant, for any schedule', () => {
    const time = { from: start, to: start + 30 * day };
    const instants = fc.array(fc.integer({ min: time.from, max: time.to - 1 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(anySchedule, instants, ({ schedule: any, people }, asked) => {
        const organisation: Organisation = { people, schedules: [any], zone: 'UTC' };
        const covered = viewOf(organisation, time).coverage?.covered ?? {};
        for (const [target, intervals] of Object.entries(covered)) {
          const edges = intervals.flatMap(({ from, to }) => [from, to - 1, to]).filter((edge) => edge < time.to);
          for (const instant of [...asked, ...edges]) {
            const found = intervals.some(({ from, to }) => from <= instant && instant < to);
            expect([target, instant, found]).toEqual([
              target,
              instant,
              resolveTarget(organisation, target as never, instant).length > 0,
            ]);
          }
        }
      }),
      { numRuns: nightly ? 300 : 8 },
    );
  });

  it('show the hour that summer time takes from a night shift', () => {
    const night = [
      { days: ['sun' as const], from: '00:00', to: '02:00' },
      { days: ['sun' as const], from: '03:00', to: '24:00' },
      {
        days: ['mon' as const, 'tue' as const, 'wed' as const, 'thu' as const, 'fri' as const, 'sat' as const],
        from: '00:00',
        to: '24:00',
      },
    ];
    const shifts = schedule({
      name: 'desk',
      layers: [layer({ hours: night, rotation: { people: ['ann'], from: '2025-12-29T00:00', turnMs: 7 * day } })],
    });
    const found = viewOf(org({ schedules: [shifts] }), year).coverage?.covered['oncall:desk'] ?? [];
    const gapsOnSundays = found.slice(1).map(({ from }, index) => (from - (found[index]?.to ?? 0)) / hour);
    // 52 Sundays in 2026: one gap of an hour each, but none on the day that has no such hour and two hours on the day that has it twice.
    expect(gapsOnSundays.length).toBe(51);
    expect(gapsOnSundays.filter((gap) => gap === 2).length).toBe(1);
  });
});

describe('the check of a control with the calendar of its organisation', () => {
  const offices = [
    {
      days: ['mon' as const, 'tue' as const, 'wed' as const, 'thu' as const, 'fri' as const],
      from: '08:00',
      to: '18:00',
    },
  ];
  const byDay = schedule({
    name: 'desk',
    layers: [layer({ hours: offices, rotation: { people: ['ann'], from: '2025-12-29T00:00', turnMs: 7 * day } })],
  });

  it('has nothing to say where somebody is on call round the clock', () => {
    const always = schedule({
      name: 'desk',
      layers: [layer({ rotation: { people: ['ann'], from: '2025-12-29T00:00', turnMs: 7 * day } })],
    });
    const ladder = '    - { tell: oncall:desk, repeat: 1h }';
    expect(checkControl(control(ladder), viewOf(org({ schedules: [always] }), year))).toEqual([]);
  });

  it('names the nights and weekends of a rung, and the longest time until a person is reached', () => {
    const ladder = '    - { tell: oncall:desk, repeat: 1h }';
    expect(sentences(ladder, org({ schedules: [byDay] }), 'nobodyReached')).toEqual([
      'A case on the ladder "desk" can wait 2d15h until a person is reached: no rung and not the owner names anybody Fri 2026-10-23 18:00 to Mon 2026-10-26 08:00 (Europe/Paris).',
      'A case to oncall:desk can wait 2d15h until a person is reached: no rung and not the owner names anybody Fri 2026-10-23 18:00 to Mon 2026-10-26 08:00 (Europe/Paris).',
    ]);
    expect(sentences(ladder, org({ schedules: [byDay] }), 'rungReachesNobody')[0]).toMatch(
      /^Rung 1 of the ladder "desk" \(oncall:desk\) reaches nobody 262 times, .* in all, first Thu 2026-01-01 01:00/,
    );
  });

  it('is content with a role at night, and says that the first rung is passed', () => {
    const ladder = '    - { tell: oncall:desk, within: 10m }\n    - { tell: role:desk, repeat: 1h }';
    const found = checkControl(control(ladder), viewOf(org({ schedules: [byDay] }), year));
    expect(found.map(({ code }) => code)).toContain('rungReachesNobody');
    expect(found.filter(({ code, sentence }) => code === 'nobodyReached' && sentence.includes('ladder'))).toEqual([]);
  });

  it('names who has no address where the rung tells people', () => {
    const ladder = '    - { tell: role:desk, via: slack, repeat: 1h }';
    const people = [person('ann', { roles: ['desk'], addresses: { slack: 'U1' } }), person('ben', { roles: ['desk'] })];
    expect(sentences(ladder, org({ people }), 'noWorkingChannel')).toEqual([
      'ben cannot be told: rung 1 of the ladder "desk" asks role:desk, and ben has no address on slack.',
    ]);
  });
});
