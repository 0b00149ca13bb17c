/** A person of the organisation, and whether somebody may be told at an instant. */
import type { Hours } from './hours.ts';

export type Access = 'operator' | 'designer' | 'admin' | 'auditor' | 'break-glass';
export const accesses: readonly Access[] = ['operator', 'designer', 'admin', 'auditor', 'break-glass'];

/** Half-open: `from` belongs to it, `to` does not. */
export type Interval = { from: number; to: number };

export type Person = {
  /** working hours in their own zone; absent or empty: those of the organisation */
  hours?: Hours[];
  /** cases of low priority do not reach them in these hours; in their own zone */
  quiet?: Hours[];
  personId: string;
  name: string;
  email: string | null;
  roles: string[];
  access: Access[];
  zone: string;
  /** channel name to the person's address there, linked by an administrator and never guessed */
  addresses: Record<string, string>;
  absences: Interval[];
  active: boolean;
};

export const holds = (interval: Interval, at: number): boolean => interval.from <= at && at < interval.to;

export const isAbsent = (person: Person, at: number): boolean => person.absences.some((absence) => holds(absence, at));

/** Why somebody cannot be on call at an instant, or null when they can. */
export const unavailable = (people: readonly Person[], personId: string, at: number): string | null => {
  const person = people.find((one) => one.personId === personId);
  if (person === undefined) return `${personId} is not in the organisation`;
  if (!person.active) return `${person.name} is no longer active`;
  return isAbsent(person, at) ? `${person.name} is absent` : null;
};

export const nameOf = (people: readonly Person[], personId: string): string =>
  people.find((one) => one.personId === personId)?.name ?? personId;
