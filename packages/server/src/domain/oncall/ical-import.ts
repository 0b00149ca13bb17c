/**
 * Absences and overrides from a calendar feed. Whom an override names is said by the event itself, by the address of
 * an attendee or by the mark of our own export; a name in its title is never guessed at.
 */
import { type FeedProblem, type FeedWindow, readEvents } from './ical-events.ts';
import type { Person } from './person.ts';
import type { Override } from './schedule.ts';
import type { Interval } from './timeline.ts';

/** Every event of one person's absence calendar that touches the window. */
export const importAbsences = (text: string, window: FeedWindow): { absences: Interval[]; problems: FeedProblem[] } => {
  const { events, problems } = readEvents(text, window);
  return { absences: events.map(({ from, to }) => ({ from, to })), problems };
};

/** Every event of a calendar of overrides: one event, one known person. */
export const importOverrides = (
  text: string,
  window: FeedWindow,
  into: { layer: string; by: string | null; people: readonly Person[] },
): { overrides: Override[]; problems: FeedProblem[] } => {
  const read = readEvents(text, window);
  const overrides: Override[] = [];
  const problems = [...read.problems];
  for (const { from, to, summary, person, emails } of read.events) {
    const named = into.people.filter(
      (one) =>
        one.active &&
        (person === null ? one.email !== null && emails.includes(one.email.toLowerCase()) : one.personId === person),
    );
    const [only, ...more] = named;
    if (only === undefined || more.length > 0)
      problems.push({
        event: summary,
        message: `"${summary}" names ${only === undefined ? 'nobody of the organisation' : 'more than one person'}.`,
        remedy: 'Invite exactly one person by the address that stands in the organisation.',
      });
    else
      overrides.push({
        layer: into.layer,
        personId: only.personId,
        from,
        to,
        replaces: null,
        because: summary,
        by: into.by,
      });
  }
  return { overrides, problems };
};
