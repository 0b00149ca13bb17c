import { describe, expect, it } from 'vitest';
import { dutyDifference, organisationDifference } from './difference.ts';
import { emptyOrganisation, type Organisation } from './organisation.ts';
import { parseOrganisation } from './parse.ts';

const parse = (yaml: string): Organisation => {
  const parsed = parseOrganisation(yaml);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.organisation;
};

const before = parse(`
people:
  ann: { name: Ann Archer, roles: [approver], access: [operator, admin] }
  bob: { name: Bob Baker, roles: [approver, lead], access: [operator] }
schedules:
  desk: { layers: [{ name: all, rotation: { people: [ann, bob], every: week, from: 2026-01-05 } }] }
`);

describe('what another organisation file changes', () => {
  it('is nothing when it says the same', () => {
    expect(organisationDifference(before, structuredClone(before))).toEqual([]);
  });

  it('is told person by person, right by right', () => {
    const after = parse(`
zone: Europe/Paris
people:
  ann: { name: Ann Archer-Cole, roles: [approver, lead], access: [operator, admin], active: false, zone: UTC }
  cem: { name: Cem Demir, access: [operator, admin] }
schedules:
  desk: { zone: UTC, layers: [{ name: all, rotation: { people: [ann, cem], every: week, from: 2026-01-05 } }] }
  night: { layers: [{ name: all, rotation: { people: [cem], every: day, from: 2026-01-05 } }] }
`);
    expect(organisationDifference(before, after)).toEqual([
      'The zone is Europe/Paris, was UTC.',
      'ann is called Ann Archer-Cole, was Ann Archer.',
      'ann is no longer active.',
      'ann gets the role lead.',
      'cem is new: Cem Demir, access operator, admin.',
      'bob leaves: Bob Baker can no longer sign in, sign or take over.',
      'The schedule desk changes: layers.',
      'The schedule night is new.',
    ]);
  });

  it('names what is lost', () => {
    const after = structuredClone(before);
    after.people[1] = { ...(after.people[1] as Organisation['people'][number]), roles: ['approver'], access: [] };
    after.schedules = [];
    expect(organisationDifference(before, after)).toEqual([
      'bob loses the role lead.',
      'bob loses the access operator.',
      'The schedule desk goes: whoever is told by it is told by the next rung.',
    ]);
    expect(organisationDifference(emptyOrganisation, before)).toHaveLength(3);
  });
});

describe('what it changes of the duty', () => {
  const at = (text: string): number => Date.parse(text);

  it('is who is on call instead of whom, by the clock of the schedule', () => {
    const swapped = { from: at('2026-01-06T08:00:00Z'), to: at('2026-01-06T20:00:00Z') };
    const cover = { layer: 'all', personId: 'bob', ...swapped, replaces: null, because: 'dentist', by: null };
    const schedules = before.schedules.map((schedule) => ({ ...schedule, overrides: [cover] }));
    const changes = dutyDifference(before, { ...before, schedules }, at('2026-01-05'), at('2026-02-05'));
    expect(changes).toEqual(['desk: Bob Baker instead of Ann Archer from 2026-01-06 08:00 to 2026-01-06 20:00 (UTC).']);
    expect(dutyDifference(before, before, at('2026-01-05'), at('2026-02-05'))).toEqual([]);
  });
  it('is cut where it is long', () => {
    const schedules = before.schedules.map((schedule) => ({
      ...schedule,
      layers: schedule.layers.map((layer) => ({ ...layer, rotation: { ...layer.rotation, turnMs: 3_600_000 } })),
    }));
    const changes = dutyDifference(before, { ...before, schedules }, at('2026-01-05'), at('2026-01-15'));
    expect(changes).toHaveLength(21);
    expect(changes.at(-1)).toMatch(/^And \d+ more changes of duty\.$/);
  });
});
