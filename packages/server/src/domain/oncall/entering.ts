/** What can be entered beside the organisation file, by whom, and for how long: shared by shifts and delegations. */
import { didYouMean } from '@belay/protocol';
import { type Refusal, refuse } from '../decided.ts';
import type { Delegation, Organisation } from './organisation.ts';
import type { Person } from './person.ts';
import type { Override } from './schedule.ts';
import type { Interval } from './timeline.ts';
import { day } from './wallclock.ts';

/** Both halves of a swap carry the same id: they are withdrawn together. */
export type EnteredOverride = Override & { overrideId: string; schedule: string };
export type EnteredAbsence = Interval & { absenceId: string; personId: string; by: string };
/** An account of a channel that a person showed to be theirs. */
export type EnteredAccount = { accountId: string; personId: string; channel: string; address: string; at: number };
export type Entered = {
  overrides: EnteredOverride[];
  absences: EnteredAbsence[];
  delegations?: Delegation[];
  accounts?: EnteredAccount[];
};

type Place = { schedule: string; layer: string | null; from: number; to: number; because: string };
export type OncallCommand =
  | ({ type: 'override'; personId: string; replaces: string | null } & Place)
  | ({ type: 'swap'; between: [string, string] } & Place)
  | { type: 'absence'; personId: string; from: number; to: number }
  | { type: 'absences'; personId: string; absences: Interval[] }
  | { type: 'overrides'; schedule: string; layer: string | null; overrides: Imported[] }
  | ({ type: 'delegate' } & Omit<Delegation, 'delegationId' | 'by'>)
  /** `personId`: an administrator says whose it is; without it, whoever enters it has shown that it is theirs */
  | { type: 'linkAccount'; channel: string; address: string; personId?: string }
  | { type: 'withdraw'; id: string };

/** One event of a calendar of overrides. */
type Imported = Interval & { personId: string; because: string };

export type OncallEvent = {
  type:
    | 'OverrideAdded'
    | 'ShiftsSwapped'
    | 'OverrideWithdrawn'
    | 'AbsenceAdded'
    | 'AbsenceWithdrawn'
    | 'DelegationAdded'
    | 'DelegationWithdrawn'
    | 'AccountLinked'
    | 'AccountUnlinked';
  overrides: EnteredOverride[];
  absences: EnteredAbsence[];
  delegations?: Delegation[];
  accounts?: EnteredAccount[];
};
/** `event` null: everything was there already. */
export type Decision = { entered: Entered; event: OncallEvent | null; refused?: undefined } | { refused: Refusal };
export type Given = { org: Organisation; by: Person; now: number; newId: (prefix: string) => string };

const longestMs = 400 * day;

export const isAdmin = ({ access }: Person): boolean => access.includes('admin');

/** Administrators enter anything; operators what concerns their own shifts. */
export const mayEnter = (by: Person, concerned: readonly (string | null)[]): ReturnType<typeof refuse> | null => {
  if (isAdmin(by) || (by.access.includes('operator') && concerned.includes(by.personId))) return null;
  return refuse('not_entitled', 'Administrators change every shift; operators change their own.');
};

export const badInterval = ({ from, to }: Interval, now: number): ReturnType<typeof refuse> | null => {
  if (from >= to) return refuse('invalid_request', '`to` is the first moment after it, so it comes after `from`.');
  if (to <= now) return refuse('invalid_request', 'It is over already: the past cannot be changed.');
  return to - from > longestMs ? refuse('invalid_request', 'It is longer than 400 days.') : null;
};

export const unknownPerson = (
  org: Organisation,
  personIds: readonly (string | null)[],
): ReturnType<typeof refuse> | null => {
  const active = org.people.filter((person) => person.active).map((person) => person.personId);
  const missing = personIds.find((personId) => personId !== null && !active.includes(personId));
  return typeof missing === 'string'
    ? refuse('unknown_target', `Nobody active is called ${missing}.${didYouMean(missing, active)}`)
    : null;
};
