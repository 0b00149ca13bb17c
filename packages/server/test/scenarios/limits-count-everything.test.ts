/** A7: ten times 900 under a limit of 1,000. Belay counts, over runs and nodes, and no two steps pass one limit at once. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { type Client, clientOf, createWorld, root, type World } from '../world.ts';

let world: World;
let agent: Client;
let elsewhere: { app: App; agent: Client };

beforeAll(async () => {
  world = await createWorld({ controls: [] });
  const source = readFileSync(root('packages/server/test/transfers.control.yaml'), 'utf8');
  await world.publish(source);
  const made = await world.agent('payer', ['transfers']);
  agent = made;
  const app = await world.anotherNode();
  elsewhere = { app, agent: clientOf(app, { authorization: `Bearer ${made.secret}` }) };
});
afterAll(async () => {
  await elsewhere.app.stop();
  await world.close();
});

let runs = 0;
const start = async (by = agent) => {
  runs += 1;
  const started = await by.call('startRun', { body: { control: 'transfers', subject: { id: `l-${runs}` } } });
  return started.body.run.runId;
};
const ask = (runId: string, to: string, amount: string, by = agent, redeem = true) =>
  by.call('gate', {
    params: { runId },
    body: { epoch: 1, step: 'refund', arguments: { to, amount }, key: `k-${to}`, redeem },
  });
const refund = async (to: string, amount: string, by = agent, redeem = true) => {
  const runId = await start(by);
  const answer = await ask(runId, to, amount, by, redeem);
  return { runId, ...answer };
};

describe('A7: a limit', () => {
  it('adds up over runs: the second 900 needs a signature, and says why', async () => {
    expect((await refund('ann', 'EUR 900.00')).body.kind).toBe('continue');
    const second = await refund('ann', 'EUR 900.00');
    expect(second.body).toMatchObject({
      kind: 'pause',
      because: 'EUR 1,800.00 within 1d for to ann is above the limit of EUR 1,000.00.',
    });
    expect((await refund('ben', 'EUR 900.00')).body.kind).toBe('continue');
    expect((await refund('ann', 'EUR 100.00')).body.kind).toBe('continue');
    expect((await refund('ann', 'EUR 0.01')).body.kind).toBe('pause');
  });

  it('what people sign goes through, and counts', async () => {
    await refund('cat', 'EUR 900.00');
    const { runId, body } = await refund('cat', 'EUR 500.00');
    if (body.kind !== 'pause') throw new Error(body.kind);
    const bruno = await world.person('bruno');
    const approvalId = body.approvalIds[0] ?? '';
    await bruno.call('approve', { params: { approvalId }, body: { revision: 0, digest: body.digest } });
    expect((await ask(runId, 'cat', 'EUR 500.00')).body.kind).toBe('continue');
    expect((await refund('cat', 'EUR 0.01')).body.kind).toBe('pause');
  });

  it('slides: after the window it is free again, and never before', async () => {
    await refund('dan', 'EUR 1000.00');
    await world.fastForward('23h');
    expect((await refund('dan', 'EUR 0.01')).body.kind).toBe('pause');
    await world.fastForward('2h');
    expect((await refund('dan', 'EUR 1000.00')).body.kind).toBe('continue');
  });

  it('gives back what was never redeemed, and not what an agent calls failed', async () => {
    const unused = await refund('eve', 'EUR 900.00', agent, false);
    expect(unused.body.kind).toBe('continue');
    expect((await refund('eve', 'EUR 900.00')).body.kind).toBe('pause');
    await world.fastForward('2m');
    const used = await refund('eve', 'EUR 900.00');
    expect(used.body.kind).toBe('continue');
    const report = {
      params: { runId: used.runId },
      body: { epoch: 1, key: 'k-eve', result: { status: 'failed' as const, error: 'so it says' } },
    };
    await agent.call('report', report);
    expect((await refund('eve', 'EUR 900.00')).body.kind).toBe('pause');
    const again = await agent.call('report', report);
    expect(again.body.permit).toMatchObject({ status: 'failed' });
  });

  it('asking again for the same is not another payment', async () => {
    const runId = await start();
    for (const redeem of [false, false, true])
      expect((await ask(runId, 'fay', 'EUR 900.00', agent, redeem)).body.kind).toBe('continue');
  });

  it('hands off what it cannot judge: another currency, or less than nothing', async () => {
    const foreign = await refund('gil', 'USD 10.00');
    expect(foreign.body).toMatchObject({ kind: 'handoff', because: expect.stringContaining('no threshold in USD') });
    expect((await refund('gil', 'EUR -5.00')).body.kind).toBe('handoff');
  });
});

it('ten at once, on two nodes, to one beneficiary: exactly one goes through, and the counter is exact', async () => {
  for (let round = 0; round < 12; round++) {
    const to = `race-${round}`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => refund(to, 'EUR 900.00', n % 2 === 0 ? agent : elsewhere.agent)),
    );
    expect(answers.map(({ body }) => body.kind).sort()).toEqual(['continue', ...Array(9).fill('pause')]);
  }
  const small = await Promise.all(
    Array.from({ length: 30 }, (_, n) => refund('small', 'EUR 40.00', n % 2 === 0 ? agent : elsewhere.agent)),
  );
  expect(small.filter(({ body }) => body.kind === 'continue')).toHaveLength(25);
  const { rows } = await world.pool.query<{ sum: string }>(
    `SELECT sum(b.value::numeric) AS sum FROM counters c, jsonb_each_text(c.buckets) b
     WHERE c.counter = (SELECT state -> 'counts' -> 0 ->> 'counter' FROM permits WHERE state -> 'arguments' ->> 'to' = 'small' LIMIT 1)`,
  );
  expect(Number(rows[0]?.sum)).toBe(100_000);
});

describe('sampled review', () => {
  it('puts what continued before the owner, who says once whether it was right', async () => {
    const { runId } = await refund('hal', 'EUR 1.00');
    await agent.call('report', { params: { runId }, body: { epoch: 1, key: 'k-hal', result: { status: 'done' } } });
    await agent.call('finish', { params: { runId }, body: { epoch: 1, outcome: null } });
    const amelie = await world.person('amelie');
    const open = await amelie.call('listSamples', { query: { mine: 'true' } });
    const sample = open.body.items.find((one) => one.runId === runId);
    expect(sample).toMatchObject({ step: 'refund', verdict: null, by: 'role:finance-operations' });
    const params = { sampleId: sample?.sampleId ?? '' };
    const bruno = await world.person('bruno');
    expect((await bruno.call('reviewSample', { params, body: { verdict: 'right' } })).problem.code).toBe(
      'not_entitled',
    );
    const said = await amelie.call('reviewSample', { params, body: { verdict: 'wrong', comment: 'Not his order.' } });
    expect(said.body).toMatchObject({ verdict: 'wrong', reviewedBy: 'amelie' });
    expect((await amelie.call('reviewSample', { params, body: { verdict: 'right' } })).problem.code).toBe('not_found');
    const register = await amelie.call('listExceptions', { query: { runId } });
    expect(register.body.items).toMatchObject([{ kind: 'reviewedWrong', sentence: expect.stringContaining('wrong') }]);
  });
  it('puts right what was wrong in a run that is over, once, also where that was in the way of it at first', async () => {
    const { runId } = await refund('kim', 'EUR 1.00');
    await agent.call('report', { params: { runId }, body: { epoch: 1, key: 'k-kim', result: { status: 'done' } } });
    await agent.call('finish', { params: { runId }, body: { epoch: 1, outcome: null } });
    const [amelie, dana] = [await world.person('amelie'), await world.person('dana')];
    const open = await amelie.call('listSamples', { query: { mine: 'true' } });
    const sampleId = open.body.items.find((one) => one.runId === runId)?.sampleId ?? '';
    const say = () =>
      amelie.call('reviewSample', {
        params: { sampleId },
        body: { verdict: 'wrong', comment: 'Not his order.' },
        headers: { 'idempotency-key': 'wrong-kim' },
      });
    const opened = async () => {
      const { rows } = await world.pool.query<{ title: string }>(
        "SELECT c.state ->> 'title' AS title FROM cases c JOIN runs r USING (run_id) WHERE r.key = $1",
        [`put right ${sampleId}`],
      );
      return rows.map(({ title }) => title);
    };
    const stop = await dana.call('stop', { body: { scope: 'agent', name: 'payer', because: 'A look at it' } });
    expect((await say()).ok).toBe(true);
    expect(await opened()).toEqual([]);
    await dana.call('liftStop', { params: { stopId: stop.body.stopId }, body: { because: 'Looked at' } });
    for (const _again of [1, 2]) expect((await say()).ok).toBe(true);
    expect(await opened()).toEqual(['Put “refund” right']);
  });
  it('tells people again of every step of a run that nobody looked at, however many fall due at once', async () => {
    const runId = await start();
    for (const to of ['ira', 'jon']) {
      await ask(runId, to, 'EUR 1.00');
      await agent.call('report', { params: { runId }, body: { epoch: 1, key: `k-${to}`, result: { status: 'done' } } });
    }
    await agent.call('finish', { params: { runId }, body: { epoch: 1, outcome: null } });
    await world.fastForward('8d');
    const amelie = await world.person('amelie');
    const { body } = await amelie.call('runEntries', { params: { runId } });
    expect(body.items.filter(({ type }) => type === 'SampleReminded')).toHaveLength(2);
    const { rows } = await world.pool.query<{ target: string }>(
      "SELECT target FROM outbox WHERE kind = 'tell' AND target LIKE $1 ORDER BY target",
      [`tell ${runId} %`],
    );
    expect(rows.map(({ target }) => target.split(' ').slice(2))).toEqual([
      ['SampleReminded', 'amelie'],
      ['SampleReminded', 'dana'],
    ]);
  });
});

describe('the subject of a run', () => {
  it('is what the control declares', async () => {
    const other = await agent.call('startRun', { body: { control: 'transfers', subject: { invoice: 'x' } } });
    expect(other.problem).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining('not "invoice"') });
    expect((await agent.call('startRun', { body: { control: 'transfers', subject: { id: 7 } } })).ok).toBe(false);
  });
});
