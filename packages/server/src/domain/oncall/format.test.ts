import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatOrganisation } from './format.ts';
import type { Organisation } from './organisation.ts';
import { parseOrganisation } from './parse.ts';
import { anySchedule } from './schedule.testing.ts';

const sample = readFileSync(
  fileURLToPath(new URL('../../../../../controls/organisation.yaml', import.meta.url)),
  'utf8',
);

const read = (yaml: string): Organisation => {
  const parsed = parseOrganisation(yaml);
  if (!parsed.ok) throw new Error(`${JSON.stringify(parsed.problems)}\n${yaml}`);
  return parsed.organisation;
};

describe('an organisation as its file', () => {
  it('reads back as the same organisation', () => {
    expect(read(formatOrganisation(read(sample)))).toEqual(read(sample));
  });

  it('keeps working hours, quiet hours, holidays and teams', () => {
    const yaml = `
zone: Europe/Paris
locale: fr
hours: [{ days: mon-fri, from: "09:00", to: "17:00" }]
holidays: [2026-12-25, 2027-01-01]
people:
  ann: { name: Ann, roles: [approver], access: [admin], quiet: [{ days: daily, from: "22:00", to: "07:00" }] }
  ben: { name: Ben, zone: Asia/Tokyo, locale: ja-JP, hours: [{ days: fri-mon, from: "10:00", to: "24:00" }], active: false }
teams:
  treasury: { about: Money, members: [ann], lead: ben }
`;
    const org = read(yaml);
    expect(read(formatOrganisation(org))).toEqual(org);
    expect(org.people.map(({ roles }) => roles)).toEqual([
      ['approver', 'treasury'],
      ['treasury', 'treasury-lead'],
    ]);
  });

  it('reads back as the same for any schedule, absences and overrides', () => {
    fc.assert(
      fc.property(anySchedule, ({ schedule, people }) => {
        const [first, ...others] = people;
        if (first === undefined) return;
        const layers = schedule.layers.map(({ name }) => name);
        const overrides = schedule.overrides.filter(({ layer }) => layers.includes(layer));
        const org = {
          zone: 'UTC',
          schedules: [{ ...schedule, overrides }],
          people: [{ ...first, access: ['admin' as const] }, ...others],
        };
        const again = read(formatOrganisation(org));
        const hours = (one: Organisation) => one.schedules.flatMap(({ layers }) => layers.map((layer) => layer.hours));
        // A list of weekdays with holes is written as its range: the file has no other way to say it.
        const whole = hours(org).every((all) => all.every(({ days }) => days.length === 1 || days.length === 7));
        if (whole) expect(again).toEqual(org);
        else expect({ ...again, schedules: [] }).toEqual({ ...org, schedules: [] });
      }),
      { numRuns: 100 },
    );
  });
});

describe('what is wrong with hours, holidays and teams', () => {
  it.each([
    ['hours: [{ days: someday, from: "09:00", to: "17:00" }]', 'someday'],
    ['holidays: [2026-12-25T10:00]', 'not a whole day'],
    ['holidays: [Christmas]', 'no local time'],
    ['teams: { a: { members: [zoe] } }', 'unknown'],
    ['teams: { a: { members: [] } }', 'nobody in it'],
    ['teams: { "a b": { members: [ann] } }', 'no target can carry'],
  ])('%s', (line, message) => {
    const parsed = parseOrganisation(`people: { ann: { name: Ann, access: [admin] } }\n${line}\n`);
    expect(parsed.ok ? '' : parsed.problems[0]?.message).toContain(message);
  });
});
