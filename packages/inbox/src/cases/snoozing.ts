/** The ends of a snooze that are offered, by the reader's own clock. */

const hour = 3_600_000;

const morning = (now: number, days: number): number => {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  return date.setHours(9, 0, 0, 0);
};

/** On a Sunday, Monday is tomorrow: it is offered once. */
export const snoozeEnds = (now: number): { name: string; at: number }[] => {
  const toMonday = (8 - new Date(now).getDay()) % 7 || 7;
  return [
    { name: 'An hour', at: now + hour },
    { name: 'Three hours', at: now + 3 * hour },
    { name: 'Tomorrow morning', at: morning(now, 1) },
    ...(toMonday > 1 ? [{ name: 'Monday morning', at: morning(now, toMonday) }] : []),
  ];
};
