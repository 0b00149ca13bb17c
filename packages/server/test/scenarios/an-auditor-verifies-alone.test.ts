/** Promise 8, as an auditor meets it: export over HTTP, verify with nothing but the key, and see a changed byte named. */
import { verifyBundle } from '@belay/protocol/evidence';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, invoice, type World } from '../world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  world.app.start();
});
afterAll(() => world.close());

it('one file verifies offline; one changed byte is named', async () => {
  const agent = await world.agent('payables');
  const ines = await world.person('ines');
  const args = invoice(world.records, 'EV-1');
  const { body } = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: 'EV-1' } },
  });
  const params = { runId: body.run.runId };
  await agent.call('gate', {
    params,
    body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay', redeem: true },
  });
  await agent.call('report', { params, body: { epoch: 1, key: 'pay', result: { status: 'done', value: 'tx-9' } } });

  const download = async () =>
    world.app.fetch(
      new Request(`http://belay.test/v1/evidence?runId=${body.run.runId}`, {
        headers: { authorization: `Bearer ${ines.session}` },
      }),
    );
  let response = await download();
  for (let i = 0; i < 200 && response.status !== 200; i++) {
    world.moveClock('1s');
    await new Promise((resolve) => setImmediate(resolve));
    response = await download();
  }
  const text = await response.text();
  const { body: key } = await world.anybody.call('logKey');
  const verdict = verifyBundle(text, { publicKey: key.publicKey });
  expect(verdict).toMatchObject({ ok: true, entries: 5 });

  const forged = text.replace('EUR 120.00', 'EUR 920.00');
  expect(forged).not.toBe(text);
  expect(verifyBundle(forged, { publicKey: key.publicKey }).ok).toBe(false);
});

it('the next file proves that the log only grew since the one they kept', async () => {
  const ines = await world.person('ines');
  const headers = { authorization: `Bearer ${ines.session}` };
  const ask = (query: string) => world.app.fetch(new Request(`http://belay.test/v1/evidence?${query}`, { headers }));
  /** Entries get their places in the log a moment after they are written. */
  const download = async (query: string) => {
    const status = async () => {
      world.moveClock('1s');
      return (await ask(query)).status;
    };
    await expect.poll(status, { timeout: 20_000 }).toBe(200);
    return ask(query);
  };
  const kept = JSON.parse((await (await download('stream=organisation')).text()).split('\n')[0] ?? '') as {
    checkpoint: string;
  };
  await world.person('amelie');
  const since = encodeURIComponent(kept.checkpoint);
  const { body: key } = await world.anybody.call('logKey');
  const grown = await (await download(`stream=organisation&since=${since}`)).text();
  const verified = (text: string) => verifyBundle(text, { publicKey: key.publicKey, earlier: kept.checkpoint });
  expect(verified(grown)).toMatchObject({ ok: true, findings: [] });
  expect(verified(await (await download('stream=organisation')).text()).ok).toBe(false);
  expect((await ask('stream=organisation&since=mine')).status).toBe(422);
});
