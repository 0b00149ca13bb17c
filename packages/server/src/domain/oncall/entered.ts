/**
 * What people enter beside the organisation file: overrides, swapped shifts, absences. The file stays the truth of who is
 * there; what was entered lies on top of it, says who entered it, and outlives the next apply of the file.
 */
import { didYouMean } from '@belay/protocol';
import { refuse } from '../decided.ts';
import { enterDelegation } from './delegate.ts';
import {
  badInterval,
  type Decision,
  type Entered,
  type Given,
  mayEnter,
  type OncallCommand,
  unknownPerson,
} from './entering.ts';
import { enterAccount, withAccounts } from './link-account.ts';
import type { Organisation } from './organisation.ts';
import { nameOf } from './person.ts';
import { type Layer, type Override, type Schedule, swap } from './schedule.ts';
import type { Interval } from './timeline.ts';
import { withoutTurn } from './turns.ts';
import { day } from './wallclock.ts';

export type { Entered, OncallCommand, OncallEvent } from './entering.ts';

export const nothingEntered: Entered = { overrides: [], absences: [] };

/** The organisation as it counts: what names somebody or something that the file no longer has is without effect. */
export const withEntered = (
  org: Organisation,
  { overrides, absences, delegations = [], accounts = [] }: Entered,
): Organisation => {
  if (overrides.length + absences.length + delegations.length + accounts.length === 0) return org;
  const own = <T extends { personId: string }>(items: T[], personId: string): T[] =>
    items.filter((one) => one.personId === personId);
  return {
    ...org,
    delegations,
    people: withAccounts(org.people, accounts).map((person) => ({
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

const kept = ({ overrides, absences, delegations = [], accounts = [] }: Entered, now: number): Entered => ({
  overrides: overrides.filter(({ to }) => to > now - keptForMs),
  absences: absences.filter(({ to }) => to > now - keptForMs),
  delegations: delegations.filter(({ until }) => until > now - keptForMs),
  accounts,
});

type Found = { schedule: Schedule; layer: Layer };
const placeOf = (org: Organisation, name: string, layer: string | null): Found | ReturnType<typeof refuse> => {
  const schedule = org.schedules.find((one) => one.name === name);
  const names = org.schedules.map((one) => one.name);
  if (schedule === undefined) return refuse('not_found', `There is no schedule ${name}.${didYouMean(name, names)}`);
  const chosen = layer ?? schedule.layers[0]?.name ?? '';
  const found = schedule.layers.find((one) => one.name === chosen);
  if (found !== undefined) return { schedule, layer: found };
  const layers = schedule.layers.map((one) => one.name);
  return refuse('not_found', `${name} has no layer ${chosen}.${didYouMean(chosen, layers)}`);
};

const same = (a: Interval & { personId: string }, b: Interval & { personId: string }): boolean =>
  a.personId === b.personId && a.from === b.from && a.to === b.to;

const already = (org: Organisation, personId: string, what: string) =>
  refuse('invalid_request', `${nameOf(org.people, personId)} ${what} in that time already.`);

type Turns = Extract<OncallCommand, { type: 'override' | 'swap' }>;

/** Whoever is replaced has to have a turn: else it would be entered, and change nothing. */
const noTurn = (command: Turns, { schedule, layer }: Found, { people }: Organisation) => {
  const personIds = command.type === 'swap' ? command.between : [command.replaces ?? []].flat();
  if (personIds.length === 0) return null;
  const name = (personId: string): string => nameOf(people, personId);
  const without = withoutTurn({ schedule: schedule.name, layer, personIds, nameOf: name }, command);
  const remedy =
    command.type === 'swap'
      ? 'Choose a time with a turn of one of them, or put one of them on call instead.'
      : `Choose a time with that turn, or put ${name(command.personId)} on call in place of whoever has it.`;
  return without === null ? null : refuse('invalid_request', `${without} ${remedy}`);
};

const enterOverrides = (entered: Entered, command: Turns, { org, by, now, newId }: Given): Decision => {
  const people = command.type === 'swap' ? command.between : [command.personId, command.replaces];
  const place = placeOf(org, command.schedule, command.layer);
  if ('refused' in place) return place;
  const refused = mayEnter(by, people) ?? unknownPerson(org, people) ?? badInterval(command, now);
  if (refused !== null) return refused;
  if (people[0] === people[1]) return refuse('invalid_request', 'These are not two people.');
  const turnless = noTurn(command, place, org);
  if (turnless !== null) return turnless;
  const layer = place.layer.name;
  const { from, to, because } = command;
  const made: Override[] =
    command.type === 'swap'
      ? swap(layer, command.between, { from, to }, because, by.personId)
      : [{ layer, personId: command.personId, from, to, replaces: command.replaces, because, by: by.personId }];
  const known = entered.overrides.filter((one) => one.schedule === command.schedule && one.layer === layer);
  if (made.every((one) => known.some((other) => same(other, one) && other.replaces === one.replaces)))
    return already(org, made[0]?.personId ?? '', 'is put on call');
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
  if (entered.absences.some((one) => same(one, { personId, from, to }))) return already(org, personId, 'is away');
  const absence = { absenceId: newId('absence'), personId, from, to, by: by.personId };
  return {
    entered: { ...entered, absences: [...entered.absences, absence] },
    event: { type: 'AbsenceAdded', overrides: [], absences: [absence] },
  };
};

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
  const known = entered.overrides.filter((one) => one.schedule === schedule && one.layer === place.layer.name);
  const fresh = overrides
    .filter((one) => one.to > now && !known.some((other) => same(other, one)))
    .map((one) => ({
      ...one,
      overrideId: newId('override'),
      schedule,
      layer: place.layer.name,
      replaces: null,
      by: by.personId,
    }));
  if (fresh.length === 0) return { entered, event: null };
  return {
    entered: { ...entered, overrides: [...entered.overrides, ...fresh] },
    event: { type: 'OverrideAdded', overrides: fresh, absences: [] },
  };
};

const withdrawals = {
  overrides: 'OverrideWithdrawn',
  absences: 'AbsenceWithdrawn',
  delegations: 'DelegationWithdrawn',
  accounts: 'AccountUnlinked',
} as const;

const withdraw = (entered: Entered, id: string, { by }: Given): Decision => {
  const found = {
    overrides: entered.overrides.filter((one) => one.overrideId === id),
    absences: entered.absences.filter((one) => one.absenceId === id),
    delegations: (entered.delegations ?? []).filter((one) => one.delegationId === id),
    accounts: (entered.accounts ?? []).filter((one) => one.accountId === id),
  };
  const kind = (Object.keys(withdrawals) as (keyof typeof withdrawals)[]).find((name) => found[name].length > 0);
  if (kind === undefined)
    return refuse('not_found', `Nothing with the id ${id} was entered here; the organisation file is changed there.`);
  const concerned = [...found.overrides, ...found.absences].flatMap((one) => [one.by, one.personId]);
  const own =
    found.delegations.some((one) => one.from === by.personId || one.by === by.personId) ||
    found.accounts.some((one) => one.personId === by.personId);
  const refused = own ? null : mayEnter(by, concerned);
  if (refused !== null) return refused;
  const { overrides, absences } = found;
  const without = <T>(all: T[] | undefined, gone: T[]): T[] => (all ?? []).filter((one) => !gone.includes(one));
  return {
    entered: {
      overrides: without(entered.overrides, overrides),
      absences: without(entered.absences, absences),
      delegations: without(entered.delegations, found.delegations),
      accounts: without(entered.accounts, found.accounts),
    },
    event: {
      type: withdrawals[kind],
      overrides,
      absences,
      ...(kind === 'delegations' || kind === 'accounts' ? { [kind]: found[kind] } : {}),
    },
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
    case 'delegate':
      return enterDelegation(current, command, given);
    case 'linkAccount':
      return enterAccount(current, command, given);
    default:
      return enterOverrides(current, command, given);
  }
};
