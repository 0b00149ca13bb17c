import { readdirSync, readFileSync } from 'node:fs';
import type { Target } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { administrators, emptyOrganisation, type Organisation, resolveTarget, targetName } from './organisation.ts';
import { parseOrganisation } from './parse.ts';
import { gaps } from './shifts.ts';
import { day } from './wallclock.ts';
import { start } from './zones.testing.ts';

const controls = new URL('../../../../../controls/', import.meta.url);
const sampleFile = new URL('organisation.yaml', controls);
const sample = (): Organisation => {
  const parsed = parseOrganisation(readFileSync(sampleFile, 'utf8'), 'organisation.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.organisation;
};
const ids = (org: Organisation, target: Parameters<typeof resolveTarget>[1], at: string) =>
  resolveTarget(org, target, Date.parse(at)).map((person) => person.personId);

describe('the organisation', () => {
  const org = sample();

  it('names one person, everybody of a role, or whoever is on call at that instant', () => {
    expect(ids(org, 'person:hana', '2026-11-23T09:30:00Z')).toEqual(['hana']);
    expect(ids(org, 'role:support-agent', '2026-11-23T09:30:00Z')).toEqual(['emre', 'farah', 'george']);
    expect(ids(org, 'oncall:treasury', '2026-11-16T07:59:59Z')).toEqual(['chidi']);
    expect(ids(org, 'oncall:treasury', '2026-11-16T08:00:00Z')).toEqual(['amelie']);
  });

  it('names the absent only when they were chosen by name', () => {
    expect(ids(org, 'role:finance-approver', '2026-12-28T12:00:00Z')).toEqual(['bruno', 'chidi']);
    expect(ids(org, 'person:amelie', '2026-12-28T12:00:00Z')).toEqual(['amelie']);
  });

  it('takes the end of an absence as the first moment back', () => {
    const back = '2027-01-03T23:00:00.000Z';
    expect(ids(org, 'role:finance-approver', '2027-01-03T22:59:59.999Z')).not.toContain('amelie');
    expect(ids(org, 'role:finance-approver', back)).toContain('amelie');
  });

  it('never names somebody who is no longer active', () => {
    const people = org.people.map((person) => ({ ...person, active: person.personId !== 'hana' }));
    expect(ids({ ...org, people }, 'person:hana', '2026-11-23T09:30:00Z')).toEqual([]);
    expect(ids({ ...org, people }, 'role:desk-agent', '2026-11-23T09:30:00Z')).toEqual(['ines']);
  });

  it('names nobody for an unknown person, role or schedule', () => {
    for (const target of ['person:nobody', 'role:nobody', 'oncall:nobody'] as const)
      expect(ids(org, target, '2026-11-23T09:30:00Z')).toEqual([]);
    expect(ids(emptyOrganisation, administrators, '2026-11-23T09:30:00Z')).toEqual([]);
  });

  it('knows its administrators by their access right', () => {
    expect(ids(org, administrators, '2026-11-23T09:30:00Z')).toEqual(['dana', 'ines']);
  });

  it('speaks of a target as a person does', () => {
    expect(targetName(org, 'person:hana')).toBe('Hana Novak');
    expect(targetName(org, 'person:gone')).toBe('gone');
    expect(targetName(org, 'role:treasury-lead')).toBe('the role treasury lead');
    expect(targetName(org, 'oncall:treasury')).toBe('whoever is on call for treasury');
    expect(targetName(org, administrators)).toBe('the administrators');
  });

  it('reaches somebody for everything that the sample controls name, and has no gap in a year', () => {
    const begun = start + day;
    const texts = readdirSync(controls).map((file) => readFileSync(new URL(file, controls), 'utf8'));
    const targets = texts.join('\n').match(/\b(person|role|oncall):[a-z0-9-]+/g) as Target[];
    const unreached = targets.filter((target) => resolveTarget(org, target, begun).length === 0);
    expect(targets).toContain('oncall:treasury');
    expect([...new Set(unreached)]).toEqual([]);
    expect(org.schedules.flatMap((schedule) => gaps(schedule, begun, begun + 365 * day, org.people))).toEqual([]);
  });

  it('survives being stored as JSON', () => {
    expect(JSON.parse(JSON.stringify(org))).toEqual(org);
  });
});
