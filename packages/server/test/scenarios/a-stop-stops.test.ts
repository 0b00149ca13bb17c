/** An operator stops an agent, a control or everything, at once; nobody slips past it, and what was taken stays taken. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../world.ts';

let world: World;
let dana: Client;

beforeAll(async () => {
  world = await createWorld();
  dana = await world.person('dana');
});
afterAll(() => world.close());

const start = (agent: Client, id: string) =>
  agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });

describe('a stop', () => {
  it('of an agent takes all its runs and lets it neither start nor attach; other agents go on', async () => {
    const one = await world.agent('payables-1');
    const two = await world.agent('payables-2');
    const runs = await Promise.all(['a', 'b', 'c'].map((id) => start(one, id)));
    const spared = await start(two, 'd');
    const stop = await dana.call('stop', {
      body: { scope: 'agent', name: 'payables-1', because: 'It pays the wrong supplier' },
    });
    expect(stop.body).toMatchObject({ scope: 'agent', runsTaken: 3, byName: 'Dana Whitfield', liftedAt: null });
    for (const { body } of runs) {
      const refused = await one.call('heartbeat', { params: { runId: body.run.runId }, body: { epoch: body.epoch } });
      expect(refused.problem).toMatchObject({ code: 'fenced', control: { name: 'Dana Whitfield' } });
    }
    const again = await start(one, 'e');
    expect(again.problem).toMatchObject({ code: 'run_stopped' });
    expect(again.problem.detail).toContain('It pays the wrong supplier');
    expect((await two.call('heartbeat', { params: { runId: spared.body.run.runId }, body: { epoch: 1 } })).ok).toBe(
      true,
    );
    const cases = await dana.call('listCases', { query: { mine: 'true' } });
    expect(cases.body.items.filter((kase) => kase.agentId === 'payables-1')).toHaveLength(3);
    await dana.call('liftStop', { params: { stopId: stop.body.stopId }, body: { because: 'Supplier list mended' } });
    expect((await start(one, 'f')).status).toBe(200);
  });

  it('of everything leaves no run with an agent, also when agents start at the same moment', async () => {
    const agents = await Promise.all([1, 2, 3].map((n) => world.agent(`crowd-${n}`)));
    const starts = agents.flatMap((agent, a) => Array.from({ length: 10 }, (_, i) => start(agent, `crowd-${a}-${i}`)));
    const stop = await dana.call('stop', { body: { scope: 'everything', because: 'Drill' } });
    const replies = await Promise.all(starts);
    const { rows } = await world.pool.query(
      "SELECT count(*)::int AS n FROM runs WHERE holder_kind = 'agent' AND finished_at IS NULL",
    );
    expect(rows[0].n).toBe(0);
    for (const reply of replies.filter((r) => !r.ok)) expect(reply.problem.code).toBe('run_stopped');
    const returned = (await dana.call('listCases', { query: { mine: 'true' } })).body.items.find((kase) =>
      kase.agentId.startsWith('crowd'),
    );
    if (returned !== undefined) {
      await dana.call('returnCase', {
        params: { caseId: returned.caseId },
        body: { revision: returned.revision, unchanged: true },
      });
      const attach = await agents[0]?.call('attachRun', { params: { runId: returned.runId }, body: {} });
      expect(['run_stopped', 'not_found']).toContain(attach?.problem.code);
    }
    await dana.call('liftStop', { params: { stopId: stop.body.stopId }, body: { because: 'Drill over' } });
  });

  it('needs a right, a name and a reason', async () => {
    const nobody = await world.anybody.call('stop', { body: { scope: 'everything', because: 'x' } });
    expect(nobody.problem.code).toBe('unauthenticated');
    const unnamed = await dana.call('stop', { body: { scope: 'agent', because: 'x' } });
    expect(unnamed.problem.detail).toContain('which agent');
    const silent = await dana.call('stop', { body: { scope: 'everything', because: '' } });
    expect(silent.status).toBe(422);
  });
});

it('a permit that was redeemed before the stop is listed, not hidden', async () => {
  const agent = await world.agent('payables-9');
  const args = invoice(world.records, 'P-9');
  const { body } = await start(agent, 'P-9');
  const params = { runId: body.run.runId };
  await agent.call('gate', {
    params,
    body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay', redeem: true },
  });
  const stop = await dana.call('stop', { body: { scope: 'control', name: 'payment-approval', because: 'Audit' } });
  const run = await dana.call('getRun', { params });
  expect(run.body).toMatchObject({ status: 'taken', inFlight: [{ key: 'pay', status: 'redeemed' }] });
  await dana.call('liftStop', { params: { stopId: stop.body.stopId }, body: { because: 'done' } });
});
