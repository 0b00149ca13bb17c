/** A line under the card for each event, however much happened while nothing could be sent. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, invoice, type World } from '../world.ts';
import { memoryChannel } from './contract-world.ts';

const said: string[][] = [];
let world: World;
beforeAll(async () => {
  const { channel } = memoryChannel();
  const addLines = async (ref: { id: string }, lines: string[]) => {
    said.push(lines);
    return { kind: 'delivered', ref } as const;
  };
  world = await createWorld({
    controls: ['payment-approval'],
    channels: [{ ...channel, addLines }],
    edit: (source) => `${source}\nchannels: { memory: "#treasury" }\n`,
  });
});
afterAll(() => world.close());

it('none is cut off and none is left for later: long reasons, and more entries than are read at once', async () => {
  const agent = await world.agent('pay-bot', ['payment-approval']);
  const start = { control: 'payment-approval', subject: { invoiceId: 'LINES-1' } };
  const params = { runId: (await agent.call('startRun', { body: start })).body.run.runId };
  const step = { epoch: 1, step: 'release-payment', key: 'pay' };
  const args = invoice(world.records, 'LINES-1', { vendor: { ageDays: 3 } });
  const { body: gated } = await agent.call('gate', { params, body: { ...step, arguments: args } });
  if (gated.kind !== 'handoff') throw new Error(JSON.stringify(gated));
  await world.app.deliverOwed();
  for (let n = 0; n < 75; n++) {
    const hold = { epoch: 1, step: 'hold-invoice', key: `hold-${n}`, arguments: { invoiceId: `H-${n}` }, redeem: true };
    const { body } = await agent.call('gate', { params, body: hold });
    expect(body.kind).toBe('continue');
    const result = { status: 'done', value: null } as const;
    await agent.call('report', { params, body: { epoch: 1, key: hold.key, result } });
  }
  const on = { params: { caseId: gated.caseId } };
  const people = [await world.person('bruno'), await world.person('dana')];
  const reasons = Array.from({ length: 9 }, (_, n) => `Reason ${n}: ${'x'.repeat(1_500)}.`);
  for (const [n, reason] of reasons.entries()) {
    const person = people[n % 2];
    const revision = (await person?.call('getCase', on))?.body.revision ?? 0;
    expect((await person?.call('claimCase', { ...on, body: { revision, reason } }))?.ok).toBe(true);
  }
  await world.app.deliverOwed();
  const all = said.flat();
  // Of the first there is nobody from whom it is taken, and no reason is told.
  for (const reason of reasons.slice(1)) expect(all.filter((line) => line.includes(reason))).toHaveLength(1);
  expect(new Set(all).size).toBe(all.length);
  for (const lines of said) expect(lines.join('\n').length).toBeLessThan(6_000);
});
