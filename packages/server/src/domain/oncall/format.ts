/**
 * The organisation as its file: what the inbox shows for editing, and what somebody takes away who has lost theirs.
 * Reading it again gives the same organisation; swaps stand there as the two overrides they are.
 */
import { stringify } from 'yaml';
import type { Hours } from './hours.ts';
import { type Organisation, withTeamRoles } from './organisation.ts';
import type { Person } from './person.ts';
import type { Layer, Override, Schedule } from './schedule.ts';
import type { Interval } from './timeline.ts';
import { day, hour, showAt } from './wallclock.ts';

type Plain = Record<string, unknown>;

/** Without what is empty, so that the file says only what was meant. */
const said = (fields: Plain): Plain =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );

const daysText = (days: Hours['days']): string => {
  if (days.length === 7 && days[0] === 'mon') return 'daily';
  return days.length === 1 ? `${days[0]}` : `${days[0]}-${days.at(-1)}`;
};
const hoursOf = (hours: Hours[] = []): Plain[] =>
  hours.map(({ days, from, to }) => ({ days: daysText(days), from, to }));

/** A date where it is midnight. */
const wallText = (zone: string, at: number): string => showAt(zone, at).replace(/T00:00$/, '');
const span = (zone: string, { from, to }: Interval): Plain => ({ from: wallText(zone, from), to: wallText(zone, to) });

const personOf = (person: Person, org: Organisation): Plain => {
  const { personId, name, email, roles, access, zone, locale, addresses, hours, quiet, absences, active } = person;
  const ofTeams = withTeamRoles({ personId, roles: [] }, org.teams ?? []);
  return said({
    name,
    email,
    roles: roles.filter((role) => !ofTeams.includes(role)),
    access,
    zone: zone === org.zone ? null : zone,
    locale,
    addresses: Object.keys(addresses).length === 0 ? null : addresses,
    hours: hoursOf(hours),
    quiet: hoursOf(quiet),
    absences: absences.map((absence) => span(zone, absence)),
    active: active ? null : false,
  });
};

const turnText = (ms: number): string => {
  if (ms % (7 * day) === 0) return `${ms / (7 * day)}w`;
  return ms % day === 0 ? `${ms / day}d` : `${ms / hour}h`;
};

const layerOf = ({ name, zone, rotation, hours }: Layer, schedule: Schedule): Plain =>
  said({
    name,
    zone: zone === schedule.zone ? null : zone,
    hours: hoursOf(hours),
    rotation: { people: rotation.people, every: turnText(rotation.turnMs), from: rotation.from },
  });

const overrideOf = ({ personId, layer, replaces, because, by, ...one }: Override, zone: string): Plain =>
  said({ person: personId, layer, replaces, ...span(zone, one), because, by });

const scheduleOf = (schedule: Schedule, org: Organisation): Plain =>
  said({
    about: schedule.about,
    zone: schedule.zone === org.zone ? null : schedule.zone,
    layers: schedule.layers.map((layer) => layerOf(layer, schedule)),
    overrides: schedule.overrides.map((override) => overrideOf(override, schedule.zone)),
  });

const named = <T>(items: T[], nameOf: (item: T) => string, plain: (item: T) => Plain): Plain =>
  Object.fromEntries(items.map((item) => [nameOf(item), plain(item)]));

export const formatOrganisation = (org: Organisation): string => {
  const { zone, locale, hours, holidays = [], teams = [], people, schedules } = org;
  const file = said({
    zone,
    locale,
    hours: hoursOf(hours),
    holidays,
    people: named(
      people,
      ({ personId }) => personId,
      (person) => personOf(person, org),
    ),
    teams:
      teams.length === 0
        ? null
        : named(
            teams,
            ({ name }) => name,
            ({ about, members, lead }) => said({ about, members, lead }),
          ),
    schedules:
      schedules.length === 0
        ? null
        : named(
            schedules,
            ({ name }) => name,
            (schedule) => scheduleOf(schedule, org),
          ),
  });
  return stringify(file, { lineWidth: 120, aliasDuplicateObjects: false });
};
