/** An agent that waits is woken by a signed webhook when something was decided for it, and again until it is reached. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBelay } from '@belay/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, invoice, type World } from '../world.ts';

let world: World;
let server: Server;
let url: string;
let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
let asked = 0;

beforeAll(async () => {
  world = await createWorld();
  server = createServer(async (request, response) => {
    asked += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const reply = await answer(
      new Request(url, {
        method: 'POST',
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks),
      }),
    );
    response.writeHead(reply.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wake`;
});
afterAll(async () => {
  server.close();
  await world.close();
});

it('says which run and why, signed with the secret of its key', async () => {
  const agent = await world.agent('sleeper', ['payment-approval'], url);
  const args = invoice(world.records, 'WK-1', { erp: { amount: 'EUR 700.00' } });
  const { body } = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: 'WK-1' } },
  });
  const paused = await agent.call('gate', {
    params: { runId: body.run.runId },
    body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
  });
  if (paused.body.kind !== 'pause') throw new Error(JSON.stringify(paused.body));
  const approvalId = paused.body.approvalIds[0] ?? '';
  const chidi = await world.person('chidi');
  await chidi.call('reject', {
    params: { approvalId },
    body: { revision: 0, digest: paused.body.digest, because: 'Wrong cost centre' },
  });

  await world.app.deliverOwed();
  expect(asked).toBe(1);

  const woken: unknown[] = [];
  const belay = createBelay({
    url: 'http://belay.test',
    key: agent.secret,
    wakeSecret: agent.wakeSecret ?? '',
    clock: { now: () => world.clock.now() } as never,
  });
  answer = belay.onWake(async (wake) => void woken.push(wake));
  world.moveClock('2m');
  await world.app.deliverOwed();
  expect(woken).toMatchObject([
    { runId: body.run.runId, control: 'payment-approval', because: 'release-payment was refused' },
  ]);

  await world.app.deliverOwed();
  expect(asked).toBe(2);
});
