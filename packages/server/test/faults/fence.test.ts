/**
 * The fence against real PostgreSQL: two nodes that share nothing but the database race a takeover against the
 * redemption of a permit. With the row lock taken out of the statement the same race breaks the promise.
 */

import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { decideCase } from '../../src/domain/case/decide.ts';
import { decideAgent } from '../../src/domain/run/agent.ts';
import { inFlight } from '../../src/engine/present.ts';
import { type CommitKind, commitParameters, commitStatement } from '../../src/store/commit.ts';
import { type Client, createWorld, invoice, type World } from '../world.ts';

let world: World;
let agent: Client;
let other: App;

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  other = await world.anotherNode();
});
afterAll(() => world.close());

const races = process.env.BELAY_NIGHTLY === '1' ? 1_000 : 150;

const race = async (id: string) => {
  const args = invoice(world.records, id);
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const { runId } = body.run;
  const granted = await agent.call('gate', {
    params: { runId },
    body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
  });
  if (granted.body.kind !== 'continue') throw new Error('expected a permit');
  const { permitId } = granted.body.permit;
  const taking = other.services.handle({
    runId,
    by: { kind: 'person', id: 'dana' },
    decide: (run, context) =>
      decideCase(run, { type: 'takeOver', kind: 'takenOver', reason: '', breakGlass: false }, context),
    present: (run) => inFlight(run).map((permit) => permit.permitId),
  });
  const looked = {
    erp: { ok: true as const, value: world.records.erp?.[id] ?? null },
    'vendor-master': { ok: true as const, value: world.records['vendor-master']?.[args.beneficiaryId] ?? null },
  };
  const redeeming = world.app.services.handle({
    runId,
    by: { kind: 'agent', id: 'payables' },
    decide: (run, context) => decideAgent(run, { type: 'redeem', epoch: 1, permitId, looked }, context),
    present: () => null,
  });
  const [taken, redeemed] = await Promise.all([taking, redeeming]);
  if (!taken.ok) throw new Error(JSON.stringify(taken.refused));
  return { redeemed: redeemed.ok, listed: (taken.answer as string[]).includes(permitId) };
};

it(`a permit redeemed in a race with a takeover is listed as under way, or refused (${races} races)`, async () => {
  const outcomes = [];
  for (let i = 0; i < races; i++) outcomes.push(await race(`R-${i}`));
  expect(outcomes.filter(({ redeemed, listed }) => redeemed && !listed)).toEqual([]);
  expect(outcomes.some(({ redeemed }) => redeemed)).toBe(true);
  expect(outcomes.some(({ redeemed }) => !redeemed)).toBe(true);
});

/** Two commits decided on the same state: the second waits for the first and must then find that the row has moved. */
const twoCommits = async (pool: Pool, kind: CommitKind, statement: string, id: string): Promise<number> => {
  invoice(world.records, id);
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const { runId } = body.run;
  const before = await world.app.services.committer.peek(runId);
  if (before === null) throw new Error('the run is gone');
  const write = {
    run: before.run,
    expected: before.revision,
    nextDueAt: world.clock.now() + 1,
    nextDue: 'x',
    recorded: [],
    cases: [],
    approvals: [],
    permits: [],
    samples: [],
    counts: [],
    outbox: [],
    idempotency: [],
    guarded: false,
  };
  const values = commitParameters(kind, [write], world.clock.now());
  const first = await pool.connect();
  const second = await pool.connect();
  try {
    await first.query('BEGIN');
    const one = await first.query(statement, values);
    const waiting = second.query(statement, values);
    await waitUntilBlocked(pool);
    await first.query('COMMIT');
    return (one.rowCount ?? 0) + ((await waiting).rowCount ?? 0);
  } finally {
    first.release();
    second.release();
    world.app.services.committer.forget(runId);
  }
};

const waitUntilBlocked = async (pool: Pool): Promise<void> => {
  for (let i = 0; i < 500; i++) {
    const { rows } = await pool.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    if (rows[0].n > 0) return;
  }
  throw new Error('nobody waited for the lock');
};

describe.each([true, false])('two commits decided on the same state (whole: %s)', (whole) => {
  const kind = { whole, counts: false };
  const statement = commitStatement(kind);

  it('exactly one moves the run', async () => {
    expect(await twoCommits(world.pool, kind, statement, `C-1 ${whole}`)).toBe(1);
  });

  it('without the row lock both would: the lock is what makes it a fence', async () => {
    const unlocked = statement.replace('FOR UPDATE OF r', '');
    expect(unlocked).not.toBe(statement);
    expect(await twoCommits(world.pool, kind, unlocked, `C-2 ${whole}`)).toBe(2);
  });
});

it('two people who sign at the same moment make exactly one transition', async () => {
  const amelie = await world.person('amelie');
  const chidi = await world.person('chidi');
  for (let i = 0; i < races / 5; i++) {
    const args = invoice(world.records, `A-${i}`, { erp: { amount: 'EUR 700.00' } });
    const { body } = await agent.call('startRun', {
      body: { control: 'payment-approval', subject: { invoiceId: `A-${i}` } },
    });
    const params = { runId: body.run.runId };
    const paused = await agent.call('gate', {
      params,
      body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
    });
    if (paused.body.kind !== 'pause') throw new Error(JSON.stringify(paused.body));
    const approvalId = paused.body.approvalIds[0] ?? '';
    const sign = async (who: Client, revision: number) =>
      who.call('approve', { params: { approvalId }, body: { revision, digest: paused.body.digest } });
    const both = await Promise.all([sign(amelie, 0), sign(chidi, 0)]);
    const stale = both.findIndex((reply) => reply.status === 409);
    expect(both.filter((reply) => reply.ok)).toHaveLength(1);
    const last = await sign(stale === 0 ? amelie : chidi, 1);
    expect(last.body).toMatchObject({ status: 'approved' });
    const entries = await amelie.call('runEntries', { params });
    expect(
      entries.body.items.filter(({ type, event }) => type === 'ApprovalSigned' && event.complete === true),
    ).toHaveLength(1);
    const go = await agent.call('gate', {
      params,
      body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay', redeem: true },
    });
    expect(go.body.kind).toBe('continue');
  }
});
