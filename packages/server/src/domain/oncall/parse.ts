/**
 * From the organisation file to the organisation. All problems are reported at once, each with its line and how to
 * mend it; nothing is half read. Local times are read in the zone of the person or schedule they belong to.
 */
import { isScalar } from 'yaml';
import { administrators, type Organisation, type Team, withTeamRoles } from './organisation.ts';
import { readHours } from './parse-hours.ts';
import { parseSchedule } from './parse-schedule.ts';
import { intervalOf, knownOf, localeOf, nameProblem, wallTextOf, zoneOf } from './parse-time.ts';
import { type Access, accesses, type Person } from './person.ts';
import {
  fieldsOf,
  itemsOf,
  open,
  type Problem,
  type Reader,
  recordOf,
  report,
  textOf,
  type Value,
  wordOf,
} from './reader.ts';
import type { Schedule } from './schedule.ts';

export type ParsedOrganisation = { ok: true; organisation: Organisation } | { ok: false; problems: Problem[] };

const personFields = {
  required: ['name'],
  optional: ['email', 'roles', 'access', 'zone', 'locale', 'addresses', 'hours', 'quiet', 'absences', 'active'],
};

const readActive = (reader: Reader, node: Value, what: string): boolean => {
  if (node === undefined) return true;
  if (isScalar(node) && typeof node.value === 'boolean') return node.value;
  report(reader, node, `${what} is neither true nor false.`, 'Write `active: true` or `active: false`.');
  return true;
};

const readRoles = (reader: Reader, node: Value, who: string): string[] =>
  itemsOf(reader, node, `roles of ${who}`).flatMap((item) => {
    const role = textOf(reader, item, `a role of ${who}`);
    if (`role:${role}` === administrators)
      return report(reader, item, `"${role}" is not given as a role.`, 'Write `access: [admin]`.') ?? [];
    return role === null || nameProblem(reader, item, 'the role', role) ? [] : [role];
  });

const readAddresses = (reader: Reader, node: Value, who: string): Record<string, string> => {
  if (node === undefined) return {};
  const pairs = fieldsOf(reader, node, `addresses of ${who}`).flatMap(({ key, value }) => {
    const address = textOf(reader, value, `the ${key} address of ${who}`);
    return address === null ? [] : [[key, address] as const];
  });
  return Object.fromEntries(pairs);
};

/** A list that says nothing is left out of what is stored. */
const given = <K extends string, T>(key: K, items: T[]): Partial<Record<K, T[]>> =>
  items.length === 0 ? {} : ({ [key]: items } as Record<K, T[]>);

const readPerson = (reader: Reader, personId: string, node: Value, organisationZone: string): Person => {
  const record = recordOf(reader, node, `person ${personId}`, personFields);
  const zone = zoneOf(reader, record.get('zone'), `the zone of ${personId}`) ?? organisationZone;
  const locale = localeOf(reader, record.get('locale'), `the locale of ${personId}`);
  const name = textOf(reader, record.get('name'), `the name of ${personId}`);
  const email = textOf(reader, record.get('email'), `the email of ${personId}`);
  const access = itemsOf(reader, record.get('access'), `access of ${personId}`).flatMap(
    (item): Access[] | Access => wordOf(reader, item, `an access right of ${personId}`, accesses) ?? [],
  );
  const absences = itemsOf(reader, record.get('absences'), `absences of ${personId}`).flatMap((item) => {
    const what = `an absence of ${personId}`;
    const fields = recordOf(reader, item, what, { required: ['from', 'to'], optional: [] });
    return intervalOf(reader, item, fields, what, zone) ?? [];
  });
  return {
    personId,
    name: name ?? personId,
    email,
    roles: readRoles(reader, record.get('roles'), personId),
    access,
    zone,
    ...(locale === null ? {} : { locale }),
    addresses: readAddresses(reader, record.get('addresses'), personId),
    absences,
    ...given('hours', readHours(reader, record.get('hours'), personId)),
    ...given('quiet', readHours(reader, record.get('quiet'), personId, 'quiet')),
    active: readActive(reader, record.get('active'), `active of ${personId}`),
  };
};

type Placed = { person: Person; node: Value };

const readPeople = (reader: Reader, node: Value, zone: string): Placed[] =>
  fieldsOf(reader, node, 'people').map((field) => {
    nameProblem(reader, field.keyNode, 'the person', field.key);
    return { person: readPerson(reader, field.key, field.value, zone), node: field.keyNode };
  });

/** Two people with one address would make it unclear who clicked. */
const reportSharedAddresses = (reader: Reader, placed: Placed[]): void => {
  const owners = new Map<string, string>();
  for (const { person, node } of placed)
    for (const [channel, address] of [['email', person.email] as const, ...Object.entries(person.addresses)]) {
      if (address === null) continue;
      const key = `${channel} ${address.toLowerCase()}`;
      const other = owners.get(key) ?? person.personId;
      if (other !== person.personId)
        report(
          reader,
          node,
          `the ${channel} address ${address} belongs to both ${other} and ${person.personId}.`,
          'Give each person their own address: a click must name one person.',
        );
      owners.set(key, other);
    }
};

const readSchedules = (reader: Reader, node: Value, people: string[], zone: string): Schedule[] =>
  fieldsOf(reader, node, 'schedules').map((field) => {
    nameProblem(reader, field.keyNode, 'the schedule', field.key);
    return parseSchedule(reader, field.key, field.value, { people, zone });
  });

const readHolidays = (reader: Reader, node: Value): string[] =>
  itemsOf(reader, node, 'holidays').flatMap((item) => {
    const date = wallTextOf(reader, item, 'a holiday');
    if (date === null || date.length === 'yyyy-mm-dd'.length) return date ?? [];
    return report(reader, item, `the holiday ${date} is not a whole day.`, 'Write 2026-12-25.') ?? [];
  });

const readTeams = (reader: Reader, node: Value, people: string[]): Team[] =>
  (node === undefined ? [] : fieldsOf(reader, node, 'teams')).map(({ key: name, keyNode, value }) => {
    const what = `the team ${name}`;
    nameProblem(reader, keyNode, 'the team', name);
    const record = recordOf(reader, value, what, { required: ['members'], optional: ['about', 'lead'] });
    const remedy = 'Name people of this file.';
    const named = itemsOf(reader, record.get('members'), `members of ${what}`);
    const members = named.flatMap((item) => knownOf(reader, item, `a member of ${what}`, people, remedy) ?? []);
    if (record.has('members') && named.length === 0)
      report(reader, record.get('members'), `${what} has nobody in it.`, 'Name at least one person.');
    const lead = knownOf(reader, record.get('lead'), `lead of ${what}`, people, remedy);
    return { name, about: textOf(reader, record.get('about'), `about of ${what}`) ?? name, members, lead };
  });

export const parseOrganisation = (yaml: string, file = 'organisation.yaml'): ParsedOrganisation => {
  const { reader, root } = open(yaml, file);
  if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
  const record = recordOf(reader, root, `the organisation ${file}`, {
    required: ['people'],
    optional: ['zone', 'locale', 'hours', 'holidays', 'teams', 'schedules'],
  });
  const zone = zoneOf(reader, record.get('zone'), 'the zone') ?? 'UTC';
  const locale = localeOf(reader, record.get('locale'), 'the locale');
  const placed = readPeople(reader, record.get('people'), zone);
  const personIds = placed.map(({ person }) => person.personId);
  const teams = readTeams(reader, record.get('teams'), personIds);
  const people = placed.map(({ person }) => ({ ...person, roles: withTeamRoles(person, teams) }));
  const schedules = readSchedules(reader, record.get('schedules'), personIds, zone);
  const hours = readHours(reader, record.get('hours'), 'the organisation');
  const holidays = readHolidays(reader, record.get('holidays'));
  reportSharedAddresses(reader, placed);
  if (record.has('people') && !people.some((person) => person.active && person.access.includes('admin')))
    report(
      reader,
      record.get('people'),
      'Nobody has the access right admin.',
      'Give at least one active person `access: [admin]`: every ladder ends with the administrators.',
    );
  const problems = reader.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  if (problems.length > 0) return { ok: false, problems };
  const times = { ...given('hours', hours), ...given('holidays', holidays), ...given('teams', teams) };
  const written = locale === null ? {} : { locale };
  return { ok: true, organisation: { people, schedules, zone, ...written, ...times } };
};
