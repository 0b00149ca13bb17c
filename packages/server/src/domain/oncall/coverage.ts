/**
 * What the design check has to know about an organisation: who there is, where they can be told, and in which hours each
 * target names somebody. Made from the calendar that the ladders use, so that the check and the ladders cannot disagree.
 */
import type { Coverage, OrganisationView } from '@belay/control';
import type { Target } from '@belay/protocol';
import { administrators, type Organisation, resolveTarget, splitTarget } from './organisation.ts';
import type { Person } from './person.ts';
import type { Schedule } from './schedule.ts';
import { duty } from './shifts.ts';
import type { Interval } from './timeline.ts';

/** Joins what follows one another without a gap. */
const joined = (intervals: Interval[]): Interval[] => {
  const found: Interval[] = [];
  for (const { from, to } of intervals) {
    const last = found.at(-1);
    if (last !== undefined && last.to >= from) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
};

const onDuty = (schedule: Schedule, { from, to }: Interval, people: readonly Person[]): Interval[] =>
  joined(duty(schedule, from, to, people).filter(({ personId }) => personId !== null));

/** A target that depends on absences alone changes only where one of them begins or ends. */
const named = (org: Organisation, target: Target, { from, to }: Interval): Interval[] => {
  const edges = org.people.flatMap(({ absences }) => absences.flatMap((absence) => [absence.from, absence.to]));
  const starts = [...new Set([from, ...edges.filter((edge) => from < edge && edge < to)])].sort((a, b) => a - b);
  const parts = starts.map((start, index) => ({ from: start, to: starts[index + 1] ?? to }));
  return joined(parts.filter((part) => resolveTarget(org, target, part.from).length > 0));
};

const coverageOf = (org: Organisation, time: Interval): Coverage => {
  const roles = new Set(org.people.flatMap((person) => person.roles.map((role): Target => `role:${role}`)));
  const targets = [...roles, administrators, ...org.people.map(({ personId }): Target => `person:${personId}`)];
  const covered = [
    ...targets.map((target) => [target, named(org, target, time)] as const),
    ...org.schedules.map((schedule) => [`oncall:${schedule.name}`, onDuty(schedule, time, org.people)] as const),
  ];
  return { ...time, zone: org.zone, covered: Object.fromEntries(covered) };
};

const canBeOnCall = ({ layers, overrides }: Schedule): string[] => [
  ...new Set([...layers.flatMap(({ rotation }) => rotation.people), ...overrides.map(({ personId }) => personId)]),
];

/** The organisation as `checkControl` takes it, with the hours of `time`. */
export const viewOf = (org: Organisation, time: Interval): OrganisationView => {
  const active = org.people.filter((person) => person.active);
  const isActive = (id: string) => active.some(({ personId }) => personId === id);
  return {
    people: active.map(({ personId, roles, access, addresses, email }) => ({
      id: personId,
      roles: access.includes('admin') ? [...roles, splitTarget(administrators).name] : roles,
      channels: [...Object.keys(addresses), ...(email === null ? [] : ['email'])],
    })),
    schedules: org.schedules.map(({ name }) => name),
    onCall: Object.fromEntries(
      org.schedules.map((schedule) => [schedule.name, canBeOnCall(schedule).filter(isActive)]),
    ),
    coverage: coverageOf(org, time),
  };
};
