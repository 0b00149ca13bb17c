/** Routes of on call: who is told now, calendars and their feeds, and what people enter beside the organisation file. */
import { type AnswerOf, didYouMean, iso, problem } from '@belay/protocol';
import { absenceConflict, overrideConflict } from '../domain/oncall/conflicts.ts';
import type { OncallCommand, OncallEvent } from '../domain/oncall/entered.ts';
import { exportIcal } from '../domain/oncall/ical-export.ts';
import { importAbsences, importOverrides } from '../domain/oncall/ical-import.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { onCallAt, type Schedule } from '../domain/oncall/schedule.ts';
import { duty, gaps, nextHandover, type Shift, shifts } from '../domain/oncall/shifts.ts';
import { day } from '../domain/oncall/wallclock.ts';
import { personName } from '../engine/present.ts';
import type { Services } from '../engine/services.ts';
import { type Call, type Handlers, personOf } from './call.ts';
import { Refused, unlessRefused } from './problem.ts';

type Calendar = AnswerOf<'scheduleCalendar'>;

const defaultMs = 14 * day;
const longestMs = 400 * day;
/** What a feed shows: a calendar asks again and again. */
const feed = { before: 14 * day, after: 120 * day };

const nameOf = (org: Organisation, personId: string | null): string | null =>
  personId === null ? null : personName(org, personId);

const scheduleView = (org: Organisation, schedule: Schedule, now: number): Calendar['schedule'] => {
  const seat = onCallAt(schedule, now, org.people);
  const next = nextHandover(schedule, now, org.people);
  const { name, about, zone, layers } = schedule;
  return {
    name,
    about,
    zone,
    layers: layers.map((layer) => layer.name),
    now:
      seat === null
        ? null
        : { personId: seat.personId, name: personName(org, seat.personId), layer: seat.layer, because: seat.because },
    next: next === null ? null : { at: iso(next.at), personId: next.to, name: nameOf(org, next.to) },
  };
};

const shiftView =
  (org: Organisation) =>
  ({ from, to, layer, personId, because }: Shift): Calendar['shifts'][number] => ({
    from: iso(from),
    to: iso(to),
    layer,
    personId,
    name: nameOf(org, personId),
    because,
  });

const scheduleNamed = (org: Organisation, name: string): Schedule => {
  const found = org.schedules.find((schedule) => schedule.name === name);
  if (found !== undefined) return found;
  const known = org.schedules.map((schedule) => schedule.name);
  throw new Refused(problem('not_found', `There is no schedule ${name}.${didYouMean(name, known)}`));
};

type Parts = Awaited<ReturnType<Services['house']['organisationParts']>>;
const touches = (from: number, to: number) => (one: { from: number; to: number }) => one.from < to && one.to > from;

const overrideViews = ({ value, applied, entered }: Parts, schedule: Schedule, from: number, to: number) => {
  const own = applied.schedules.find((one) => one.name === schedule.name)?.overrides ?? [];
  const all = [
    ...own.map((override) => ({ ...override, overrideId: null })),
    ...entered.overrides.filter((override) => override.schedule === schedule.name),
  ];
  return all
    .filter(touches(from, to))
    .map(({ overrideId, layer, personId, replaces, because, by, ...one }): Calendar['overrides'][number] => ({
      overrideId,
      layer,
      personId,
      name: personName(value, personId),
      replaces,
      from: iso(one.from),
      to: iso(one.to),
      because,
      by,
    }));
};

const absenceViews = ({ value, applied, entered }: Parts, schedule: Schedule, from: number, to: number) => {
  const members = new Set(schedule.layers.flatMap((layer) => layer.rotation.people));
  const own = applied.people.flatMap(({ personId, absences }) =>
    absences.map((absence) => ({ ...absence, personId, absenceId: null })),
  );
  return [...own, ...entered.absences]
    .filter(({ personId }) => members.has(personId))
    .filter(touches(from, to))
    .map(({ absenceId, personId, ...one }): Calendar['absences'][number] => ({
      absenceId,
      personId,
      name: personName(value, personId),
      from: iso(one.from),
      to: iso(one.to),
    }));
};

const feedUrl = (services: Services, name: string): string =>
  `${services.url}/v1/schedules/${encodeURIComponent(name)}/calendar.ics?token=${services.feedToken(name)}`;

const calendarView = (services: Services, parts: Parts, schedule: Schedule, from: number, to: number): Calendar => {
  const { value: org } = parts;
  const shown = shiftView(org);
  const alone = shifts(schedule, from, to, org.people);
  return {
    schedule: scheduleView(org, schedule, services.clock.now()),
    from: iso(from),
    to: iso(to),
    shifts: duty(schedule, from, to, org.people).map(shown),
    layers: schedule.layers.map(({ name }) => ({
      layer: name,
      shifts: alone.filter(({ layer }) => layer === name).map(shown),
    })),
    gaps: gaps(schedule, from, to, org.people).map(shown),
    overrides: overrideViews(parts, schedule, from, to),
    absences: absenceViews(parts, schedule, from, to),
    feedUrl: feedUrl(services, schedule.name),
  };
};

type Reads = 'listSchedules' | 'scheduleCalendar' | 'scheduleFeed';

const reads = (services: Services): Handlers<Reads> => ({
  listSchedules: async () => {
    const org = await services.house.organisation();
    const now = services.clock.now();
    return { answer: { items: org.schedules.map((schedule) => scheduleView(org, schedule, now)), next: null } };
  },
  scheduleCalendar: async (call) => {
    const parts = await services.house.organisationParts();
    const schedule = scheduleNamed(parts.value, call.param('schedule'));
    const from = call.query.from === undefined ? services.clock.now() : Date.parse(call.query.from);
    const to = call.query.to === undefined ? from + defaultMs : Date.parse(call.query.to);
    if (from >= to || to - from > longestMs)
      throw new Refused(
        problem('invalid_request', 'from, to: a calendar covers more than nothing and at most 400 days.'),
      );
    return { answer: calendarView(services, parts, schedule, from, to) };
  },
  scheduleFeed: async (call) => {
    const name = call.param('schedule');
    if (call.query.token !== services.feedToken(name))
      throw new Refused(
        problem('unauthenticated', 'This is not the address of a feed: the calendar of the schedule shows it.'),
      );
    const org = await services.house.organisation();
    const now = services.clock.now();
    const text = exportIcal(scheduleNamed(org, name), now - feed.before, now + feed.after, org.people);
    return new Response(text, {
      headers: { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'no-store' },
    });
  },
});

/** Events of the next 400 days; whole days belong to the zone of whom or what they are about. */
const windowOf = (services: Services, zone: string) => {
  const from = services.clock.now();
  return { from, to: from + longestMs, zone };
};

type Imports = 'importAbsences' | 'importOverrides';
type Read = { command: OncallCommand; found: number; problems: AnswerOf<Imports>['problems'] };
type Item = AnswerOf<Imports>['items'][number];

/** What is added, beside what stood there before. */
const itemsOf = (org: Organisation, { overrides, absences }: Pick<OncallEvent, 'overrides' | 'absences'>): Item[] => {
  const view = ({ personId, from, to }: { personId: string; from: number; to: number }) => ({
    personId,
    name: personName(org, personId),
    from: iso(from),
    to: iso(to),
  });
  return [
    ...overrides.map((one) => ({ ...view(one), because: one.because, conflict: overrideConflict(org, one, one) })),
    ...absences.map((one) => ({ ...view(one), because: null, conflict: absenceConflict(org, one.personId, one) })),
  ];
};

const imports = (services: Services): Handlers<Imports> => {
  const enter = async (call: Pick<Call<Imports>, 'caller' | 'body'>, { command, found, problems }: Read) => {
    const { value: before } = await services.house.organisationParts();
    const { preview } = call.body;
    const carryOut = preview ? services.tryOncall : services.changeOncall;
    const { event } = unlessRefused(await carryOut(command, personOf(call)));
    const { overrides, absences } = event ?? { overrides: [], absences: [] };
    const ids = [...overrides.map(({ overrideId }) => overrideId), ...absences.map(({ absenceId }) => absenceId)];
    const items = itemsOf(before, { overrides, absences });
    const added = items.length;
    return { answer: { added, known: found - added, ids: preview ? [] : ids, items, problems } };
  };
  return {
    importAbsences: async (call) => {
      const personId = call.param('personId');
      const org = await services.house.organisation();
      const zone = org.people.find((one) => one.personId === personId)?.zone ?? org.zone;
      const { absences, problems } = importAbsences(call.body.calendar, windowOf(services, zone));
      return enter(call, { command: { type: 'absences', personId, absences }, found: absences.length, problems });
    },
    importOverrides: async (call) => {
      const org = await services.house.organisation();
      const { name: schedule, zone } = scheduleNamed(org, call.param('schedule'));
      const { calendar, layer = null } = call.body;
      const into = { layer: layer ?? '', by: personOf(call).personId, people: org.people };
      const { overrides, problems } = importOverrides(calendar, windowOf(services, zone), into);
      const read = overrides.map(({ personId, from, to, because }) => ({ personId, from, to, because }));
      const command: OncallCommand = { type: 'overrides', schedule, layer, overrides: read };
      return enter(call, { command, found: read.length, problems });
    },
  };
};

type Writes = 'addOverride' | 'swapShifts' | 'addAbsence' | 'withdrawEntered';

const writes = (services: Services): Handlers<Writes> => {
  const change = async (call: Pick<Call<Writes>, 'caller'>, command: OncallCommand, status = 201) => {
    const { id } = unlessRefused(await services.changeOncall(command, personOf(call)));
    return { answer: { id }, status };
  };
  const span = ({ from, to }: { from: string; to: string }) => ({ from: Date.parse(from), to: Date.parse(to) });
  return {
    addOverride: (call) => {
      const { personId, replaces = null, layer = null, because } = call.body;
      const place = { schedule: call.param('schedule'), layer, because, ...span(call.body) };
      return change(call, { type: 'override', personId, replaces, ...place });
    },
    swapShifts: (call) => {
      const { between, layer = null, because } = call.body;
      const place = { schedule: call.param('schedule'), layer, because, ...span(call.body) };
      return change(call, { type: 'swap', between, ...place });
    },
    addAbsence: (call) => change(call, { type: 'absence', personId: call.param('personId'), ...span(call.body) }),
    withdrawEntered: (call) => change(call, { type: 'withdraw', id: call.param('id') }, 200),
  };
};

export const oncallRoutes = (services: Services): Handlers<Reads | Imports | Writes> => ({
  ...reads(services),
  ...imports(services),
  ...writes(services),
});
