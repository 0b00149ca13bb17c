/** `belay oncall`: who is on call, from the server or from an organisation file. */
import { didYouMean, iso } from '@belay/protocol';
import type { Organisation } from '../../domain/oncall/organisation.ts';
import { onCallAt, type Schedule } from '../../domain/oncall/schedule.ts';
import { duty, gaps, nextHandover } from '../../domain/oncall/shifts.ts';
import { type Command, type Exit, type Given, type Io, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { readOrganisation } from '../host.ts';
import { calendarText, gapsText, nextText, whoText } from '../oncall.ts';
import { organisationInForce } from './org.ts';

const dayMs = 86_400_000;

const daysOf = (text: string | undefined): number => {
  const days = Number(text ?? 28);
  if (Number.isInteger(days) && days > 0 && days <= 400) return days;
  throw wrongUsage(`"${text}" is no number of days.`, 'Write --days 28; at most 400.');
};

const scheduleNamed = (org: Organisation, name: string): Schedule => {
  const found = org.schedules.find((schedule) => schedule.name === name);
  if (found !== undefined) return found;
  const known = org.schedules.map((schedule) => schedule.name);
  throw wrongUsage(
    `There is no schedule "${name}".${didYouMean(name, known)}`,
    `There are ${known.join(', ') || 'none'}.`,
  );
};

/** Instants of the wire are text. */
const spans = <T extends { from: number; to: number }>(items: T[]) =>
  items.map((item) => ({ ...item, from: iso(item.from), to: iso(item.to) }));

const whoJson = (org: Organisation, at: number): object[] =>
  org.schedules.map((schedule) => {
    const next = nextHandover(schedule, at, org.people);
    const seat = onCallAt(schedule, at, org.people);
    return {
      schedule: schedule.name,
      zone: schedule.zone,
      personId: seat?.personId ?? null,
      because: seat?.because ?? null,
      nextAt: next === null ? null : iso(next.at),
      nextPersonId: next?.to ?? null,
    };
  });

const calendar = (org: Organisation, schedule: Schedule, from: number, to: number, given: Given, io: Io): Exit => {
  if (io.json) printJson(io, { schedule: schedule.name, items: spans(duty(schedule, from, to, org.people)) });
  else io.out(calendarText(org, schedule, from, to, given.flag('ical')));
  return 0;
};

export const oncall: Command = {
  name: 'oncall',
  summary: 'Who is on call now; with a schedule, its calendar.',
  takes: ['[SCHEDULE]'],
  options: {
    next: { type: 'boolean', about: 'the next hand-over of each schedule' },
    gaps: { type: 'boolean', about: 'times in which nobody is on call; exit code 1 when there are any' },
    days: { type: 'string', value: 'N', about: 'how far to look (default 28)' },
    ical: { type: 'boolean', about: 'the calendar of SCHEDULE as an iCalendar file' },
    org: { type: 'string', value: 'FILE', about: 'an organisation file instead of the server' },
    ...connecting,
  },
  examples: [
    { line: 'belay oncall', about: 'who is on call now' },
    { line: 'belay oncall --gaps --org organisation.yaml', about: 'before the file is applied' },
    { line: 'belay oncall treasury --ical > treasury.ics', about: 'for a calendar' },
  ],
  run: async (given, io) => {
    const file = given.text('org');
    const org = file === undefined ? await organisationInForce(connect(given)) : readOrganisation(file);
    const [name] = given.words;
    const from = Date.now();
    const to = from + daysOf(given.text('days')) * dayMs;
    if (name !== undefined) return calendar(org, scheduleNamed(org, name), from, to, given, io);
    if (given.flag('ical')) throw wrongUsage('A calendar is of one schedule.', 'Name it: belay oncall SCHEDULE --ical');
    if (given.flag('gaps')) {
      const found = org.schedules.flatMap((schedule) =>
        spans(gaps(schedule, from, to, org.people)).map((gap) => ({ schedule: schedule.name, ...gap })),
      );
      if (io.json) printJson(io, { items: found });
      else io.out(gapsText(org, from, to));
      return found.length === 0 ? 0 : 1;
    }
    if (io.json) printJson(io, { items: whoJson(org, from) });
    else io.out(given.flag('next') ? nextText(org, from) : whoText(org, from));
    return 0;
  },
};
