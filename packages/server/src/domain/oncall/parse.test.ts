import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParsedOrganisation, parseOrganisation } from './parse.ts';
import { at } from './schedule.testing.ts';
import type { Schedule } from './schedule.ts';
import { day, hour } from './wallclock.ts';
import { nightly } from './zones.testing.ts';

const sample = readFileSync(new URL('../../../../../controls/organisation.yaml', import.meta.url), 'utf8');

const problemsOf = (parsed: ParsedOrganisation): string[] =>
  parsed.ok ? [] : parsed.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

const people = `people:
  ann: { name: Ann, access: [admin], zone: Europe/Paris }
  ben: { name: Ben }
`;
const read = (yaml: string) => {
  const parsed = parseOrganisation(yaml);
  if (!parsed.ok) throw new Error(problemsOf(parsed).join('\n'));
  return parsed.organisation;
};
const scheduleOf = (text: string): Schedule => {
  const [one] = read(`${people}schedules:\n  desk:\n    ${text.trim()}\n`).schedules;
  if (one === undefined) throw new Error('no schedule was read');
  return one;
};
const layers =
  'layers: [{ name: first, rotation: { people: [ann, ben], every: week, from: 2026-01-05, at: "08:00" } }]';

describe('the organisation file', () => {
  it('says how values are written, for all and for one; a locale that nobody knows is refused', () => {
    const org = read(`locale: de-DE\n${people.replace('name: Ben', 'name: Ben, locale: fr')}`);
    expect(org.locale).toBe('de-DE');
    expect(org.people.map(({ locale }) => locale)).toEqual([undefined, 'fr']);
    expect(problemsOf(parseOrganisation(`locale: klingon-xx-yy\n${people}`))).toEqual([
      '1:9 The locale is "klingon-xx-yy", which is no locale that is known here.',
    ]);
  });

  it('gives every person defaults that are written nowhere', () => {
    expect(read(`zone: Europe/Rome\n${people}`).people[1]).toEqual({
      personId: 'ben',
      name: 'Ben',
      email: null,
      roles: [],
      access: [],
      zone: 'Europe/Rome',
      addresses: {},
      absences: [],
      active: true,
    });
  });

  it('reads absences in the zone of the person, half-open', () => {
    const absences = 'absences: [{ from: 2026-12-24, to: 2026-12-27T13:30 }]';
    const [ann] = read(`people:\n  ann: { name: Ann, access: [admin], zone: Asia/Tokyo, ${absences} }`).people;
    expect(ann?.absences).toEqual([{ from: at('2026-12-23T15:00:00Z'), to: at('2026-12-27T04:30:00Z') }]);
  });

  it('reads rotations of days, weeks and hours, and keeps them as wall times', () => {
    const turn = (every: string) =>
      scheduleOf(layers.replace('week', every)).layers[0]?.rotation ?? { from: '', turnMs: 0 };
    expect(turn('week').turnMs).toBe(7 * day);
    expect(turn('day').turnMs).toBe(day);
    expect(turn('12h').turnMs).toBe(12 * hour);
    expect(turn('2w').turnMs).toBe(14 * day);
    expect(turn('week').from).toBe('2026-01-05T08:00');
  });

  it('reads weekdays by name and by range, also round the end of the week', () => {
    const days = (text: string) =>
      scheduleOf(layers.replace('name: first', `name: first, hours: [{ days: ${text}, from: "09:00", to: "17:00" }]`))
        .layers[0]?.hours[0]?.days;
    expect(days('mon-wed')).toEqual(['mon', 'tue', 'wed']);
    expect(days('sat-mon')).toEqual(['sat', 'sun', 'mon']);
    expect(days('weekend')).toEqual(['sat', 'sun']);
    expect(days('thu')).toEqual(['thu']);
    expect(days('daily')).toHaveLength(7);
  });

  it('reads overrides and swaps in the zone of the schedule, for the first layer unless one is named', () => {
    const one = scheduleOf(`zone: Europe/Paris
    ${layers}
    overrides: [{ person: ben, from: 2026-12-24T08:00, to: 2026-12-24T20:00, because: dentist, by: ann }]
    swaps: [{ between: [ann, ben], from: 2026-06-01, to: 2026-06-15 }]`);
    const june = { from: at('2026-05-31T22:00:00Z'), to: at('2026-06-14T22:00:00Z') };
    const swapped = { layer: 'first', ...june, because: 'swapped turns', by: null };
    expect(one.overrides).toEqual([
      {
        layer: 'first',
        personId: 'ben',
        from: at('2026-12-24T07:00:00Z'),
        to: at('2026-12-24T19:00:00Z'),
        replaces: null,
        because: 'dentist',
        by: 'ann',
      },
      { ...swapped, personId: 'ann', replaces: 'ben' },
      { ...swapped, personId: 'ben', replaces: 'ann' },
    ]);
  });
});

describe('a wrong organisation file', () => {
  it('is told everything that is wrong at once, with places and the word that was meant', () => {
    const parsed = parseOrganisation(`zone: Europe/Pariss
people:
  ann: { name: Ann, acces: [admin], roles: [treasury lead] }
  ben:
    name: 7
    access: [admin, desinger]
    absences: [{ from: 2026-12-24, to: 2026-12-24 }, { from: 24.12.2026, to: 2026-12-27 }]
    active: yes
schedules:
  desk:
    layers:
      - name: first
        rotation: { people: [anna, ben], every: fortnight, from: 2026-01-05T09:00, at: "08:00" }
        hours: [{ days: mon-fry, from: "9:00", to: "17:00" }]
    overrides: [{ person: ben, from: 2026-01-05, to: 2026-01-06, layer: frist }]
`);
    expect(problemsOf(parsed)).toEqual([
      '1:7 The zone is "Europe/Pariss", which is no time zone. Did you mean "Europe/Paris"?',
      '3:21 Person ann has no field "acces". Did you mean "access"?',
      '3:45 The role "treasury lead" has a name that no target can carry.',
      '5:11 The name of ben is not text.',
      '6:21 An access right of ben is "desinger". Did you mean "designer"?',
      '7:16 An absence of ben ends before it begins: from 2026-12-24 to 2026-12-24.',
      '7:62 From of an absence of ben is "24.12.2026", which is no local time.',
      '8:13 Active of ben is neither true nor false.',
      '13:30 A person of the rotation of layer first of desk is "anna", which is unknown. Did you mean "ann"?',
      '13:49 Every of the rotation of layer first of desk is "fortnight", which is no length of a turn.',
      '13:88 The rotation of layer first of desk says its hand-over time twice.',
      '14:25 Days of layer first of desk is "mon-fry", which are no weekdays.',
      '14:40 From of layer first of desk is "9:00", which is no time of day.',
      '15:73 Layer of an override of desk is "frist", which is unknown. Did you mean "first"?',
    ]);
    expect(parsed.ok ? [] : parsed.problems.filter((problem) => problem.remedy === '')).toEqual([]);
  });

  it.each([
    ['people:\n  ann: { name: Ann }', 'Nobody has the access right admin.'],
    ['zone: UTC', 'The organisation organisation.yaml has no "people".'],
    ['people:', 'People is not a mapping.'],
    ['people: { ann: 7 }', 'Person ann is not a mapping.'],
    ['people:\n  a b: { name: Ann, access: [admin] }', 'The person "a b" has a name that no target can carry.'],
    [`${people}  cem: { name: Cem, roles: [administrators] }`, '"administrators" is not given as a role.'],
    [
      'people:\n  ann: { name: Ann, access: [admin], email: a@b.c }\n  ben: { name: Ben, email: A@b.c }',
      'The email address A@b.c belongs to both ann and ben.',
    ],
    [`${people}schedules: { desk: { layers: [] } }`, 'Schedule desk has no layer.'],
    [`${people}schedules:\n  desk:\n    layers: [*other]`, 'A layer of desk is an alias.'],
    [`${people}  ann: { name: Twice }`, 'is not YAML that can be read'],
    [`${people}schedules:\n  d: { layers: [{ name: x }] }`, 'A layer of d has no "rotation".'],
    [
      `${people}schedules:\n  desk:\n    ${layers}\n    swaps: [{ between: [ann], from: 2026-01-05, to: 2026-01-06 }]`,
      'not between two people',
    ],
    [
      `${people}schedules:\n  desk:\n    ${layers}\n    swaps: [{ between: [ann, ben], from: 2026-01-04, to: 2026-01-05 }]`,
      'Neither ann nor ben has a turn in first of desk from 2026-01-04 00:00 to 2026-01-05 00:00 (UTC). The next of ann begins 2026-01-05 08:00.',
    ],
  ])('%j', (yaml, message) => {
    expect(problemsOf(parseOrganisation(yaml)).join('\n')).toContain(message);
  });

  it('is never a crash, whatever is in it', () => {
    const damage = fc.record({ from: fc.nat(sample.length), length: fc.nat(40), put: fc.string({ maxLength: 12 }) });
    fc.assert(
      fc.property(damage, ({ from, length, put }) => {
        const parsed = parseOrganisation(sample.slice(0, from) + put + sample.slice(from + length));
        expect(parsed.ok || parsed.problems.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
      }),
      { numRuns: nightly ? 1_000 : 20 },
    );
    for (const text of ['', '---', '[]', 'null', '{', '? [a]: b', '__proto__: { a: 1 }', '&a [*a]'])
      expect(parseOrganisation(text).ok, text).toBe(false);
  });
});
