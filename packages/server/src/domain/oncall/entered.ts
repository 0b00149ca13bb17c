/**
 * What people enter beside the organisation file: overrides, swapped shifts, absences. The file stays the truth of who is
 * there; what was entered lies on top of it, says who entered it, and outlives the next apply of the file.
 */
import { didYouMean } from '@belay/protocol';
import { type Refusal, refuse } from '../decided.ts';
import type { Organisation } from './organisation.ts';
import type { Interval, Person } from './person.ts';
import { type Override, type Schedule, swap } from './schedule.ts';
import { day } from './wallclock.ts';

/** Both halves of a swap carry the same id: they are withdrawn together. */
export type EnteredOverride = Override & { overrideId: string; schedule: string };
export type EnteredAbsence = Interval & { absenceId: string; personId: string; by: string };
export type Entered = { overrides: EnteredOverride[]; absences: EnteredAbsence[] };

export const nothingEntered: Entered = { overrides: [], absences: [] };

type Place = { schedule: string; layer: string | null; from: number; to: number; because: string };
export type OncallCommand =
  | ({ type: 'override'; personId: string; replaces: string | null } & Place)
  | ({ type: 'swap'; between: [string, string] } & Place)
  | { type: 'absence'; personId: string; from: number; to: number }
  | { type: 'absences'; personId: string; absences: Interval[] }
  | { type: 'overrides'; schedule: string; layer: string | null; overrides: Imported[] }
  | { type: 'withdraw'; id: string };

/** One event of a calendar of overrides. */
export type Imported = Interval & { personId: string; because: string };

export type OncallEvent = {
  type: 'OverrideAdded' | 'ShiftsSwapped' | 'OverrideWithdrawn' | 'AbsenceAdded' | 'AbsenceWithdrawn';
  overrides: EnteredOverride[];
  absences: EnteredAbsence[];
};
/** `event` null: everything was there already. */
type Decision = { entered: Entered; event: OncallEvent | null; refused?: undefined } | { refused: Refusal };
type Given = { org: Organisation; by: Person; now: number; newId: (prefix: string) => string };

/** The organisation as it counts: what names somebody or something that the file no longer has is without effect. */
export const withEntered = (org: Organisation, { overrides, absences }: Entered): Organisation => {
  if (overrides.length === 0 && absences.length === 0) return org;
  const own = <T extends { personId: string }>(items: T[], personId: string): T[] =>
    items.filter((one) => one.personId === personId);
  return {
    ...org,
    people: org.people.map((person) => ({
      ...person,
      absences: [...person.absences, ...own(absences, person.personId).map(({ from, to }) => ({ from, to }))],
    })),
    schedules: org.schedules.map((schedule) => ({
      ...schedule,
      overrides: [
        ...schedule.overrides,
        ...overrides
          .filter((one) => one.schedule === schedule.name)
          .map(({ overrideId: _, schedule: __, ...one }) => one),
      ],
    })),
  };
};

const keptForMs = 90 * day;
const longestMs = 400 * day;

const kept = ({ overrides, absences }: Entered, now: number): Entered => ({
  overrides: overrides.filter(({ to }) => to > now - keptForMs),
  absences: absences.filter(({ to }) => to > now - keptForMs),
});

const isAdmin = ({ access }: Person): boolean => access.includes('admin');

/** Administrators enter anything; operators what concerns their own shifts. */
const mayEnter = (by: Person, concerned: readonly (string | null)[]): ReturnType<typeof refuse> | null => {
  if (isAdmin(by) || (by.access.includes('operator') && concerned.includes(by.personId))) return null;
  return refuse('not_entitled', 'Administrators change every shift; operators change their own.');
};

const badInterval = ({ from, to }: Interval, now: number): ReturnType<typeof refuse> | null => {
  if (from >= to) return refuse('invalid_request', '`to` is the first moment after it, so it comes after `from`.');
  if (to <= now) return refuse('invalid_request', 'It is over already: the past cannot be changed.');
  return to - from > longestMs ? refuse('invalid_request', 'It is longer than 400 days.') : null;
};

const unknownPerson = (org: Organisation, personIds: readonly (string | null)[]): ReturnType<typeof refuse> | null => {
  const active = org.people.filter((person) => person.active).map((person) => person.personId);
  const missing = personIds.find((personId) => personId !== null && !active.includes(personId));
  return typeof missing === 'string'
    ? refuse('unknown_target', `Nobody active is called ${missing}.${didYouMean(missing, active)}`)
    : null;
};

type Found = { schedule: Schedule; layer: string };
const placeOf = (org: Organisation, name: string, layer: string | null): Found | ReturnType<typeof refuse> => {
  const schedule = org.schedules.find((one) => one.name === name);
  const names = org.schedules.map((one) => one.name);
  if (schedule === undefined) return refuse('not_found', `There is no schedule ${name}.${didYouMean(name, names)}`);
  const layers = schedule.layers.map((one) => one.name);
  const chosen = layer ?? layers[0] ?? '';
  if (layers.includes(chosen)) return { schedule, layer: chosen };
  return refuse('not_found', `${name} has no layer ${chosen}.${didYouMean(chosen, layers)}`);
};

const enterOverrides = (
  entered: Entered,
  command: Extract<OncallCommand, { type: 'override' | 'swap' }>,
  { org, by, now, newId }: Given,
): Decision => {
  const people = command.type === 'swap' ? command.between : [command.personId, command.replaces];
  const place = placeOf(org, command.schedule, command.layer);
  if ('refused' in place) return place;
  const refused = mayEnter(by, people) ?? unknownPerson(org, people) ?? badInterval(command, now);
  if (refused !== null) return refused;
  if (people[0] === people[1]) return refuse('invalid_request', 'These are not two people.');
  const { from, to, because } = command;
  const made: Override[] =
    command.type === 'swap'
      ? swap(place.layer, command.between, { from, to }, because, by.personId)
      : [
          {
            layer: place.layer,
            personId: command.personId,
            from,
            to,
            replaces: command.replaces,
            because,
            by: by.personId,
          },
        ];
  const overrideId = newId('override');
  const overrides = made.map((one) => ({ ...one, overrideId, schedule: command.schedule }));
  return {
    entered: { ...entered, overrides: [...entered.overrides, ...overrides] },
    event: { type: command.type === 'swap' ? 'ShiftsSwapped' : 'OverrideAdded', overrides, absences: [] },
  };
};

const enterAbsence = (
  entered: Entered,
  { personId, from, to }: Extract<OncallCommand, { type: 'absence' }>,
  { org, by, now, newId }: Given,
): Decision => {
  const refused = mayEnter(by, [personId]) ?? unknownPerson(org, [personId]) ?? badInterval({ from, to }, now);
  if (refused !== null) return refused;
  const absence = { absenceId: newId('absence'), personId, from, to, by: by.personId };
  return {
    entered: { ...entered, absences: [...entered.absences, absence] },
    event: { type: 'AbsenceAdded', overrides: [], absences: [absence] },
  };
};

const same = (a: Interval & { personId: string }, b: Interval & { personId: string }): boolean =>
  a.personId === b.personId && a.from === b.from && a.to === b.to;

/** The same calendar read again adds only what is new in it; what is over is left out. */
const enterAbsences = (
  entered: Entered,
  { personId, absences }: Extract<OncallCommand, { type: 'absences' }>,
  { org, by, now, newId }: Given,
): Decision => {
  const refused = mayEnter(by, [personId]) ?? unknownPerson(org, [personId]);
  if (refused !== null) return refused;
  const fresh = absences
    .map((one) => ({ ...one, personId }))
    .filter((one) => one.to > now && !entered.absences.some((known) => same(known, one)))
    .map((one) => ({ ...one, absenceId: newId('absence'), by: by.personId }));
  if (fresh.length === 0) return { entered, event: null };
  return {
    entered: { ...entered, absences: [...entered.absences, ...fresh] },
    event: { type: 'AbsenceAdded', overrides: [], absences: fresh },
  };
};

const importOverrides = (
  entered: Entered,
  { schedule, layer, overrides }: Extract<OncallCommand, { type: 'overrides' }>,
  { org, by, now, newId }: Given,
): Decision => {
  const place = placeOf(org, schedule, layer);
  if ('refused' in place) return place;
  const others = overrides.find(({ personId }) => personId !== by.personId);
  const refused = others === undefined ? null : mayEnter(by, []);
  if (refused !== null) return refused;
  const known = entered.overrides.filter((one) => one.schedule === schedule && one.layer === place.layer);
  const fresh = overrides
    .filter((one) => one.to > now && !known.some((other) => same(other, one)))
    .map((one) => ({
      ...one,
      overrideId: newId('override'),
      schedule,
      layer: place.layer,
      replaces: null,
      by: by.personId,
    }));
  if (fresh.length === 0) return { entered, event: null };
  return {
    entered: { ...entered, overrides: [...entered.overrides, ...fresh] },
    event: { type: 'OverrideAdded', overrides: fresh, absences: [] },
  };
};

const withdraw = (entered: Entered, id: string, { by }: Given): Decision => {
  const overrides = entered.overrides.filter((one) => one.overrideId === id);
  const absences = entered.absences.filter((one) => one.absenceId === id);
  if (overrides.length + absences.length === 0)
    return refuse('not_found', `Nothing with the id ${id} was entered here; the organisation file is changed there.`);
  const concerned = [...overrides, ...absences].flatMap((one) => [one.by, one.personId]);
  const refused = mayEnter(by, concerned);
  if (refused !== null) return refused;
  return {
    entered: {
      overrides: entered.overrides.filter((one) => one.overrideId !== id),
      absences: entered.absences.filter((one) => one.absenceId !== id),
    },
    event: { type: overrides.length > 0 ? 'OverrideWithdrawn' : 'AbsenceWithdrawn', overrides, absences },
  };
};

/** Decides on what was entered so far; what ended long ago is let go of, its entries stay in the evidence. */
export const decideOncall = (entered: Entered, command: OncallCommand, given: Given): Decision => {
  const current = kept(entered, given.now);
  switch (command.type) {
    case 'withdraw':
      return withdraw(current, command.id, given);
    case 'absence':
      return enterAbsence(current, command, given);
    case 'absences':
      return enterAbsences(current, command, given);
    case 'overrides':
      return importOverrides(current, command, given);
    default:
      return enterOverrides(current, command, given);
  }
};
