/** A ladder that repeats is gone through as often as it says, then its owner hears of it, then the administrators. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../world.ts';

let world: World;
let agent: Client;

const repeated = (source: string): string =>
  source.replace('- { tell: role:finance-operations, repeat: 1h }', '- { repeat: 1 }');

beforeAll(async () => {
  world = await createWorld({ controls: ['payment-approval'], edit: repeated });
  agent = await world.agent('payables');
});
afterAll(() => world.close());

const handedOff = async (id: string) => {
  const args = invoice(world.records, id, { vendor: { ageDays: 3 } });
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const { runId } = body.run;
  const asked = { epoch: body.epoch, step: 'release-payment', arguments: args, key: 'pay', redeem: true };
  await agent.call('gate', { params: { runId }, body: asked });
  const dana = () => world.person('dana');
  return {
    kase: async () => (await (await dana()).call('listCases', { query: { runId } })).body.items[0],
    sentences: async () =>
      (await (await dana()).call('runEntries', { params: { runId } })).body.items.map(({ sentence }) => sentence),
  };
};

it('tells every rung again before the owner, says which round it is, and never ends in silence', async () => {
  const { kase, sentences } = await handedOff('Q-1');
  for (const wait of ['15m', '30m', '15m', '30m', '1h', '1h']) await world.fastForward(wait);
  const shown = await kase();
  expect(shown?.told.map(({ target, round }) => [target, round])).toEqual([
    ['oncall:treasury', 1],
    ['role:treasury-lead', 1],
    ['oncall:treasury', 2],
    ['role:treasury-lead', 2],
    ['role:finance-operations', 2],
    ['role:administrators', 2],
    ['oncall:treasury', 1],
  ]);
  expect(shown).toMatchObject({ rounds: 2, status: 'open', nextRung: 'the role treasury lead' });
  expect((await sentences()).filter((sentence) => sentence.includes('It is round 2 of the ladder.'))).toHaveLength(4);
});

it('goes on after an outage with the round that would have been reached, and records what was passed', async () => {
  const { kase, sentences } = await handedOff('Q-2');
  await world.fastForward('50m');
  expect((await kase())?.told.map(({ target, round }) => [target, round])).toEqual([
    ['oncall:treasury', 1],
    ['oncall:treasury', 2],
  ]);
  expect((await sentences()).at(-1)).toContain(
    'the role treasury lead was skipped: its time passed while nothing was told',
  );
});
