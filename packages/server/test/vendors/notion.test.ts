/** The local Notion answers in the types of Notion's client, refuses what breaks its rules, and signs what it says. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NotionServer, startNotion } from '../../src/demo/vendors/notion.ts';
import { activeInRichText, notionJudge } from './notion-rules.ts';
import { caller } from './stranger.ts';

let notion: NotionServer;
let call: ReturnType<typeof caller>;
const amelie = { id: '11111111-0000-4000-8000-000000000001', name: 'Amélie Laurent', email: 'amelie@example.com' };
beforeAll(async () => {
  notion = await startNotion({ judge: notionJudge, people: [amelie] });
  call = caller(notion.origin, { authorization: `Bearer ${notion.token}`, 'notion-version': '2025-09-03' });
});
afterAll(() => notion.close());
const richText = (content: string) => [{ type: 'text', text: { content } }];
const create = async (properties: object, children?: object[]) =>
  call('POST', '/v1/pages', {
    parent: { type: 'data_source_id', data_source_id: notion.ids.dataSource },
    properties,
    ...(children === undefined ? {} : { children }),
  });

it('takes a date as an instant with its offset, or as a time in a zone, and answers it with its offset', async () => {
  const due = async (date: object) => {
    const { status, body } = await create({ Name: { title: richText('Due') }, Due: { date } });
    const { properties } = body as { properties?: { Due: { date: { start: string } } } };
    return status === 200 ? properties?.Due.date.start : status;
  };
  expect(await due({ start: '2026-12-07T09:15:00Z' })).toBe('2026-12-07T09:15:00.000+00:00');
  expect(await due({ start: '2026-12-07T09:15:00+09:00' })).toBe('2026-12-07T09:15:00.000+09:00');
  expect(await due({ start: '2026-12-07T09:15:00', time_zone: 'Asia/Tokyo' })).toBe('2026-12-07T09:15:00.000+09:00');
  expect(await due({ start: '2026-12-07' })).toBe('2026-12-07');
  for (const refused of [
    { start: '2026-12-07T09:15:00Z', time_zone: 'Asia/Tokyo' },
    { start: '2026-12-07', time_zone: 'Asia/Tokyo' },
    { start: '2026-12-07T09:15:00', time_zone: 'Europe/Nowhere' },
    { start: 'soon' },
  ])
    expect(await due(refused), JSON.stringify(refused)).toBe(400);
  notion.violations.splice(0);
});

it('keeps rows, blocks and comments, and answers in the types of its client', async () => {
  const { body } = await create(
    {
      Name: { title: richText('A takeover') },
      Status: { status: { name: 'Needs a person' } },
      Owner: { people: [{ id: amelie.id }] },
      Due: { date: { start: '2026-12-07T09:15:00Z' } },
      'Escalation ID': { rich_text: richText('case:1') },
    },
    [{ object: 'block', type: 'paragraph', paragraph: { rich_text: richText('why') } }],
  );
  const { id } = body as { id: string };
  expect(
    (await call('PATCH', `/v1/pages/${id}`, { properties: { Status: { status: { name: 'Claimed' } } } })).status,
  ).toBe(200);
  expect((await call('GET', `/v1/pages/${id}`)).body).toMatchObject({
    properties: { Status: { status: { name: 'Claimed' } }, Owner: { people: [{ person: { email: amelie.email } }] } },
  });
  const more = { children: [{ object: 'block', type: 'divider', divider: {} }] };
  expect((await call('PATCH', `/v1/blocks/${id}/children`, more)).status).toBe(200);
  expect((await call('GET', `/v1/blocks/${id}/children`)).body).toMatchObject({
    results: [{ type: 'paragraph' }, { type: 'divider' }],
  });
  expect((await call('POST', '/v1/comments', { parent: { page_id: id }, rich_text: richText('a line') })).status).toBe(
    200,
  );
  expect((await call('GET', `/v1/comments?block_id=${id}`)).body).toMatchObject({
    results: [{ rich_text: [{ plain_text: 'a line' }] }],
  });
  const query = { filter: { property: 'Escalation ID', rich_text: { equals: 'case:1' } } };
  expect((await call('POST', `/v1/data_sources/${notion.ids.dataSource}/query`, query)).body).toMatchObject({
    results: [{ id }],
  });
  for (const room of [
    'users/me',
    'users',
    `users/${amelie.id}`,
    `databases/${notion.ids.database}`,
    `data_sources/${notion.ids.dataSource}`,
  ])
    expect((await call('GET', `/v1/${room}`)).status, room).toBe(200);
  expect(notion.violations).toEqual([]);
});

it('says that something changed, signed, and by whom; not what', async () => {
  const { body } = await create({ Name: { title: richText('Signals') } });
  notion.callbacks.take();
  notion.hands.setStatus(amelie.id, (body as { id: string }).id, 'Approved');
  const [event] = notion.callbacks.take();
  expect(JSON.parse(event?.body ?? '')).toMatchObject({
    type: 'page.properties_updated',
    authors: [{ id: amelie.id, type: 'person' }],
    data: { updated_properties: ['stat'] },
  });
  expect(event?.body).not.toContain('Approved');
  const mac = createHmac('sha256', notion.verificationToken)
    .update(event?.body ?? '')
    .digest('hex');
  expect(event?.headers['x-notion-signature']).toBe(`sha256=${mac}`);
});

it.each([
  ['a title that is a text', { Name: { title: 'T' } }],
  ['a status that is no option', { Name: { title: richText('n') }, Status: { status: { name: 'Nope' } } }],
  ['a property that is not there', { Nothing: { rich_text: richText('n') } }],
  ['a text of more than 2,000 characters', { Name: { title: richText('x'.repeat(2_001)) } }],
])('refuses %s', async (_what, properties) => {
  const { status, body } = await create(properties);
  expect([status, (body as { code: string }).code]).toEqual([400, 'validation_error']);
  notion.violations.length = 0;
});

it('lets nobody in without a token or a version', async () => {
  expect((await caller(notion.origin, {})('GET', '/v1/users/me')).status).toBe(401);
  const bare = caller(notion.origin, { authorization: `Bearer ${notion.token}` });
  expect((await bare('GET', '/v1/users/me')).body).toMatchObject({ code: 'missing_version' });
});

it('knows what a reader could click or be called by', () => {
  const link = { type: 'text', plain_text: 'here', href: 'https://evil.example' };
  expect(
    activeInRichText([link, { type: 'mention', href: null }, { type: 'text', plain_text: 'x', href: null }]),
  ).toEqual(['https://evil.example', 'a mention']);
});
