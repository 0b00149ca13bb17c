/** A small team and its schedules, for tests. */
import fc from 'fast-check';
import { type Hours, weekdays } from './hours.ts';
import type { Person } from './person.ts';
import type { Layer, Override, Schedule } from './schedule.ts';
import { day, hour } from './wallclock.ts';
import { start, zones } from './zones.testing.ts';

export const at = (text: string): number => Date.parse(text);

export const person = (personId: string, more: Partial<Person> = {}): Person => ({
  personId,
  name: personId[0]?.toUpperCase() + personId.slice(1),
  email: `${personId}@example.com`,
  roles: [],
  access: [],
  zone: 'UTC',
  addresses: {},
  absences: [],
  active: true,
  ...more,
});

export const team = ['ann', 'ben', 'cem'].map((personId) => person(personId));

export const layer = (more: Partial<Layer> = {}): Layer => ({
  name: 'primary',
  zone: 'Europe/Paris',
  rotation: { people: ['ann', 'ben', 'cem'], from: '2026-01-05T08:00', turnMs: 7 * day },
  hours: [],
  ...more,
});

export const override = (more: Partial<Override> & Pick<Override, 'personId' | 'from' | 'to'>): Override => ({
  layer: 'primary',
  replaces: null,
  because: 'a favour',
  by: null,
  ...more,
});

export const schedule = (more: Partial<Schedule> = {}): Schedule => ({
  name: 'treasury',
  about: 'Treasury',
  zone: 'Europe/Paris',
  layers: [layer()],
  overrides: [],
  ...more,
});

const interval = fc
  .tuple(fc.integer({ min: -20, max: 30 * 24 }), fc.integer({ min: 1, max: 10 * 24 }))
  .map(([from, hours]) => ({ from: start + from * hour, to: start + (from + hours) * hour }));
const personId = fc.constantFrom('ann', 'ben', 'cem');
const timeOfDay = fc.constantFrom('00:00', '02:30', '08:00', '17:00', '23:30', '24:00');
const hours: fc.Arbitrary<Hours> = fc.record({
  days: fc.subarray([...weekdays], { minLength: 1 }),
  from: timeOfDay,
  to: timeOfDay,
});
const anyLayer = (name: string): fc.Arbitrary<Layer> =>
  fc.record({
    name: fc.constant(name),
    zone: fc.constantFrom(...zones),
    rotation: fc.record({
      people: fc.array(personId, { minLength: 1, maxLength: 4 }),
      from: fc.constantFrom('2025-12-29T08:00', '2026-01-12T02:30'),
      turnMs: fc.constantFrom(7 * hour, 12 * hour, day, 3 * day, 7 * day),
    }),
    hours: fc.array(hours, { maxLength: 2 }),
  });

/** Any schedule of the team with absences, overrides and one member who has left. */
export const anySchedule: fc.Arbitrary<{ schedule: Schedule; people: Person[] }> = fc.record({
  schedule: fc.record({
    name: fc.constant('any'),
    about: fc.constant('Any'),
    zone: fc.constant('UTC'),
    layers: fc.oneof(fc.tuple(anyLayer('first')), fc.tuple(anyLayer('first'), anyLayer('second'))),
    overrides: fc.array(
      fc
        .tuple(interval, personId, fc.option(personId), fc.constantFrom('first', 'second'))
        .map(([one, who, replaces, name]) => override({ ...one, personId: who, replaces, layer: name })),
      { maxLength: 4 },
    ),
  }),
  people: fc
    .tuple(fc.array(interval, { maxLength: 3 }), fc.array(interval, { maxLength: 3 }), fc.boolean())
    .map(([ann, ben, active]) => [
      person('ann', { absences: ann }),
      person('ben', { absences: ben }),
      person('cem', { active }),
    ]),
});
