/** On call through the public door: who is told, calendars and feeds, and what people enter beside the file. */
import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, duration, monday, sampleOrganisation, type World } from './world.ts';

let world: World;
let dana: Client;
let chidi: Client;
let emre: Client;
const at = (text: string): string => new Date(monday + duration(text)).toISOString();

beforeAll(async () => {
  world = await createWorld();
  dana = await world.person('dana');
  chidi = await world.person('chidi');
  emre = await world.person('emre');
});
afterAll(() => world.close());

const treasury = { schedule: 'treasury' };
const onCall = async () =>
  (await dana.call('listSchedules')).body.items.find(({ name }) => name === 'treasury')?.now?.personId;

describe('who is on call', () => {
  it('says for each schedule who is told now, why, and who is next', async () => {
    const { body } = await dana.call('listSchedules');
    expect(body.items.map(({ name }) => name)).toEqual(['treasury', 'support']);
    expect(body.items[0]).toMatchObject({
      zone: 'Europe/Paris',
      now: { personId: 'amelie', layer: 'primary', because: 'turn of Amélie Laurent' },
      next: { at: '2026-12-14T08:00:00.000Z', personId: 'chidi' },
    });
  });

  it('has a calendar in which each instant belongs to one shift, with overrides and absences of its people', async () => {
    const query = { from: at('0d'), to: at('28d') };
    const { body } = await dana.call('scheduleCalendar', { params: treasury, query });
    expect(body.shifts[0]?.from).toBe(query.from);
    expect(body.shifts.at(-1)?.to).toBe(query.to);
    for (const [index, shift] of body.shifts.slice(1).entries()) expect(shift.from).toBe(body.shifts[index]?.to);
    expect(body.gaps).toEqual([]);
    expect(body.layers.map(({ layer }) => layer)).toEqual(['primary', 'backup']);
    expect(body.overrides).toMatchObject([{ because: 'Bruno is at a conference', overrideId: null }, {}]);
    expect(body.absences).toMatchObject([{ personId: 'amelie', absenceId: null }]);
  });

  it.each([
    [{ schedule: 'tresury' }, {}, 404],
    [treasury, { from: at('2d'), to: at('1d') }, 422],
    [treasury, { from: at('0d'), to: at('500d') }, 422],
  ])('refuses a calendar of %j over %j', async (params, query, status) => {
    expect((await dana.call('scheduleCalendar', { params, query })).status).toBe(status);
  });

  it('is a feed that a calendar reads without signing in, and nobody else', async () => {
    const { body } = await dana.call('scheduleCalendar', { params: treasury });
    const feed = await world.app.fetch(new Request(body.feedUrl));
    expect(feed.headers.get('content-type')).toContain('text/calendar');
    const events = new ICAL.Component(ICAL.parse(await feed.text())).getAllSubcomponents('vevent');
    expect(events.length).toBeGreaterThan(10);
    const guessed = await world.app.fetch(new Request(body.feedUrl.replace(/token=.*/, 'token=guessed')));
    expect(guessed.status).toBe(401);
    const other = await world.app.fetch(new Request(body.feedUrl.replace('treasury', 'support')));
    expect(other.status).toBe(401);
  });
});

describe('what people enter', () => {
  it('an operator takes a shift, it counts at once, outlives an apply of the file, and is withdrawn again', async () => {
    const body = { personId: 'chidi', from: at('0s'), to: at('4h'), because: 'I cover the morning' };
    const added = await chidi.call('addOverride', { params: treasury, body });
    expect(added.status).toBe(201);
    expect(await onCall()).toBe('chidi');
    await world.app.services.applyOrganisation(sampleOrganisation(), { kind: 'person', id: 'dana' });
    expect(await onCall()).toBe('chidi');
    const { rows } = await world.pool.query(
      "SELECT by_id, event FROM entries WHERE stream = 'organisation' AND type = 'OverrideAdded'",
    );
    expect(rows).toMatchObject([{ by_id: 'chidi', event: { overrides: [{ personId: 'chidi', by: 'chidi' }] } }]);
    expect((await emre.call('withdrawEntered', { params: { id: added.body.id } })).status).toBe(403);
    expect((await chidi.call('withdrawEntered', { params: { id: added.body.id } })).ok).toBe(true);
    expect(await onCall()).toBe('amelie');
  });

  it('two people swap, and an absence hands the duty on', async () => {
    const between: [string, string] = ['amelie', 'chidi'];
    const swapped = await dana.call('swapShifts', {
      params: treasury,
      body: { between, from: at('0s'), to: at('1h'), because: 'school run' },
    });
    expect(await onCall()).toBe('chidi');
    const absent = await chidi.call('addAbsence', {
      params: { personId: 'chidi' },
      body: { from: at('0s'), to: at('1h') },
    });
    expect(await onCall()).toBe('amelie');
    for (const id of [swapped.body.id, absent.body.id]) await dana.call('withdrawEntered', { params: { id } });
  });

  it('a swap of turns that nobody has is refused, and says when they have one', async () => {
    const between: [string, string] = ['bruno', 'chidi'];
    const body = { between, from: at('1h'), to: at('2h'), because: 'dentist' };
    const { status, problem } = await dana.call('swapShifts', { params: treasury, body });
    expect(status).toBe(422);
    expect(problem.detail).toMatch(
      /^Neither Bruno Ferrari nor Chidi Okafor has a turn in primary of treasury from .* \(Europe\/Paris\)\. The next of Bruno Ferrari begins /,
    );
    expect(problem.detail).toContain('or put one of them on call instead.');
  });

  it('nobody changes the shifts of others, and agents change none', async () => {
    const body = { personId: 'amelie', from: at('0s'), to: at('1h'), because: 'x' };
    expect((await emre.call('addOverride', { params: treasury, body })).problem.code).toBe('not_entitled');
    const agent = await world.agent('payables');
    expect((await agent.call('addOverride', { params: treasury, body })).status).toBe(401);
    expect((await agent.call('listSchedules')).ok).toBe(true);
  });

  it('two changes at the same moment are both kept', async () => {
    const cover = (n: number) =>
      dana.call('addOverride', {
        params: treasury,
        body: { personId: 'chidi', from: at(`${30 + n}d`), to: at(`${31 + n}d`), because: `cover ${n}` },
      });
    await Promise.all(Array.from({ length: 10 }, (_, n) => cover(n)));
    const query = { from: at('30d'), to: at('45d') };
    const { body } = await dana.call('scheduleCalendar', { params: treasury, query });
    expect(body.overrides).toHaveLength(10);
  });
});

describe('a calendar that is read', () => {
  const stamp = (text: string): string => at(text).replace(/[-:]|\.\d+/g, '');
  const calendar = (...events: string[]): string =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.flatMap((one) => ['BEGIN:VEVENT', ...one.split('\n'), 'END:VEVENT'])]
      .concat('END:VCALENDAR')
      .join('\r\n');
  const event = (from: string, to: string, more = 'SUMMARY:away'): string =>
    `UID:${from}\nDTSTART:${stamp(from)}\nDTEND:${stamp(to)}\n${more}`;

  it('enters absences once, leaves out what is over, and says what it could not read', async () => {
    const strange = `${event('5h', '6h')}\nRRULE:FREQ=SECONDLY`;
    const body = { calendar: calendar(event('1h', '2h'), event('3h', '4h'), strange) };
    const read = (preview = false) =>
      chidi.call('importAbsences', { params: { personId: 'chidi' }, body: { ...body, preview } });
    const before = (await dana.call('scheduleCalendar', { params: treasury })).body.absences;
    const shown = await read(true);
    expect(shown.body).toMatchObject({ added: 2, ids: [], items: [{ name: 'Chidi Okafor', conflict: null }, {}] });
    expect((await dana.call('scheduleCalendar', { params: treasury })).body.absences).toEqual(before);
    const { ids, ...added } = (await read()).body;
    expect(added).toMatchObject({ added: 2, known: 0, problems: [{ event: 'away' }] });
    expect((await read()).body).toMatchObject({ added: 0, known: 2, items: [] });
    const own = async () =>
      (await dana.call('scheduleCalendar', { params: treasury })).body.absences.filter(
        ({ personId, absenceId }) => personId === 'chidi' && absenceId !== null,
      );
    expect((await own()).map(({ absenceId }) => absenceId)).toEqual(ids);
    for (const id of ids) await chidi.call('withdrawEntered', { params: { id } });
    expect(await own()).toEqual([]);
  });

  it('puts whom an event invites on call, and nobody by a name in its title', async () => {
    const invites = 'SUMMARY:cover\nATTENDEE:mailto:chidi.okafor@example.com';
    const body = { calendar: calendar(event('0s', '1h', invites), event('2h', '3h', 'SUMMARY:Bruno covers')) };
    const read = await dana.call('importOverrides', { params: treasury, body });
    expect(read.body).toMatchObject({ added: 1, problems: [{ event: 'Bruno covers' }], items: [{ conflict: null }] });
    expect(await onCall()).toBe('chidi');
    const away = { calendar: calendar(event('0s', '1h')), preview: true };
    const leaving = await chidi.call('importAbsences', { params: { personId: 'chidi' }, body: away });
    expect(leaving.body.items[0]?.conflict).toContain('Chidi Okafor is on call for treasury in that time');
    const twice = { calendar: calendar(event('30m', '50m', invites)), preview: true };
    const again = await dana.call('importOverrides', { params: treasury, body: twice });
    expect(again.body.items[0]?.conflict).toContain('Chidi Okafor is put on call in that time already (cover)');
  });

  it('says so when a text is none', async () => {
    const read = await dana.call('importAbsences', {
      params: { personId: 'chidi' },
      body: { calendar: 'not a calendar' },
    });
    expect(read.body).toMatchObject({ added: 0, problems: [{}] });
  });

  it('is not for the shifts of others', async () => {
    const body = { calendar: calendar(event('1h', '2h')) };
    expect((await emre.call('importAbsences', { params: { personId: 'chidi' }, body })).status).toBe(403);
    const invites = 'SUMMARY:cover\nATTENDEE:mailto:chidi.okafor@example.com';
    const cover = { calendar: calendar(event('5h', '6h', invites)) };
    expect((await emre.call('importOverrides', { params: treasury, body: cover })).status).toBe(403);
  });
});
