/** A person of the organisation, and whether somebody may be told at an instant. */
import type { Hours } from './hours.ts';
import { holdingAt, type Interval } from './timeline.ts';

export type Access = 'operator' | 'designer' | 'admin' | 'auditor' | 'break-glass';
export const accesses: readonly Access[] = ['operator', 'designer', 'admin', 'auditor', 'break-glass'];

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
  /** BCP 47: how amounts, dates and durations are written for them; absent: as for the organisation */
  locale?: string;
  /** channel name to the person's address there, linked by them or by an administrator and never guessed */
  addresses: Record<string, string>;
  absences: Interval[];
  active: boolean;
};

export const isAbsent = (person: Person, at: number): boolean => holdingAt(person.absences, at).length > 0;

/** Why somebody cannot be on call at an instant, or null when they can. */
export const unavailable = (people: readonly Person[], personId: string, at: number): string | null => {
  const person = people.find((one) => one.personId === personId);
  if (person === undefined) return `${personId} is not in the organisation`;
  if (!person.active) return `${person.name} is no longer active`;
  return isAbsent(person, at) ? `${person.name} is absent` : null;
};

export const nameOf = (people: readonly Person[], personId: string): string =>
  people.find((one) => one.personId === personId)?.name ?? personId;
