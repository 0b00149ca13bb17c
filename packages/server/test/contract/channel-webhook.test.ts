/** Webhooks tell and take nothing in; what can be asked of them is that what they tell is true, signed and sent once. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWebhook } from '../../src/channels/webhook/index.ts';
import { signWebhook } from '../../src/engine/outbox.ts';
import { createWorld, invoice, monday, type World } from '../world.ts';

type Received = { id: string; signature: string; timestamp: string; body: string };
const secret = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
const received: Received[] = [];
const statuses: number[] = [];
let server: Server;
let world: World;
let base: string;

const channelTo = (urls: string) => createWebhook({ secret, urls }, { fetch, now: () => world?.clock.now() ?? monday });

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const header = (name: string) => String(request.headers[name]);
    received.push({
      id: header('webhook-id'),
      signature: header('webhook-signature'),
      timestamp: header('webhook-timestamp'),
      body: Buffer.concat(chunks).toString('utf8'),
    });
    response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  world = await createWorld({
    controls: ['payment-approval'],
    channels: [channelTo(`${base}/hooks`)],
    edit: (source) => `${source}\nchannels: { webhook: "${base}/hooks/cases" }\n`,
  });
});
afterAll(async () => {
  server.close();
  await world.close();
});

const said = () => received.map(({ body }) => JSON.parse(body) as { type: string; data: Record<string, unknown> });

const handOff = async (id: string): Promise<string> => {
  const agent = await world.agent(`bot-${id}`, ['payment-approval']);
  const args = invoice(world.records, id, { vendor: { ageDays: 3 } });
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const gated = await agent.call('gate', {
    params: { runId: body.run.runId },
    body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
  });
  if (gated.body.kind !== 'handoff') throw new Error(JSON.stringify(gated.body));
  return gated.body.caseId;
};

it('tells of a case, its claim and its lines, each signed and each once', async () => {
  const caseId = await handOff('WB-1');
  await world.app.deliverOwed();
  const bruno = await world.person('bruno');
  const { body } = await bruno.call('getCase', { params: { caseId } });
  await bruno.call('claimCase', { params: { caseId }, body: { revision: body.revision } });
  await world.app.deliverOwed();
  await world.app.deliverOwed();
  expect(said().map(({ type }) => type)).toEqual(['card.posted', 'card.updated', 'card.lines']);
  expect(said().map(({ data }) => data.status)).toEqual(['open', 'claimed', undefined]);
  for (const { id, signature, timestamp, body: text } of received)
    expect(signWebhook(secret, id, Number(timestamp) * 1_000, text)['webhook-signature']).toBe(signature);
});

it('C10 repeats what was not answered, under the same id', async () => {
  received.length = 0;
  statuses.push(503);
  await handOff('WB-2');
  await world.app.deliverOwed();
  world.moveClock('1m');
  await world.app.deliverOwed();
  expect(received.slice(0, 2).map(({ id }) => id)).toEqual([received[0]?.id, received[0]?.id]);
});

it('C27 calls nothing that the operator did not allow, and follows no redirect', async () => {
  const place = (address: string) => ({ kind: 'room' as const, address });
  const channel = channelTo(`${base}/hooks`);
  const before = received.length;
  for (const address of [
    `${base}/other`,
    `${base}.evil.example/hooks`,
    'http://169.254.169.254/hooks',
    `http://user@127.0.0.1/hooks`,
    'no url',
    `${base}/hooks/../admin`,
  ])
    expect(await channel.post(place(address), {}, { kind: 'case', id: 'case_1' })).toMatchObject({
      kind: 'rejected',
      of: 'place',
    });
  expect(received.length).toBe(before);
  statuses.push(302);
  expect(await channel.post(place(`${base}/hooks/x`), {}, { kind: 'case', id: 'case_1' })).toMatchObject({
    kind: 'retry',
  });
  expect(received.length).toBe(before + 1);
});

it('C1 takes nothing in', async () => {
  const response = await world.app.fetch(
    new Request('http://belay.test/channels/webhook/in', { method: 'POST', body: '{}' }),
  );
  expect(response.status).toBe(404);
});
