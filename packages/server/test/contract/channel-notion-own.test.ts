/** What only Notion has: a handshake that anybody could send, rows that do not say who set them, comments that do. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNotion } from '../../src/channels/notion/index.ts';
import type { NotionServer } from '../../src/demo/vendors/notion.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';
import { notionAddresses, notionStranger, notionValues, setUp, startNotionTwin } from './twins/notion.ts';

let at: ContractWorld;
let notion: NotionServer;
const bruno = notionAddresses.bruno ?? '';
const dana = notionAddresses.dana ?? '';
const amelie = notionAddresses.amelie ?? '';

beforeAll(async () => {
  const started = await startNotionTwin();
  notion = started.notion;
  await setUp(notion);
  const channel = createNotion({ ...notionValues(notion), armedUntil: '2026-12-07T09:10:00Z' });
  const room = notion.ids.dataSource;
  at = await contractWorld({ ...started, channel, room, addresses: notionAddresses, stranger: notionStranger });
});
afterAll(() => at.close());

const deliver = ({ headers, body }: { headers: Record<string, string>; body: string }): Promise<Response> =>
  at.deliver(new Request('http://belay.test/channels/notion/events', { method: 'POST', headers, body }));
const events = async (): Promise<void> => {
  for (const callback of notion.callbacks.take()) await deliver(callback);
};
const polled = async (): Promise<void> => {
  notion.callbacks.take();
  at.world.moveClock('1m');
  await at.world.app.takeIn();
  await at.world.app.deliverOwed();
};
const rowOf = (text: string): string => at.card(text).id;

it('C2 takes the handshake only while an operator waits for it', async () => {
  const handshake = notion.handshake();
  expect((await deliver(handshake)).status).toBe(200);
  at.world.moveClock('20m');
  expect((await deliver(handshake)).status).toBe(401);
  expect(() => createNotion({ ...notionValues(notion), armedUntil: 'soon' })).toThrow('BELAY_NOTION_ARMED_UNTIL');
  expect(() => createNotion({ ...notionValues(notion), signs: 'all' })).toThrow('BELAY_NOTION_SIGNS');
});

it('is taken over by setting the status, and given back with the instructions of the row', async () => {
  const { caseId, runId } = await at.handOff('NT-1');
  const row = rowOf('ben-NT-1');
  notion.hands.setStatus(bruno, row, 'Claimed');
  await events();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  expect(notion.hands.read(row, 'Owner')).toBe('Bruno Ferrari');
  at.world.moveClock('1m');
  notion.hands.write(bruno, row, 'Instructions', 'Pay it: I called them.');
  notion.hands.setStatus(bruno, row, 'Returned');
  await events();
  const { body } = await at.agent.call('getRun', { params: { runId } });
  expect(body.instructions).toMatchObject({ text: 'Pay it: I called them.', by: 'bruno' });
  expect(notion.hands.read(row, 'Status')).toBe('Returned');
});

it('is seen by polling alone, with its overlap over the rounded times of Notion', async () => {
  const { caseId } = await at.handOff('NT-2');
  notion.hands.setOwner(bruno, rowOf('ben-NT-2'), bruno);
  await polled();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
});

it('C22 a status set after somebody else took over is explained, and set back', async () => {
  const { caseId } = await at.handOff('NT-22');
  const row = rowOf('ben-NT-22');
  const person = await at.world.person('dana');
  await person.call('claimCase', { params: { caseId }, body: { revision: (await at.caseNow(caseId)).revision } });
  notion.hands.setStatus(bruno, row, 'Resolved');
  await events();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'dana' });
  expect([notion.hands.read(row, 'Status'), notion.hands.read(row, 'Owner')]).toEqual(['Claimed', 'Dana Novak']);
  expect(at.twin.told(bruno).at(-1)).toContain('Nothing was changed');
});

it('C17 signs off nothing of high risk: Notion cannot prove who set a status, and a replay proves no more', async () => {
  const { approvalId } = await at.askApproval('NT-17');
  const row = rowOf('ben-NT-17');
  notion.hands.setStatus(amelie, row, 'Approved');
  const callbacks = notion.callbacks.take();
  for (const callback of [...callbacks, ...callbacks]) await deliver(callback);
  notion.hands.comment(dana, row, '/approve');
  await events();
  expect(await at.approvalNow(approvalId)).toMatchObject({ status: 'waiting', signatures: [] });
  expect(at.twin.told(amelie).at(-1)).toContain('cannot prove who did it');
  expect(notion.hands.read(row, 'Status')).toBe('Needs a person');
});

it('lets nothing of high risk through by "allow once" either, where an account may not sign it', async () => {
  const { caseId } = await at.handOff('NT-18');
  const row = rowOf('ben-NT-18');
  notion.hands.comment(bruno, row, '/take-over');
  await events();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed', claimedBy: 'bruno' });
  notion.hands.comment(bruno, row, '/allow Pay it.');
  await events();
  notion.hands.comment(bruno, row, '/edit\namount: EUR 1.00');
  await events();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'claimed' });
  expect(at.twin.told(bruno).at(-1)).toContain('cannot prove who did it');
  notion.hands.comment(bruno, row, '/return Ask the supplier first.');
  await events();
  expect(await at.caseNow(caseId)).toMatchObject({ status: 'returned' });
});

it("says until when as a date of Notion, an instant in nobody's zone: each reader sees their own time", async () => {
  const { caseId } = await at.handOff('NT-19');
  const { nextRungAt } = await at.caseNow(caseId);
  const due = notion.pages().find(({ id }) => id === rowOf('ben-NT-19'))?.properties.Due;
  const { date } = due as { date: { start: string } };
  expect(Date.parse(date.start)).toBe(Date.parse(nextRungAt ?? ''));
  expect(date).toMatchObject({ start: expect.stringMatching(/T.*\+00:00$/), end: null, time_zone: null });
});

it('C21 does not answer its own writes', async () => {
  await at.handOff('NT-21');
  await events();
  const writes = notion.pages().reduce((sum, page) => sum + page.writes, 0);
  await events();
  await polled();
  expect(notion.pages().reduce((sum, page) => sum + page.writes, 0)).toBe(writes);
});

it('C4 what is no strict JSON, or about no page, is nothing', async () => {
  for (const body of ['{"a":1,"a":2}', '[', 'null']) {
    const { headers } = notion.sign({});
    expect((await deliver({ headers, body })).status).toBe(401);
  }
  expect((await deliver(notion.sign({ id: 'x', type: 'user.updated' }))).status).toBe(200);
});

it('keeps a page within fifteen blocks', () => {
  for (const page of notion.pages()) expect(notion.blocksOf(page.id).length).toBeLessThanOrEqual(15);
});

it('kept to all rules of Notion', () => {
  expect(at.twin.violations).toEqual([]);
});
