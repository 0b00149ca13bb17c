/**
 * A commit can succeed while its caller sees an error: the reply is lost. A proxy cuts exactly that reply. Whoever asks
 * again with the same key must find what was committed, once.
 */
import { createBelay } from '@belay/sdk';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { createPool } from '../../src/store/pool.ts';
import { silent } from '../silent.ts';
import { type Client, clientOf, createWorld, invoice, type World } from '../world.ts';
import { startProxy } from './proxy.ts';

/** The name of the prepared statement, and the word that ends a transaction of several statements. */
const statement = 'commit-runs';
const transaction = 'COMMIT';

let world: World;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let pool: pg.Pool;
let node: App;
let secret: string;
let agent: Client;
let dana: Client;

beforeAll(async () => {
  world = await createWorld();
  proxy = await startProxy(world.databaseUrl);
  pool = createPool(proxy.url, { log: silent, max: 4 });
  node = await world.anotherNode(pool);
  const key = await world.agent('payables');
  const person = await world.person('dana');
  secret = key.secret;
  agent = clientOf(node, { authorization: `Bearer ${secret}` });
  dana = clientOf(node, { cookie: `belay_session=${person.session}`, 'x-belay-csrf': person.csrf });
});
afterAll(async () => {
  await node.stop();
  await pool.end();
  proxy.close();
  await world.close();
});

/** Asks once with the reply to the commit cut, once more with it passed. */
const twice = async <R extends { status: number }>(text: string, ask: () => Promise<R>): Promise<R> => {
  const before = proxy.cuts();
  proxy.cutReplyTo(text);
  expect((await ask()).status).toBe(503);
  expect(proxy.cuts()).toBe(before + 1);
  return ask();
};

const count = async (text: string, values: unknown[]): Promise<number> =>
  (await world.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${text}`, values)).rows[0]?.n ?? -1;
const entries = (runId: string, type: string) => count('entries WHERE stream = $1 AND type = $2', [runId, type]);

const start = async (id: string) => {
  const args = invoice(world.records, id);
  const body = { control: 'payment-approval', subject: { invoiceId: id }, key: id };
  const started = await agent.call('startRun', { body });
  const { epoch, run } = started.body;
  const params = { runId: run.runId };
  const gate = (attempt: string) =>
    agent.call('gate', {
      params,
      body: { epoch, step: 'release-payment', arguments: args, key: 'pay', attempt, redeem: true },
    });
  return { runId: run.runId, params, epoch, gate };
};

describe('when the reply to a commit is lost', () => {
  it('a start asked for again with its key is the run that was committed', async () => {
    invoice(world.records, 'L-1');
    const body = { control: 'payment-approval', subject: { invoiceId: 'L-1' }, key: 'L-1' };
    const again = await twice(transaction, () => agent.call('startRun', { body }));
    expect(again.ok).toBe(true);
    expect(await count('runs WHERE key = $1', ['L-1'])).toBe(1);
  });

  it('the same call of the gate finds the permit that was committed', async () => {
    const { runId, gate } = await start('L-2');
    const again = await twice(statement, () => gate('a'));
    expect(again.body).toMatchObject({ kind: 'continue', permit: { redeemed: true } });
    expect(await entries(runId, 'PermitRedeemed')).toBe(1);
    expect(await count('permits WHERE run_id = $1', [runId])).toBe(1);
  });

  it('another call for the same effect is not let through: nobody knows whether the first one acted', async () => {
    const { runId, gate } = await start('L-3');
    proxy.cutReplyTo(statement);
    expect((await gate('a')).status).toBe(503);
    expect((await gate('b')).body.kind).toBe('inDoubt');
    expect(await count('permits WHERE run_id = $1', [runId])).toBe(1);
  });

  it('a report is recorded once', async () => {
    const { runId, params, epoch, gate } = await start('L-4');
    await gate('a');
    const body = { epoch, key: 'pay', result: { status: 'done' as const, value: 'paid' } };
    const again = await twice(statement, () => agent.call('report', { params, body }));
    expect(again.body).toMatchObject({ accepted: true, late: false, permit: { status: 'done', result: 'paid' } });
    expect(await entries(runId, 'PermitReported')).toBe(1);
  });

  it('a takeover pressed again with its Idempotency-Key is the takeover that was committed', async () => {
    const { runId, params, epoch } = await start('L-5');
    const headers = { 'idempotency-key': 'press' };
    const again = await twice(statement, () => dana.call('takeOver', { params, headers, body: {} }));
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.claimedBy).toBe('dana');
    expect(await entries(runId, 'ControlTaken')).toBe(1);
    expect((await node.services.committer.peek(runId))?.run.epoch).toBe(epoch + 1);
  });

  it('an agent with the SDK does not notice, and its effect happens once', async () => {
    const args = invoice(world.records, 'L-6');
    const belay = createBelay({
      url: 'http://belay.test',
      key: secret,
      watch: false,
      fetch: async (...request) => node.fetch(new Request(...request)),
    });
    let effects = 0;
    const before = proxy.cuts();
    proxy.cutReplyTo(transaction);
    const run = await belay.start({ control: 'payment-approval', subject: { invoiceId: 'L-6' }, key: 'L-6' });
    proxy.cutReplyTo(statement);
    const paid = await run.step('release-payment', args, () => {
      effects += 1;
      proxy.cutReplyTo(statement);
      return 'paid';
    });
    proxy.cutReplyTo(statement);
    await run.finish();
    expect(paid).toBe('paid');
    expect(effects).toBe(1);
    expect(proxy.cuts()).toBe(before + 4);
    expect(await entries(run.id, 'PermitReported')).toBe(1);
    expect(await entries(run.id, 'RunFinished')).toBe(1);
  });
});
