/** Time at several nodes on one real database: outages, far deadlines, workers that race and workers that die. */
import { noteSigner } from '@belay/protocol/evidence';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { createDueStore } from '../../src/store/due.ts';
import { createEvidenceLog } from '../../src/store/integrate.ts';
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

/** A case that waits at the first rung of treasury's ladder: 15 min, then 30 min, then every hour. */
const open = async (id: string, more: Parameters<typeof invoice>[2] = {}): Promise<string> => {
  const args = invoice(world.records, id, { ...more, vendor: { ageDays: 3, ...more?.vendor } });
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const { runId } = body.run;
  const body_ = { epoch: body.epoch, step: 'release-payment', arguments: args, key: 'pay' };
  await agent.call('gate', { params: { runId }, body: body_ });
  return runId;
};

type Fired = { position: number; rung: number; skipped: { rung: number; because: string }[]; nextAt: number };
const firedOf = async (runId: string): Promise<Fired[]> => {
  const { rows } = await world.pool.query<{ position: number; event: Omit<Fired, 'position'> }>(
    "SELECT position, event FROM entries WHERE stream = $1 AND type = 'RungFired' ORDER BY seq",
    [runId],
  );
  return rows.map(({ position, event }) => ({ position, ...event }));
};

describe('after an outage (T10)', () => {
  it('only the current rung fires, and the skipped ones are recorded', async () => {
    const runId = await open('T10-1');
    await world.fastForward('50m');
    const fired = await firedOf(runId);
    expect(fired.map(({ rung }) => rung)).toEqual([0, 2]);
    expect(fired[1]?.skipped).toEqual([
      { rung: 1, target: 'role:treasury-lead', because: 'its time passed while nothing was told' },
    ]);
    expect(fired[1]?.nextAt).toBe(world.clock.now() + 3_600_000);
  });

  it('a day of silence ends in one rung, not in a burst', async () => {
    const runId = await open('T10-2');
    await world.fastForward('24h');
    expect(await firedOf(runId)).toHaveLength(2);
    expect(await world.app.fireDue()).toBe(0);
  });

  it('the urgent are told before those who have waited longer', async () => {
    const calm = await Promise.all(Array.from({ length: 20 }, (_, index) => open(`T10-calm-${index}`)));
    const urgent = await open('T10-urgent', { vendor: { sanctionsHit: true } });
    world.moveClock('2h');
    const classes = await createDueStore(world.pool).urgencies(world.clock.now());
    expect(classes.map(({ urgency }) => urgency)).toEqual([100, 0]);
    await world.app.fireDue();
    const last = async (runId: string) => (await firedOf(runId)).at(-1)?.position ?? 0;
    const others = await Promise.all(calm.map(last));
    expect(await last(urgent)).toBeLessThan(Math.max(...others));
  });
});

it('a deadline beyond 24.8 days fires on time, not at once (T9)', async () => {
  const runId = await open('T9');
  const dana = await world.person('dana');
  const taken = await dana.call('takeOver', { params: { runId }, body: {} });
  await world.pool.query('UPDATE runs SET next_due_at = $2 WHERE run_id = $1', [
    runId,
    new Date(world.clock.now() + 30 * 86_400_000),
  ]);
  expect(taken.body.status).toBe('claimed');
  await world.fastForward('29d');
  const reminders = async () =>
    (await world.pool.query("SELECT FROM entries WHERE stream = $1 AND type = 'ClaimIdled'", [runId])).rowCount;
  expect(await reminders()).toBe(0);
  await world.fastForward('25h');
  expect(await reminders()).toBe(1);
});

it('two nodes that fire at the same moment fire each rung once (T11)', async () => {
  const runIds = await Promise.all(Array.from({ length: 60 }, (_, index) => open(`T11-${index}`)));
  world.moveClock('16m');
  const looked = await Promise.all([world.app.fireDue(), other.fireDue(), world.app.fireDue(), other.fireDue()]);
  // A node that the machine held up for seconds let go of its rows: the next look fires those.
  await world.app.fireDue();
  for (const runId of runIds) expect((await firedOf(runId)).map(({ rung }) => rung)).toEqual([0, 1]);
  const worked = looked.reduce((sum, n) => sum + n, 0);
  expect(worked).toBeLessThan(2 * runIds.length);
});

it('what a node took before it died is fired by another, once (T12)', async () => {
  const runId = await open('T12');
  world.moveClock('16m');
  const at = world.clock.now();
  const { urgency = 0 } = (await createDueStore(world.pool).urgencies(at))[0] ?? {};
  let die: (why: Error) => void = () => {};
  const dead = new Promise<void>((resolve) => {
    const never = () => {
      resolve();
      return new Promise<never>((_, reject) => {
        die = reject;
      });
    };
    createDueStore(world.pool)
      .take({ urgency, at, except: [], limit: 1_000 }, never)
      .catch(() => undefined);
  });
  await dead;
  try {
    expect(await other.fireDue()).toBe(0);
    await expect.poll(async () => (await other.fireDue()) > 0, { timeout: 15_000 }).toBe(true);
    expect((await firedOf(runId)).map(({ rung }) => rung)).toEqual([0, 1]);
  } finally {
    // Also when this fails: the house could not be closed over a transaction that nobody ends.
    die(new Error('it was dead all along'));
  }
});

/** What the loops of a running house do besides firing. */
const settle = async (): Promise<void> => {
  const { rows } = await world.pool.query<{ secret: string }>("SELECT signing_key->>'logSecret' AS secret FROM house");
  const log = createEvidenceLog(world.pool, noteSigner(rows[0]?.secret ?? ''));
  while ((await log.integrate(world.clock.now())) > 0);
  await world.app.deliverOwed();
};

describe('the audit', () => {
  beforeEach(settle);

  it('finds nothing in a house that works', async () => {
    await world.app.fireDue();
    expect(await world.app.audit()).toEqual([]);
    expect((await world.anybody.call('health')).body).toMatchObject({ ok: true, alarms: [] });
  });

  it('says so in the health, and in the log of evidence, when rungs do not fire', async () => {
    await open('late');
    world.moveClock('3h');
    await settle();
    const findings = await world.app.audit();
    expect(findings.at(0)).toContain('has not happened: rungs fire late');
    expect((await world.anybody.call('health')).body).toMatchObject({ ok: false, alarms: findings });
    await world.app.fireDue();
    await settle();
    expect(await world.app.audit()).toEqual([]);
    const { rows } = await world.pool.query("SELECT type FROM entries WHERE stream = 'house' ORDER BY seq");
    expect(rows.map(({ type }) => type)).toEqual(['AuditFailed', 'AuditPassed']);
  });

  it.each([
    [
      'a case whose run does not know it',
      'UPDATE runs SET case_id = NULL WHERE run_id = $1',
      'that no unfinished run carries',
    ],
    [
      'a case without a next rung',
      "UPDATE cases SET state = state - 'nextRungAt' WHERE run_id = $1",
      'no rung to come',
    ],
    [
      'a wake-up that nobody sends',
      "INSERT INTO outbox (kind, target, body, next_attempt_at, created_at) VALUES ('wake', $1, '{}', '2026-01-01', '2026-01-01')",
      'not taken up',
    ],
  ])('notices %s', async (_what, damage, sentence) => {
    const runId = await open(`damaged-${sentence.length}`);
    expect(await world.app.audit()).toEqual([]);
    await world.pool.query(damage, [runId]);
    expect((await world.app.audit()).join(' ')).toContain(sentence);
    await world.pool.query('DELETE FROM outbox WHERE target = $1', [runId]);
    await world.pool.query('DELETE FROM cases WHERE run_id = $1', [runId]);
    await settle();
    expect(await world.app.audit()).toEqual([]);
  });
});
