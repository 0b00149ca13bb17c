/** A case may rest, but never without an end: through the public door, with the ladder's own clock. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createWorld, duration, invoice, type World } from '../world.ts';

let world: World;
let agent: Client;
let amelie: Client;

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  amelie = await world.person('amelie');
});
afterAll(() => world.close());

const handedOff = async (id: string) => {
  const args = invoice(world.records, id, { vendor: { ageDays: 3 } });
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const { runId } = body.run;
  const asked = { epoch: body.epoch, step: 'release-payment', arguments: args, key: 'pay', redeem: true };
  await agent.call('gate', { params: { runId }, body: asked });
  const one = async () => (await amelie.call('listCases', { query: { runId, status: 'all' } })).body.items[0];
  const snooze = async (later: string, because = 'the bank opens at ten') => {
    const kase = await one();
    const until = new Date(world.clock.now() + duration(later)).toISOString();
    return amelie.call('snoozeCase', {
      params: { caseId: kase?.caseId ?? '' },
      body: { revision: kase?.revision ?? 0, until, because },
    });
  };
  return { one, snooze };
};

it('tells nobody until its end, then the same people, and then the ladder goes on', async () => {
  const { one, snooze } = await handedOff('R-1');
  const before = await one();
  expect((await snooze('2h')).body).toMatchObject({ restsBecause: 'the bank opens at ten', status: 'open' });
  await world.fastForward('119m');
  expect((await one())?.told).toHaveLength(before?.told.length ?? 0);
  await world.fastForward('1m');
  expect(await one()).toMatchObject({ restsUntil: null, owner: 'oncall:treasury', rung: 0 });
  expect((await one())?.told).toHaveLength(2);
  await world.fastForward('15m');
  expect((await one())?.owner).toBe('role:treasury-lead');
});

it('may be ended early: the same people are told at once, the ladder goes on, and the evidence says who ended it', async () => {
  const { one, snooze } = await handedOff('R-2');
  await snooze('2h');
  await world.fastForward('30m');
  const asleep = await one();
  expect(asleep?.allowed).toContain('endSnooze');
  const params = { caseId: asleep?.caseId ?? '' };
  const body = { revision: asleep?.revision ?? 0, because: 'the bank is open' };
  const ended = await amelie.call('endSnooze', { params, body });
  expect(ended.body).toMatchObject({ restsUntil: null, restsBecause: null, owner: 'oncall:treasury', rung: 0 });
  expect(ended.body.told).toHaveLength(2);
  expect(ended.body.allowed).not.toContain('endSnooze');
  await world.fastForward('15m');
  expect((await one())?.owner).toBe('role:treasury-lead');
  const { items } = (await amelie.call('runEntries', { params: { runId: asleep?.runId ?? '' } })).body;
  expect(items.map(({ sentence }) => sentence)).toContain('Amélie Laurent ended the snooze: the bank is open');
  const again = { revision: (await one())?.revision ?? 0, because: '' };
  expect((await amelie.call('endSnooze', { params, body: again })).problem.code).toBe('case_not_snoozed');
});

it.each([
  ['without an end that is near', '8d', 'more than 7 days'],
  ['in the past', '-1m', 'passed already'],
])('is refused %s', async (_, later, detail) => {
  const { one, snooze } = await handedOff(`R-${later}`);
  const answer = await snooze(later);
  expect([answer.status, answer.problem.detail]).toEqual([422, expect.stringContaining(detail)]);
  expect((await one())?.restsUntil).toBeNull();
});
