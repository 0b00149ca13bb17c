import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyOrganisation, type Organisation } from '../domain/oncall/organisation.ts';
import { at, layer, override, schedule, team } from '../domain/oncall/schedule.testing.ts';
import { day } from '../domain/oncall/wallclock.ts';
import { belay } from './captured.testing.ts';
import { drillsText } from './commands/drill.ts';
import { calendarText, gapsText, nextText, whoText } from './oncall.ts';
import { noColours } from './paint.ts';

const office = schedule({
  name: 'desk',
  about: 'The desk',
  zone: 'UTC',
  layers: [
    layer({
      zone: 'UTC',
      rotation: { people: ['cem'], from: '2026-01-05', turnMs: day },
      hours: [{ days: ['tue', 'wed'], from: '09:00', to: '17:30' }],
    }),
  ],
});
const dentist = override({
  personId: 'ben',
  from: at('2026-03-30T06:00:00Z'),
  to: at('2026-03-30T10:00:00Z'),
  because: 'dentist',
});
const org: Organisation = { zone: 'UTC', people: team, schedules: [schedule({ overrides: [dentist] }), office] };
const tuesday = at('2026-03-24T17:00:00Z');

describe('belay oncall', () => {
  it('who: says who is on call, until when and who is then, in the time of the schedule', () => {
    expect(whoText(org, tuesday)).toBe(
      [
        'treasury  Cem  until Mon 2026-03-30 08:00, then Ben     (Europe/Paris; turn of Cem)',
        'desk      Cem  until Tue 2026-03-24 17:30, then NOBODY  (UTC; turn of Cem)',
        '',
      ].join('\n'),
    );
    expect(whoText(org, tuesday + 3 * day)).toContain(
      'desk      NOBODY  until Tue 2026-03-31 09:00, then Cem  (UTC; primary: outside the hours of the layer)',
    );
  });

  it('next: lists the hand-overs, soonest first', () => {
    expect(nextText(org, tuesday)).toBe(
      [
        'desk      Tue 2026-03-24 17:30  Cem -> NOBODY  in 30 min',
        'treasury  Mon 2026-03-30 08:00  Cem -> Ben     in 5 d 13 h',
        '',
      ].join('\n'),
    );
    const alone = schedule({ layers: [layer({ rotation: { people: ['ann'], from: '2026-01-05', turnMs: day } })] });
    expect(nextText({ ...org, schedules: [alone] }, tuesday)).toBe('treasury  no hand-over within 400 days\n');
  });

  it('gaps: lists when nobody is on call and why, or says that there are none', () => {
    expect(gapsText(org, tuesday, tuesday + day)).toBe(
      'desk  Tue 2026-03-24 17:30 to Wed 2026-03-25 09:00  15 h 30 min  primary: outside the hours of the layer\n',
    );
    expect(gapsText({ ...org, schedules: [schedule()] }, tuesday, tuesday + 90 * day)).toBe(
      'No gaps in the 90 d from Tue 2026-03-24 17:00 on (UTC).\n',
    );
  });

  it('calendar: lists the shifts through daylight saving, or gives the feed', () => {
    const [treasury] = org.schedules;
    if (treasury === undefined) throw new Error('no schedule');
    expect(calendarText(org, treasury, tuesday, tuesday + 14 * day, false)).toBe(
      [
        'Treasury (Europe/Paris)',
        'Tue 2026-03-24 18:00 to Mon 2026-03-30 08:00  Cem  primary  turn of Cem',
        'Mon 2026-03-30 08:00 to Mon 2026-03-30 12:00  Ben  primary  override: dentist',
        'Mon 2026-03-30 12:00 to Mon 2026-04-06 08:00  Ann  primary  turn of Ann',
        'Mon 2026-04-06 08:00 to Tue 2026-04-07 19:00  Ben  primary  turn of Ben',
        '',
      ].join('\n'),
    );
    expect(calendarText(org, treasury, tuesday, tuesday + day, true)).toContain('BEGIN:VEVENT');
  });

  it('says what to do when there are no schedules', () => {
    for (const text of [
      whoText(emptyOrganisation, 0),
      nextText(emptyOrganisation, 0),
      gapsText(emptyOrganisation, 0, day),
    ])
      expect(text).toContain('Add them under `schedules:`');
  });
});

describe('belay oncall --json', () => {
  const directory = mkdtempSync(join(tmpdir(), 'belay-oncall-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const sample = ['--org', 'controls/organisation.yaml', '--at', '2026-11-29T05:00:00Z'];
  const itemsOf = async (...words: string[]): Promise<{ schedule: string; nextAt: string; because: string }[]> =>
    ((await belay('oncall', ...words, ...sample, '--json')).json() as { items: [] }).items;

  it('has the next hand-overs soonest first too', async () => {
    expect((await itemsOf('who')).map(({ schedule }) => schedule)).toEqual(['treasury', 'support']);
    expect((await itemsOf('next')).map(({ schedule, nextAt }) => [schedule, nextAt])).toEqual([
      ['support', '2026-11-29T09:00:00.000Z'],
      ['treasury', '2026-11-30T08:00:00.000Z'],
    ]);
  });

  it('says why nobody is on call', async () => {
    const office = join(directory, 'office.yaml');
    const text = `people:
  ann: { name: Ann, access: [admin] }
schedules:
  desk:
    layers:
      - { name: first, hours: [{ days: tue, from: "09:00", to: "17:00" }], rotation: { people: [ann], every: day, from: 2026-01-05 } }
`;
    writeFileSync(office, text);
    const said = await belay('oncall', 'who', '--org', office, '--at', '2026-11-29T05:00:00Z', '--json');
    expect(said.json()).toMatchObject({
      items: [{ personId: null, because: 'first: outside the hours of the layer' }],
    });
  });

  it('is one form and an iCalendar file another', async () => {
    const { exit, out } = await belay('oncall', 'calendar', 'treasury', ...sample, '--ical', '--json');
    expect(exit).toBe(2);
    expect(out).toContain('--ical and --json are two forms of one answer.');
  });
});

describe('belay oncall --at', () => {
  it('answers as of that instant, whatever zone it is written in', async () => {
    const at = async (text: string) =>
      (await belay('oncall', 'who', '--org', 'controls/organisation.yaml', '--json', '--at', text)).json();
    const early = await at('2026-03-24T07:00:00Z');
    expect(early).toEqual(await at('2026-03-24T08:00:00+01:00'));
    expect(early).not.toEqual(await at('2026-04-21T07:00:00Z'));
  });
});

describe('belay drill', () => {
  it('lists drills as people say when and to whom, and what became of them', () => {
    const drill = {
      runId: 'run_1',
      caseId: 'case_1',
      announcedBy: 'Dana',
      told: ['Ann'],
      startedAt: '2026-12-07T09:00:00.000Z',
      withinMs: 900_000,
      takenBy: null,
      tookMs: null,
      agentRefused: false,
    };
    const failed = { ...drill, target: 'oncall:treasury', state: 'failed', sentence: 'Nobody took it over.' } as const;
    const text = drillsText([failed], noColours);
    expect(text).toMatch(
      /^2026-12-07 \d\d:\d\d {2}whoever is on call for treasury {2}failed {2}Nobody took it over\.\n$/,
    );
    expect(drillsText([], noColours)).toContain('belay drill oncall:SCHEDULE');
  });

  it.each(['treasury', 'team:treasury', 'oncall:'])(
    'says how "%s" is written as somebody to announce it to',
    async (word) => {
      const { exit, err } = await belay('drill', word);
      expect(exit).toBe(2);
      expect(err).toContain(`"${word}" is nobody to announce a drill to.`);
      expect(err).toContain('Write oncall:treasury for a schedule');
    },
  );
});
