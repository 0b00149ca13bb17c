/** What would be different with another organisation file, in words: somebody reads this before it counts. */
import { digestOf, type Json } from '@belay/protocol';
import type { Organisation } from './organisation.ts';
import { nameOf, type Person } from './person.ts';
import type { Schedule } from './schedule.ts';
import { compareDuty, duty } from './shifts.ts';
import { showAt } from './wallclock.ts';

const same = (a: unknown, b: unknown): boolean => digestOf((a ?? null) as Json) === digestOf((b ?? null) as Json);

const gained = (what: string, before: string[], after: string[]): string[] => {
  const more = after.filter((one) => !before.includes(one));
  const less = before.filter((one) => !after.includes(one));
  return [
    ...(more.length > 0 ? [`gets the ${what} ${more.join(', ')}`] : []),
    ...(less.length > 0 ? [`loses the ${what} ${less.join(', ')}`] : []),
  ];
};

const personChanges = (before: Person, after: Person): string[] => [
  ...(before.name === after.name ? [] : [`is called ${after.name}, was ${before.name}`]),
  ...(before.active === after.active ? [] : [after.active ? 'is active again' : 'is no longer active']),
  ...gained('role', before.roles, after.roles),
  ...gained('access', before.access, after.access),
  ...(before.email === after.email ? [] : [`has the mail address ${after.email ?? 'none'}`]),
  ...(before.zone === after.zone ? [] : [`is in ${after.zone}`]),
  ...(before.locale === after.locale ? [] : [`reads values as ${after.locale ?? 'the organisation does'}`]),
  ...(same(before.addresses, after.addresses) ? [] : ['has other addresses']),
  ...(same(before.hours, after.hours) ? [] : ['has other working hours']),
  ...(same(before.quiet, after.quiet) ? [] : ['has other quiet hours']),
  ...(same(before.absences, after.absences) ? [] : ['has other absences']),
];

const rights = ({ roles, access }: Person): string => {
  const given = [
    roles.length > 0 ? `roles ${roles.join(', ')}` : '',
    access.length > 0 ? `access ${access.join(', ')}` : '',
  ];
  return given.filter((text) => text !== '').join('; ') || 'no roles and no access';
};

const scheduleChanges = (before: Schedule, after: Schedule): string[] => {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Schedule)[];
  return names.filter((name) => !same(before[name], after[name])).map(String);
};

const byName = <T>(items: T[], nameOf: (item: T) => string): Map<string, T> =>
  new Map(items.map((item) => [nameOf(item), item]));

/** One sentence for each change; none when they are the same. */
export const organisationDifference = (before: Organisation, after: Organisation): string[] => {
  const people = { before: byName(before.people, (p) => p.personId), after: byName(after.people, (p) => p.personId) };
  const schedules = { before: byName(before.schedules, (s) => s.name), after: byName(after.schedules, (s) => s.name) };
  return [
    ...(before.zone === after.zone ? [] : [`The zone is ${after.zone}, was ${before.zone}.`]),
    ...(before.locale === after.locale ? [] : [`Values are written as in ${after.locale ?? 'the house form'}.`]),
    ...(same(before.hours, after.hours) ? [] : ['The working hours are others.']),
    ...(same(before.holidays, after.holidays) ? [] : ['The holidays are others.']),
    ...after.people.flatMap((person) => {
      const known = people.before.get(person.personId);
      if (known === undefined) return [`${person.personId} is new: ${person.name}, ${rights(person)}.`];
      return personChanges(known, person).map((change) => `${person.personId} ${change}.`);
    }),
    ...before.people
      .filter(({ personId }) => !people.after.has(personId))
      .map(({ personId, name }) => `${personId} leaves: ${name} can no longer sign in, sign or take over.`),
    ...after.schedules.flatMap((schedule) => {
      const known = schedules.before.get(schedule.name);
      if (known === undefined) return [`The schedule ${schedule.name} is new.`];
      const changed = scheduleChanges(known, schedule);
      return changed.length === 0 ? [] : [`The schedule ${schedule.name} changes: ${changed.join(', ')}.`];
    }),
    ...before.schedules
      .filter(({ name }) => !schedules.after.has(name))
      .map(({ name }) => `The schedule ${name} goes: whoever is told by it is told by the next rung.`),
  ];
};

const shownChanges = 20;

const name = (org: Organisation, personId: string | null): string =>
  personId === null ? 'nobody' : nameOf(org.people, personId);

/** Who would be on call instead of whom in [from, to), in the words of each schedule's own clock. */
export const dutyDifference = (before: Organisation, after: Organisation, from: number, to: number): string[] => {
  const changes = after.schedules.flatMap((schedule) => {
    const known = before.schedules.find((one) => one.name === schedule.name);
    if (known === undefined) return [];
    const duties = [duty(known, from, to, before.people), duty(schedule, from, to, after.people)] as const;
    return compareDuty(...duties).map((change) => {
      const [start, end] = [change.from, change.to].map((at) => showAt(schedule.zone, at).replace('T', ' '));
      const instead = `${name(after, change.after)} instead of ${name(before, change.before)}`;
      return `${schedule.name}: ${instead} from ${start} to ${end} (${schedule.zone}).`;
    });
  });
  const more = changes.length - shownChanges;
  return more > 0 ? [...changes.slice(0, shownChanges), `And ${more} more changes of duty.`] : changes;
};
