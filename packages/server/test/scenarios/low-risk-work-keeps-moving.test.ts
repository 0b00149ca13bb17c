/** Promise 5: low-risk work keeps moving, also while a person is being asked about the run. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../world.ts';

let world: World;
let agent: Client;

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
});
afterAll(() => world.close());

const start = async (id: string, more: Parameters<typeof invoice>[2] = {}) => {
  const args = invoice(world.records, id, more);
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const gate = (step: string, key: string, args_: Record<string, string> = {}) =>
    agent.call('gate', {
      params: { runId: body.run.runId },
      body: { epoch: body.epoch, step, arguments: step === 'release-payment' ? args : args_, key, redeem: true },
    });
  return { runId: body.run.runId, epoch: body.epoch, gate };
};

it('a low-risk step continues without anybody being asked', async () => {
  const { gate } = await start('L-1');
  expect((await gate('gather-context', 'g')).body).toMatchObject({
    kind: 'continue',
    decidedBy: 'rule',
    permit: { token: null, redeemed: true },
  });
});

it('a clean high-risk step continues with a signed permit', async () => {
  const { gate } = await start('L-2');
  const reply = await gate('release-payment', 'pay');
  expect(reply.body).toMatchObject({
    kind: 'continue',
    because: 'Invoice L-2 is matched, unpaid, and goes to a known beneficiary.',
  });
  if (reply.body.kind === 'continue') expect(reply.body.permit.token?.split('.')).toHaveLength(3);
});

it('while the run is held, low-risk steps go on and high-risk ones wait', async () => {
  const { gate } = await start('L-3', { vendor: { ageDays: 5 } });
  expect((await gate('release-payment', 'pay')).body.kind).toBe('handoff');
  expect((await gate('gather-context', 'g1')).body.kind).toBe('continue');
  expect((await gate('hold-invoice', 'h1', { invoiceId: 'L-3' })).body.kind).toBe('continue');
  expect((await gate('release-payment', 'pay')).body.kind).toBe('handoff');
});

it('a system of record that is down does not page anybody for a step that does not read it', async () => {
  const { gate } = await start('L-4');
  world.down.add('erp');
  expect((await gate('gather-context', 'g')).body.kind).toBe('continue');
  world.down.clear();
});
