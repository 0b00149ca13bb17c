/** What changes while a card is being sent is shown right after it: a delivery that is owed again is not over. */
import { expect, it } from 'vitest';
import { createWorld, invoice } from '../world.ts';
import { memoryChannel } from './contract-world.ts';

it('shows a claim that was committed and planned while the first card was on its way', async () => {
  const { channel, cards } = memoryChannel();
  let meanwhile = async (): Promise<void> => undefined;
  const post: typeof channel.post = async (...card) => {
    const delivered = await channel.post(...card);
    await meanwhile();
    return delivered;
  };
  const world = await createWorld({
    controls: ['payment-approval'],
    channels: [{ ...channel, post }],
    edit: (source) => `${source}\nchannels: { memory: "#treasury" }\n`,
  });
  const agent = await world.agent('pay-bot', ['payment-approval']);
  const args = invoice(world.records, 'RACE-1', { vendor: { ageDays: 3 } });
  const { body } = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: 'RACE-1' } },
  });
  const { runId } = body.run;
  const step = { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' };
  const { body: gated } = await agent.call('gate', { params: { runId }, body: step });
  if (gated.kind !== 'handoff') throw new Error(JSON.stringify(gated));
  const bruno = await world.person('bruno');
  meanwhile = async () => {
    meanwhile = async () => undefined;
    const { revision } = (await bruno.call('getCase', { params: { caseId: gated.caseId } })).body;
    await bruno.call('claimCase', { params: { caseId: gated.caseId }, body: { revision } });
    await world.app.deliverOwed();
  };
  await world.app.deliverOwed();
  expect(cards.map((card) => card.payload.state)).toEqual(['claimed']);
  await world.close();
});
