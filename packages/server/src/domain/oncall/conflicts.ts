/** What stands already in a time that somebody is about to enter: told before it is added, never a reason to refuse it. */
import type { Organisation } from './organisation.ts';
import { nameOf } from './person.ts';
import { duty } from './shifts.ts';
import type { Interval } from './timeline.ts';

/** An absence in somebody's own duty; null: they are on call for nothing in that time. */
export const absenceConflict = (org: Organisation, personId: string, { from, to }: Interval): string | null => {
  const schedules = org.schedules
    .filter((schedule) => duty(schedule, from, to, org.people).some((shift) => shift.personId === personId))
    .map(({ name }) => name);
  if (schedules.length === 0) return null;
  return `${nameOf(org.people, personId)} is on call for ${schedules.join(', ')} in that time; whoever comes next is told instead.`;
};

/** Another override in the same layer; null: there is none. */
export const overrideConflict = (
  org: Organisation,
  place: { schedule: string; layer: string },
  { from, to }: Interval,
): string | null => {
  const other = org.schedules
    .find(({ name }) => name === place.schedule)
    ?.overrides.find((one) => one.layer === place.layer && one.from < to && one.to > from);
  if (other === undefined) return null;
  return `${nameOf(org.people, other.personId)} is put on call in that time already (${other.because}); what is added counts.`;
};
