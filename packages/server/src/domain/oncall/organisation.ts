/**
 * People, roles and schedules: who a target names at an instant. The organisation is plain data that is stored as it
 * is; the resolution is done when a rung fires, never earlier, so that a change of duty counts at once.
 */
import { type Reader, sayName, type Target } from '@belay/protocol';
import type { Hours } from './hours.ts';
import { isAbsent, type Person } from './person.ts';
import { onCallAt, type Schedule } from './schedule.ts';

export type { Access, Person } from './person.ts';

/** Somebody may sign in another person's stead for a time. `approval` null: every approval. */
export type Delegation = {
  delegationId: string;
  from: string;
  to: string;
  approval: string | null;
  since: number;
  until: number;
  because: string;
  by: string;
};

export type Organisation = {
  people: Person[];
  schedules: Schedule[];
  zone: string;
  /** BCP 47: how amounts, dates and durations are written for whoever names none; absent: the house form */
  locale?: string;
  /** working hours of whoever has none of their own; absent or empty: round the clock */
  hours?: Hours[];
  /** days on which nobody is expected to work, `2026-12-25` in the zone of each person */
  holidays?: string[];
  teams?: Team[];
  /** what people entered; none stands in the file */
  delegations?: Delegation[];
};

/** A team gives its members the role of its name, and its lead that name with `-lead`. */
export type Team = { name: string; about: string; members: string[]; lead: string | null };

/** The roles that teams give a person, after their own. */
export const withTeamRoles = ({ personId, roles }: Pick<Person, 'personId' | 'roles'>, teams: Team[]): string[] => [
  ...new Set([
    ...roles,
    ...teams.flatMap(({ name, members, lead }) => [
      ...(members.includes(personId) || lead === personId ? [name] : []),
      ...(lead === personId ? [`${name}-lead`] : []),
    ]),
  ]),
];

export const emptyOrganisation: Organisation = { people: [], schedules: [], zone: 'UTC' };

/** How somebody reads values; null: a room, or nobody in particular. Instants are said in the organisation's zone. */
export const readerOf = ({ people, locale, zone }: Organisation, personId: string | null): Reader => {
  const own = people.find((person) => person.personId === personId)?.locale;
  return { locale: own ?? locale, zone };
};

/** Built in: everybody with the access right `admin`. Where every ladder ends. */
export const administrators: Target = 'role:administrators';

export const splitTarget = (target: Target): { kind: 'person' | 'role' | 'oncall'; name: string } => {
  const colon = target.indexOf(':');
  return { kind: target.slice(0, colon) as 'person' | 'role' | 'oncall', name: target.slice(colon + 1) };
};

const hasRole = (person: Person, role: string): boolean =>
  `role:${role}` === administrators ? person.access.includes('admin') : person.roles.includes(role);

/**
 * The people a target names at an instant. A person is named even while absent (somebody chose them by name);
 * a role or schedule never names the absent. Nobody inactive is ever named.
 */
export const resolveTarget = (org: Organisation, target: Target, at: number): Person[] => {
  const { kind, name } = splitTarget(target);
  const active = org.people.filter((person) => person.active);
  switch (kind) {
    case 'person':
      return active.filter((person) => person.personId === name);
    case 'role':
      return active.filter((person) => hasRole(person, name) && !isAbsent(person, at));
    case 'oncall': {
      const schedule = org.schedules.find((one) => one.name === name);
      const seat = schedule === undefined ? null : onCallAt(schedule, at, org.people);
      return seat === null ? [] : active.filter((person) => person.personId === seat.personId);
    }
  }
};

/** Who put the one on call there by an override; null: nobody did, it is their turn, or this is no schedule. */
export const putOnCallBy = (org: Organisation, target: Target, at: number): string | null => {
  const { kind, name } = splitTarget(target);
  const schedule = kind === 'oncall' ? org.schedules.find((one) => one.name === name) : undefined;
  return schedule === undefined ? null : (onCallAt(schedule, at, org.people)?.override?.by ?? null);
};

/** What a person stands for at an instant: themselves, their roles, the schedules they are on call for. */
export const targetsOf = (org: Organisation, { personId, roles }: Person, at: number): Target[] => {
  const onCall = org.schedules
    .map((schedule): Target => `oncall:${schedule.name}`)
    .filter((target) => resolveTarget(org, target, at).some((person) => person.personId === personId));
  return [`person:${personId}`, ...roles.map((role): Target => `role:${role}`), ...onCall];
};

/** What a person reads. */
export const targetName = (org: Organisation, target: Target): string => {
  const { kind, name } = splitTarget(target);
  if (target === administrators) return 'the administrators';
  switch (kind) {
    case 'person':
      return org.people.find((person) => person.personId === name)?.name ?? name;
    case 'role':
      return `the role ${sayName(name)}`;
    case 'oncall':
      return `whoever is on call for ${sayName(name)}`;
  }
};
