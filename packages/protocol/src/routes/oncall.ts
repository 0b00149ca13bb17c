/** Routes of on call: who is told now, the calendar of a schedule, and what people enter beside the organisation file. */
import { z } from 'zod';
import { instant } from '../words.ts';
import { page, type Route, reason } from './route.ts';

const shiftView = z.strictObject({
  from: instant,
  to: instant.describe('the first moment that no longer belongs to it'),
  layer: z.string().nullable().describe('null: no layer has anybody'),
  personId: z.string().nullable().describe('null: a gap, nobody is on call'),
  name: z.string().nullable(),
  because: z.string(),
});
const handoverView = z.strictObject({ at: instant, personId: z.string().nullable(), name: z.string().nullable() });
const scheduleView = z.strictObject({
  name: z.string(),
  about: z.string(),
  zone: z.string(),
  layers: z.array(z.string()),
  now: z
    .strictObject({ personId: z.string(), name: z.string(), layer: z.string(), because: z.string() })
    .nullable()
    .describe('who is on call; null: nobody'),
  next: handoverView.nullable().describe('the next hand-over within 400 days'),
});
const overrideView = z.strictObject({
  overrideId: z.string().nullable().describe('to withdraw it; null: it stands in the organisation file'),
  layer: z.string(),
  personId: z.string(),
  name: z.string(),
  replaces: z.string().nullable().describe('only the turns of this person; null: the whole time'),
  from: instant,
  to: instant,
  because: z.string(),
  by: z.string().nullable().describe('who entered it; they may not sign off what it routes to them'),
});
const absenceView = z.strictObject({
  absenceId: z.string().nullable().describe('to withdraw it; null: it stands in the organisation file'),
  personId: z.string(),
  name: z.string(),
  from: instant,
  to: instant,
});
const calendarView = z.strictObject({
  schedule: scheduleView,
  from: instant,
  to: instant,
  shifts: z.array(shiftView).describe('who is told at each instant; gaps are shifts of nobody'),
  layers: z.array(z.strictObject({ layer: z.string(), shifts: z.array(shiftView) })).describe('each layer on its own'),
  gaps: z.array(shiftView),
  overrides: z.array(overrideView),
  absences: z.array(absenceView).describe('of the people of its layers'),
  feedUrl: z.string().describe('iCalendar feed to subscribe to; whoever has the address can read it'),
});

const place = {
  layer: z.string().max(200).optional().describe('default: the first layer'),
  from: z.iso.datetime(),
  to: z.iso.datetime().describe('the first moment after it'),
  because: reason,
};
const personId = z.string().min(1).max(200);
const entered = z.strictObject({ id: z.string() });
const calendarText = z.string().min(1).max(1_000_000).describe('an iCalendar text');
const preview = z.boolean().default(false).describe('only say what would be added, and add nothing');
const imported = z.strictObject({
  added: z.int().describe('or would be, in a preview'),
  ids: z.array(z.string()).describe('of what was added, to withdraw it; empty in a preview'),
  items: z
    .array(
      z.strictObject({
        personId: z.string(),
        name: z.string(),
        from: instant,
        to: instant,
        because: z.string().nullable(),
        conflict: z.string().nullable().describe('what stands in that time already; what is added counts before it'),
      }),
    )
    .describe('what is added'),
  known: z.int().describe('there already, or over'),
  problems: z
    .array(z.strictObject({ event: z.string(), message: z.string(), remedy: z.string() }))
    .describe('events that were left out, and why'),
});

export const oncallRoutes = {
  listSchedules: {
    method: 'GET',
    path: '/v1/schedules',
    caller: 'any',
    summary: 'Every schedule: who is on call now, and who is next.',
    query: z.strictObject({}),
    answer: page(scheduleView),
  },
  scheduleCalendar: {
    method: 'GET',
    path: '/v1/schedules/:schedule/calendar',
    caller: 'person',
    summary: 'The duty of a schedule over a time, at most 400 days, with its gaps, overrides and absences.',
    query: z.strictObject({ from: z.iso.datetime().optional(), to: z.iso.datetime().optional() }),
    answer: calendarView,
  },
  scheduleFeed: {
    method: 'GET',
    path: '/v1/schedules/:schedule/calendar.ics',
    caller: 'public',
    summary: 'The duty of a schedule as an iCalendar feed. Its address comes with the calendar.',
    query: z.strictObject({ token: z.string().max(200) }),
    media: 'text/calendar',
  },
  addOverride: {
    method: 'POST',
    path: '/v1/schedules/:schedule/overrides',
    caller: 'person',
    summary: 'Put somebody on call for a time. Administrators anybody, operators themselves or in their own place.',
    body: z.strictObject({ personId, replaces: personId.optional(), ...place }),
    answer: entered,
  },
  swapShifts: {
    method: 'POST',
    path: '/v1/schedules/:schedule/swaps',
    caller: 'person',
    summary: 'Two people exchange their turns in a time.',
    body: z.strictObject({ between: z.tuple([personId, personId]), ...place }),
    answer: entered,
  },
  addAbsence: {
    method: 'POST',
    path: '/v1/people/:personId/absences',
    caller: 'person',
    summary: 'Somebody is away: no role and no schedule names them in that time.',
    body: z.strictObject({ from: place.from, to: place.to }),
    answer: entered,
  },
  importAbsences: {
    method: 'POST',
    path: '/v1/people/:personId/absences/import',
    caller: 'person',
    summary: 'Absences from a calendar of somebody who is away. Reading it again adds only what is new.',
    body: z.strictObject({ calendar: calendarText, preview }),
    answer: imported,
  },
  importOverrides: {
    method: 'POST',
    path: '/v1/schedules/:schedule/overrides/import',
    caller: 'person',
    summary: 'Overrides from a calendar: each event names one person by the address of who is invited.',
    body: z.strictObject({ calendar: calendarText, layer: place.layer, preview }),
    answer: imported,
  },
  withdrawEntered: {
    method: 'DELETE',
    path: '/v1/entered/:id',
    caller: 'person',
    summary: 'Withdraw an override, both halves of a swap, or an absence that was entered here.',
    answer: entered,
  },
} as const satisfies Record<string, Route>;
