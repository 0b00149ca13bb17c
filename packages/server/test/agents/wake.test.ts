/** The wake-up on its whole way: decided, owed, signed and sent by the server, checked by `@belay/sdk` in the agent. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBelay, Paused, type Wake } from '@belay/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, invoice, type World } from '../world.ts';

let world: World;
let door: Server;
let receive: (request: Request) => Promise<Response>;
const answers: number[] = [];

beforeAll(async () => {
  world = await createWorld();
  door = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = request.headers as Record<string, string>;
    const received = new Request('http://agent.test/wake', { method: 'POST', body: Buffer.concat(chunks), headers });
    const { status } = await receive(received);
    answers.push(status);
    response.writeHead(status).end();
  });
  door.listen(0, '127.0.0.1');
  await once(door, 'listening');
});
afterAll(async () => {
  door.close();
  await world.close();
});

it('an agent that paused is woken when the step was signed off, and carries it out once', async () => {
  const wakeUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}/wake`;
  const { secret, wakeSecret } = await world.agent('payables', undefined, wakeUrl);
  if (wakeSecret === null) throw new Error('a key with a wake URL has a wake secret');
  const belay = createBelay({
    url: 'http://belay.test',
    key: secret,
    wakeSecret,
    watch: false,
    fetch: async (input, init) => world.app.fetch(new Request(input, init)),
    clock: { now: world.clock.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()) },
  });
  const payment = invoice(world.records, 'W-1', { erp: { amount: 'EUR 800.00' } });
  const paid: object[] = [];
  const pay = (start: { subject: { invoiceId: string } } | { runId: string }) =>
    belay.drive({ control: 'payment-approval', ...start }, (run) =>
      run.step('release-payment', payment, (step) => paid.push(step.arguments), { on: 'pause' }),
    );
  const woken: Wake[] = [];
  receive = belay.onWake(async (wake) => {
    woken.push(wake);
    await pay({ runId: wake.runId });
  });

  const paused = await pay({ subject: { invoiceId: 'W-1' } }).catch((error: unknown) => error);
  if (!(paused instanceof Paused)) throw new Error('expected a pause');
  const [approvalId = ''] = paused.approvalIds;
  for (const personId of ['bruno', 'chidi']) {
    const person = await world.person(personId);
    const { body } = await person.call('getApproval', { params: { approvalId } });
    const { revision, digest } = body;
    expect((await person.call('approve', { params: { approvalId }, body: { revision, digest } })).ok).toBe(true);
  }
  await world.app.deliverOwed();

  expect(answers).toEqual([200]);
  expect(woken).toMatchObject([{ runId: paused.resume.runId, control: 'payment-approval' }]);
  expect(paid).toEqual([payment]);
});
