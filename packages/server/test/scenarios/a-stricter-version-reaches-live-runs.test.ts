/** A version in force decides new runs; live ones are moved to it by an administrator, when it is not weaker than theirs. */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, root, type World } from '../world.ts';

const name = 'payment-approval';
const source = readFileSync(root(`controls/${name}.control.yaml`), 'utf8');
const params = { name };

let world: World;
let agent: Client;
const people: Record<string, Client> = {};
const as = (person: string): Client => people[person] as Client;

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  for (const person of ['amelie', 'chidi', 'dana']) people[person] = await world.person(person);
});
afterAll(() => world.close());

/** A run over an invoice of this amount, and how its agent asks to release it. */
const started = async (id: string, amount: string) => {
  const args = invoice(world.records, id, { erp: { amount } });
  const { body } = await agent.call('startRun', { body: { control: name, subject: { invoiceId: id } } });
  const of = { runId: body.run.runId };
  const ask = async (more: JsonObject = {}) =>
    (
      await agent.call('gate', {
        params: of,
        body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay', ...more },
      })
    ).body;
  const run = async () => (await as('dana').call('getRun', { params: of })).body;
  return { of, ask, run };
};

const publish = async (text: string): Promise<void> => {
  const { ok, problem } = await as('amelie').call('publishControl', { body: { source: text, file: `${name}.yaml` } });
  expect([ok, problem.detail]).toEqual([true, undefined]);
};
const preview = async () => (await as('dana').call('previewMove', { params })).body;
const move = async (who = 'dana') => {
  const { digest } = await preview();
  return as(who).call('moveRuns', { params, body: { digest, because: 'A fraud wave.' } });
};
const sign = async (person: string, approvalId = '') => {
  const { body } = await as(person).call('getApproval', { params: { approvalId } });
  const { revision, digest } = body;
  return as(person).call('approve', { params: { approvalId }, body: { revision, digest } });
};

const stricter = source.replace('amount > EUR 500.00', 'amount > EUR 100.00');
const threeSign = stricter.replace('quorum: 2', 'quorum: 3');

describe('a stricter version', () => {
  it('is announced with the number of live runs, and moves none by itself', async () => {
    const small = await started('M-1', 'EUR 120.00');
    await publish(stricter);
    expect(await preview()).toMatchObject({
      version: 2,
      movable: 1,
      moved: null,
      from: [{ version: 1, runs: 1, movable: true, moved: null, comparison: { weaker: false } }],
    });
    expect((await small.ask()).kind).toBe('continue');
    expect((await small.run()).control.version).toBe(1);
  });

  it('decides the next step of a run that was moved, and a permit of before is no way round it', async () => {
    await publish(source);
    const [permitted, inFlight] = [await started('M-2', 'EUR 120.00'), await started('M-3', 'EUR 120.00')];
    const granted = await permitted.ask();
    expect((await inFlight.ask({ redeem: true })).kind).toBe('continue');
    await publish(stricter);
    expect((await move()).body).toMatchObject({ version: 4, moved: 3 });
    if (granted.kind !== 'continue') throw new Error(granted.kind);
    const { permitId } = granted.permit;
    const redeemed = await agent.call('redeem', { params: permitted.of, body: { epoch: 1, permitId } });
    expect(redeemed.problem.code).toBe('permit_unknown');
    expect((await permitted.ask()).kind).toBe('pause');
    const reported = await agent.call('report', {
      params: inFlight.of,
      body: { epoch: 1, key: 'pay', result: { status: 'done' } },
    });
    expect(reported.ok).toBe(true);
    expect((await inFlight.run()).control.version).toBe(4);
  });

  it('is told in the evidence of each run: who moved it, from what to what, and why', async () => {
    const told = await started('M-4', 'EUR 20.00');
    await publish(threeSign);
    await move();
    const { body } = await as('chidi').call('runEntries', { params: told.of, query: {} });
    const entry = body.items.find(({ type }) => type === 'RunMoved');
    expect(entry?.sentence).toBe(
      'Dana Whitfield moved the run from version 4 to version 5 of payment-approval, which is stricter: A fraud wave.',
    );
    expect(entry?.event).toMatchObject({ from: { version: 4 }, to: { version: 5 }, because: 'A fraud wave.' });
  });
});

describe('sign-offs of a run that is moved', () => {
  it('stay when the version asks for the same ones, and are asked for again when it asks for others', async () => {
    await publish(source);
    const run = await started('M-5', 'EUR 700.00');
    const first = await run.ask();
    if (first.kind !== 'pause') throw new Error(first.kind);
    const [approvalId = ''] = first.approvalIds;
    expect((await sign('amelie', approvalId)).ok).toBe(true);
    await publish(stricter);
    await move();
    expect(await run.ask()).toMatchObject({ kind: 'pause', approvalIds: [approvalId] });
    await publish(threeSign);
    await move();
    const old = await as('chidi').call('getApproval', { params: { approvalId } });
    expect(old.body.status).toBe('void');
    const again = await run.ask();
    if (again.kind !== 'pause') throw new Error(again.kind);
    const fresh = await as('chidi').call('getApproval', { params: { approvalId: again.approvalIds[0] ?? '' } });
    expect(fresh.body).toMatchObject({ status: 'waiting', quorum: 3, signatures: [] });
  });

  it('that ended are owed to the agent: it is woken, and a person is told when it does not come', async () => {
    await publish(stricter);
    const run = await started('M-6', 'EUR 700.00');
    await run.ask();
    await publish(threeSign);
    await move();
    const owed = await world.pool.query(
      "SELECT body ->> 'runId' AS run FROM outbox WHERE kind = 'wake' AND target = 'payables'",
    );
    expect(owed.rows).toContainEqual({ run: run.of.runId });
    expect((await run.run()).nextDue).toBe('a person is told that the agent does not continue');
  });
});

describe('a weaker version', () => {
  it('is refused for live runs, with what it would let through', async () => {
    const run = await started('M-7', 'EUR 120.00');
    const { version } = (await run.run()).control;
    await publish(source);
    const shown = await preview();
    expect(shown.movable).toBe(0);
    expect(shown.from.every(({ movable }) => !movable)).toBe(true);
    const { status, problem } = await move();
    expect([status, problem.code]).toEqual([409, 'version_weaker']);
    expect(problem.detail).toContain('when amount is from EUR 100.01 to EUR 500.00');
    expect((await run.run()).control.version).toBe(version);
  });
});

describe('moving', () => {
  it('is for administrators, and for the version that they read', async () => {
    expect((await move('amelie')).problem.code).toBe('not_entitled');
    const body = { digest: `sha256:${'0'.repeat(64)}`, because: 'Too late.' };
    expect((await as('dana').call('moveRuns', { params, body })).problem.code).toBe('stale_revision');
    const none = await as('dana').call('previewMove', { params: { name: 'nothing' } });
    expect(none.problem.code).toBe('control_not_found');
  });

  it('twice is moving once', async () => {
    await publish(source);
    await started('M-8', 'EUR 20.00');
    await publish(stricter);
    expect((await move()).body.moved).toBe(1);
    await publish(stricter.replace('amount > EUR 100.00', 'amount > EUR 90.00'));
    const both = await Promise.all([move(), move()]);
    expect(both.map(({ body }) => body.moved).sort()).toEqual([0, 1]);
  });
});

describe('what is due of a run that was moved', () => {
  it('is due by the version that it was moved to, also when the move ended a permit', async () => {
    await publish(stricter);
    const run = await started('M-due', 'EUR 20.00');
    expect((await run.ask()).kind).toBe('continue');
    await publish(stricter.replace('stuck: { idle: 10m', 'stuck: { idle: 2m'));
    expect((await move()).ok).toBe(true);
    await world.fastForward('3m');
    expect((await run.run()).caseId).not.toBeNull();
  });
});
