/** `belay oncall`: who is on call, from the server or from an organisation file. */
import { didYouMean, iso } from '@belay/protocol';
import type { Organisation } from '../../domain/oncall/organisation.ts';
import { onCallAt, type Schedule, whyNobody } from '../../domain/oncall/schedule.ts';
import { duty, gaps, nextHandover } from '../../domain/oncall/shifts.ts';
import { type Command, type Given, instantIn, type Option, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { readOrganisation, readTextFile } from '../host.ts';
import { calendarText, gapsText, nextText, whoText } from '../oncall.ts';
import { harmless, instantText } from '../paint.ts';
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

const whoJson = (org: Organisation, at: number) =>
  org.schedules.map((schedule) => {
    const next = nextHandover(schedule, at, org.people);
    const seat = onCallAt(schedule, at, org.people);
    return {
      schedule: schedule.name,
      zone: schedule.zone,
      personId: seat?.personId ?? null,
      because: seat?.because ?? whyNobody(schedule, at, org.people),
      nextAt: next === null ? null : iso(next.at),
      nextPersonId: next?.to ?? null,
    };
  });

/** Where none is within sight, last. */
const handoverAt = ({ nextAt }: { nextAt: string | null }): number =>
  nextAt === null ? Number.POSITIVE_INFINITY : Date.parse(nextAt);

const looking: Record<string, Option> = {
  days: { type: 'string', value: 'N', about: 'how far to look (default 28)' },
};
const whose: Record<string, Option> = {
  at: { type: 'string', value: 'INSTANT', about: 'as of this instant, as in 2026-12-24T18:00:00+01:00 (default: now)' },
  org: { type: 'string', value: 'FILE', about: 'an organisation file instead of the server' },
  ...connecting,
};

const organisationOf = async (given: Given): Promise<Organisation> => {
  const file = given.text('org');
  return file === undefined ? organisationInForce(connect(given)) : readOrganisation(file);
};

const instantOf = (given: Given): number => {
  const text = given.text('at');
  return text === undefined ? Date.now() : instantIn('at', text);
};

const spanOf = (given: Given): { from: number; to: number } => {
  const from = instantOf(given);
  return { from, to: from + daysOf(given.text('days')) * dayMs };
};

const who: Command = {
  name: 'oncall who',
  summary: 'Who is on call now, until when, and who then.',
  takes: [],
  options: whose,
  examples: [
    { line: 'belay oncall who', about: 'the same as `belay oncall`' },
    { line: 'belay oncall who --at 2026-12-24T18:00:00Z', about: 'who would be on call on Christmas Eve' },
  ],
  run: async (given, io) => {
    const org = await organisationOf(given);
    const at = instantOf(given);
    if (io.json) printJson(io, { items: whoJson(org, at) });
    else io.out(whoText(org, at));
    return 0;
  },
};

const next: Command = {
  name: 'oncall next',
  summary: 'The next hand-over of each schedule, soonest first.',
  takes: [],
  options: whose,
  examples: [{ line: 'belay oncall next', about: 'who is about to be on call' }],
  run: async (given, io) => {
    const org = await organisationOf(given);
    const at = instantOf(given);
    if (io.json) printJson(io, { items: whoJson(org, at).sort((a, b) => handoverAt(a) - handoverAt(b)) });
    else io.out(nextText(org, at));
    return 0;
  },
};

const gapsCommand: Command = {
  name: 'oncall gaps',
  summary: 'Times in which nobody is on call; exit code 1 when there are any.',
  takes: [],
  options: { ...looking, ...whose },
  examples: [{ line: 'belay oncall gaps --org organisation.yaml', about: 'before the file is applied' }],
  run: async (given, io) => {
    const org = await organisationOf(given);
    const { from, to } = spanOf(given);
    const found = org.schedules.flatMap((schedule) =>
      spans(gaps(schedule, from, to, org.people)).map((gap) => ({ schedule: schedule.name, ...gap })),
    );
    if (io.json) printJson(io, { items: found });
    else io.out(gapsText(org, from, to));
    return found.length === 0 ? 0 : 1;
  },
};

const calendar: Command = {
  name: 'oncall calendar',
  summary: 'The shifts of one schedule, as text or as a file for a calendar.',
  takes: ['SCHEDULE'],
  options: { ical: { type: 'boolean', about: 'as an iCalendar file' }, ...looking, ...whose },
  examples: [
    { line: 'belay oncall calendar treasury', about: 'the next four weeks' },
    { line: 'belay oncall calendar treasury --ical > treasury.ics', about: 'for a calendar' },
  ],
  run: async (given, io) => {
    if (io.json && given.flag('ical'))
      throw wrongUsage('--ical and --json are two forms of one answer.', 'Leave one of them out.');
    const org = await organisationOf(given);
    const schedule = scheduleNamed(org, given.words[0] ?? '');
    const { from, to } = spanOf(given);
    if (io.json) printJson(io, { schedule: schedule.name, items: spans(duty(schedule, from, to, org.people)) });
    else io.out(calendarText(org, schedule, from, to, given.flag('ical')));
    return 0;
  },
};

const importCommand: Command = {
  name: 'oncall import',
  summary: 'Enter absences or overrides from an iCalendar file. Again adds only what is new.',
  takes: ['FILE'],
  options: {
    'absences-of': { type: 'string', value: 'PERSON', about: 'every event is an absence of this person' },
    'overrides-of': { type: 'string', value: 'SCHEDULE', about: 'every event puts whom it invites on call' },
    layer: { type: 'string', value: 'NAME', about: 'layer of the overrides (default: the first)' },
    'dry-run': { type: 'boolean', about: 'only say what would be added' },
    ...connecting,
  },
  examples: [
    { line: 'belay oncall import holidays.ics --absences-of ann --dry-run', about: 'what would be added' },
    { line: 'belay oncall import holidays.ics --absences-of ann', about: 'no schedule names her then' },
    { line: 'belay oncall import cover.ics --overrides-of treasury', about: 'one event, one person by their address' },
  ],
  run: async (given, io) => {
    const [personId, schedule, layer] = [given.text('absences-of'), given.text('overrides-of'), given.text('layer')];
    if ((personId === undefined) === (schedule === undefined))
      throw wrongUsage('Say what the events are.', 'Add --absences-of PERSON, or --overrides-of SCHEDULE.');
    const read = { calendar: readTextFile(given.words[0] ?? '', 'calendar'), preview: given.flag('dry-run') };
    const api = connect(given);
    const answer =
      schedule === undefined
        ? await api.call('importAbsences', { params: { personId: personId ?? '' }, body: read })
        : await api.call('importOverrides', {
            params: { schedule },
            body: { ...read, ...(layer === undefined ? {} : { layer }) },
          });
    if (io.json) printJson(io, answer);
    else {
      for (const { name, from, to, conflict } of answer.items)
        io.out(
          `${harmless(name)} ${instantText(from)} to ${instantText(to)}${conflict === null ? '' : `. ${harmless(conflict)}`}\n`,
        );
      for (const { message, remedy } of answer.problems) io.out(`${harmless(message)} ${harmless(remedy)}\n`);
      io.out(
        `${answer.added} ${read.preview ? 'would be added' : 'added'}, ${answer.known} known already or over, ${answer.problems.length} left out.\n`,
      );
    }
    return answer.problems.length === 0 ? 0 : 1;
  },
};

export const oncallCommands: Command[] = [
  { ...who, name: 'oncall', examples: [{ line: 'belay oncall', about: 'who is on call now' }] },
  who,
  next,
  gapsCommand,
  calendar,
  importCommand,
];
