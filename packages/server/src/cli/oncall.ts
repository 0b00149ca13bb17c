/**
 * What `belay oncall` prints: who is on call now, where nobody is, who is next, and the calendar of one schedule.
 * Times are those of the schedule's zone, because that is where its hand-overs are agreed.
 */
import { exportIcal } from '../domain/oncall/ical-export.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { nameOf } from '../domain/oncall/person.ts';
import { onCallAt, type Schedule, whyNobody } from '../domain/oncall/schedule.ts';
import { duty, gaps, nextHandover } from '../domain/oncall/shifts.ts';
import { day, hour, minute, showWall, wallOf, weekdayOf } from '../domain/oncall/wallclock.ts';

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const time = ({ zone }: { zone: string }, at: number): string => {
  const wall = wallOf(zone, at);
  return `${dayNames[weekdayOf(wall)]} ${showWall(wall).replace('T', ' ')}`;
};

const length = (ms: number): string => {
  const parts = [
    [Math.floor(ms / day), 'd'],
    [Math.floor((ms % day) / hour), 'h'],
    [Math.floor((ms % hour) / minute), 'min'],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count} ${unit}`)
      .join(' ') || 'less than a minute'
  );
};

const columns = (rows: string[][]): string => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
};

const name = (org: Organisation, personId: string | null): string =>
  personId === null ? 'NOBODY' : nameOf(org.people, personId);

const noSchedules = 'The organisation has no schedules. Add them under `schedules:` of the organisation file.\n';

/** One line per schedule: who, since which rule, until when, and who then. */
export const whoText = (org: Organisation, at: number): string => {
  if (org.schedules.length === 0) return noSchedules;
  const rows = org.schedules.map((schedule) => {
    const seat = onCallAt(schedule, at, org.people);
    const next = nextHandover(schedule, at, org.people);
    const until = next === null ? 'for good' : `until ${time(schedule, next.at)}, then ${name(org, next.to)}`;
    const because = seat?.because ?? whyNobody(schedule, at, org.people);
    return [schedule.name, name(org, seat?.personId ?? null), until, `(${schedule.zone}; ${because})`];
  });
  return columns(rows);
};

/** The next hand-over of each schedule, soonest first. */
export const nextText = (org: Organisation, at: number): string => {
  if (org.schedules.length === 0) return noSchedules;
  const rows = org.schedules
    .map((schedule) => ({ schedule, next: nextHandover(schedule, at, org.people) }))
    .sort((a, b) => (a.next?.at ?? Number.POSITIVE_INFINITY) - (b.next?.at ?? Number.POSITIVE_INFINITY))
    .map(({ schedule, next }) =>
      next === null
        ? [schedule.name, 'no hand-over within 400 days', '', '']
        : [
            schedule.name,
            time(schedule, next.at),
            `${name(org, next.from)} -> ${name(org, next.to)}`,
            `in ${length(next.at - at)}`,
          ],
    );
  return columns(rows);
};

/** Every time in which a schedule tells nobody, with the reason. */
export const gapsText = (org: Organisation, from: number, to: number): string => {
  if (org.schedules.length === 0) return noSchedules;
  const rows = org.schedules.flatMap((schedule) =>
    gaps(schedule, from, to, org.people).map((gap) => [
      schedule.name,
      `${time(schedule, gap.from)} to ${time(schedule, gap.to)}`,
      length(gap.to - gap.from),
      gap.because,
    ]),
  );
  return rows.length === 0
    ? `No gaps in the ${length(to - from)} from ${time(org, from)} on (${org.zone}).\n`
    : columns(rows);
};

/** The shifts of one schedule as text, or as an iCalendar feed. */
export const calendarText = (
  org: Organisation,
  schedule: Schedule,
  from: number,
  to: number,
  ical: boolean,
): string => {
  if (ical) return exportIcal(schedule, from, to, org.people);
  const rows = duty(schedule, from, to, org.people).map((shift) => [
    `${time(schedule, shift.from)} to ${time(schedule, shift.to)}`,
    name(org, shift.personId),
    shift.layer ?? '',
    shift.because,
  ]);
  return `${schedule.about} (${schedule.zone})\n${columns(rows)}`;
};
