import { describe, expect, it } from 'vitest';
import { emptyOrganisation, type Organisation } from '../domain/oncall/organisation.ts';
import { parseOrganisation } from '../domain/oncall/parse.ts';
import { organisationDifference } from './organisation-difference.ts';

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
