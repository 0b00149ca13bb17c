/** Promise 1: every open case, waiting sign-off and unfinished run has an armed next step. Silence moves it on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../world.ts';

let world: World;
let agent: Client;
let dana: Client;

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  dana = await world.person('dana');
});
afterAll(() => world.close());

const start = async (id: string, more: Parameters<typeof invoice>[2] = {}) => {
  const args = invoice(world.records, id, more);
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const gate = (key = 'pay') =>
    agent.call('gate', {
      params: { runId: body.run.runId },
      body: { epoch: body.epoch, step: 'release-payment', arguments: args, key, redeem: true },
    });
  return { runId: body.run.runId, epoch: body.epoch, gate };
};
const runOf = async (runId: string) => (await dana.call('getRun', { params: { runId } })).body;
/** Signs in anew each time: the clock runs past the end of sessions here. */
const liveCase = async (runId: string) => {
  dana = await world.person('dana');
  return (await dana.call('listCases', { query: { runId } })).body.items[0];
};

describe('silence moves it on', () => {
  it('tells the next rung when nobody takes a case, and begins again after the last', async () => {
    const { runId, gate } = await start('S-1', { vendor: { ageDays: 3 } });
    await gate();
    expect(await liveCase(runId)).toMatchObject({ owner: 'oncall:treasury', ownerNames: ['Amélie Laurent'], rung: 0 });
    await world.fastForward('15m');
    expect(await liveCase(runId)).toMatchObject({
      owner: 'role:treasury-lead',
      ownerNames: ['Bruno Ferrari'],
      rung: 1,
    });
    await world.fastForward('30m');
    expect(await liveCase(runId)).toMatchObject({ owner: 'role:finance-operations', rung: 2 });
    for (let hour = 0; hour < 6; hour++) {
      await world.fastForward('1h');
      const kase = await liveCase(runId);
      expect(Date.parse(kase?.nextRungAt ?? '')).toBeGreaterThan(world.clock.now());
    }
  });

  it('asks a person when the agent falls silent', async () => {
    const { runId } = await start('S-2');
    expect((await runOf(runId)).nextDue).toBe('a person is told that the agent is silent');
    await world.fastForward('11m');
    expect(await liveCase(runId)).toMatchObject({ because: 'payables has been silent for 11 min.', status: 'open' });
  });

  it('does not take an agent for silent that gives a sign of life', async () => {
    const { runId, epoch } = await start('S-3');
    for (let i = 0; i < 5; i++) {
      world.moveClock('8m');
      await agent.call('heartbeat', { params: { runId }, body: { epoch } });
      await world.fastForward('1m');
    }
    expect((await runOf(runId)).status).toBe('running');
  });

  it('asks about a step that was let through and never reported, and never runs it again by itself', async () => {
    const { runId, epoch, gate } = await start('S-4');
    expect((await gate('once')).body.kind).toBe('continue');
    await world.fastForward('11m');
    const kase = await liveCase(runId);
    expect(kase).toMatchObject({ inFlight: [{ status: 'inDoubt' }] });
    expect((await gate('once')).body.kind).toBe('inDoubt');
    const permitId = kase?.inFlight[0]?.permitId ?? '';
    const said = await dana.call('settlePermit', {
      params: { permitId },
      body: { happened: 'done', reference: 'bank 77' },
    });
    expect(said.body).toMatchObject({ status: 'done', settledBy: { kind: 'person', id: 'dana' } });
    expect((await gate('once')).body).toMatchObject({ kind: 'done', reference: 'bank 77' });
    expect(epoch).toBe(1);
  });

  it('hands a sign-off on that nobody gives in time', async () => {
    const { runId, gate } = await start('S-5', { erp: { amount: 'EUR 800.00' } });
    expect((await gate()).body.kind).toBe('pause');
    expect((await runOf(runId)).nextDue).toBe('the sign-off of “release payment” expires');
    await world.fastForward('24h');
    const kase = await liveCase(runId);
    expect(kase).toMatchObject({ ladder: 'treasury', step: { step: 'release-payment' } });
    expect(kase?.because).toContain('Nobody of the role finance approver signed “release payment” within');
  });
});

describe('what was given back or taken over', () => {
  it('tells a person when an agent does not take up what it was given back', async () => {
    const { runId, gate } = await start('S-6', { vendor: { ageDays: 3 } });
    await gate();
    const kase = await liveCase(runId);
    const claimed = await dana.call('claimCase', {
      params: { caseId: kase?.caseId ?? '' },
      body: { revision: kase?.revision ?? 0 },
    });
    await dana.call('returnCase', {
      params: { caseId: claimed.body.caseId },
      body: { revision: claimed.body.revision, instructions: 'go on' },
    });
    await world.fastForward('11m');
    const next = await liveCase(runId);
    expect(next?.caseId).not.toBe(kase?.caseId);
    expect(next?.because).toContain('has not continued');
  });

  it('reminds whoever took a case over and then does nothing', async () => {
    const { runId } = await start('S-7');
    const taken = await dana.call('takeOver', { params: { runId }, body: {} });
    await world.fastForward('2h');
    dana = await world.person('dana');
    const entries = (await dana.call('runEntries', { params: { runId } })).body.items.map((entry) => entry.sentence);
    expect(entries).toContain('Dana Whitfield was reminded: nothing has happened since the takeover.');
    expect((await runOf(runId)).holder).toMatchObject({ kind: 'person', id: 'dana' });
    expect(taken.body.status).toBe('claimed');
  });
});

describe('at each instant', () => {
  it('no unfinished run is without an armed next step', async () => {
    const health = await world.anybody.call('health');
    expect(health.body).toMatchObject({ ok: true, stranded: 0 });
    const { rows } = await world.pool.query('SELECT count(*)::int AS n FROM runs WHERE finished_at IS NULL');
    expect(rows[0].n).toBeGreaterThan(5);
  });

  it('the database itself refuses one', async () => {
    await expect(world.pool.query('UPDATE runs SET next_due_at = NULL WHERE finished_at IS NULL')).rejects.toThrow(
      /check/,
    );
  });
});
