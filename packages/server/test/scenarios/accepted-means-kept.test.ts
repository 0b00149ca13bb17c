/** Promise 7: what got a 2xx is kept, and the same request asked again has the same answer and no second effect. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, root, type World } from '../world.ts';

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
  const { body } = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: id }, key: id },
  });
  const gate = (key: string, attempt: string, redeem = true) =>
    agent.call('gate', {
      params: { runId: body.run.runId },
      body: { epoch: body.epoch, step: 'release-payment', arguments: args, key, attempt, redeem },
    });
  return { runId: body.run.runId, epoch: body.epoch, gate, args };
};

describe('asking again', () => {
  it('a start with the same key is the same run, in a new epoch', async () => {
    const first = await start('K-1');
    const second = await start('K-1');
    expect(second.runId).toBe(first.runId);
    expect(second.epoch).toBe(first.epoch + 1);
    expect((await first.gate('pay', 'a')).problem.code).toBe('fenced');
  });

  it('the same call of the gate gets the same permit; another call with its key does not run it again', async () => {
    const { gate } = await start('K-2');
    const first = await gate('pay', 'call-1');
    const repeated = await gate('pay', 'call-1');
    if (first.body.kind !== 'continue' || repeated.body.kind !== 'continue') throw new Error('expected permits');
    expect(repeated.body.permit.permitId).toBe(first.body.permit.permitId);
    expect((await gate('pay', 'call-2')).body.kind).toBe('inDoubt');
  });

  it('a key that was used for other arguments is refused', async () => {
    const { runId, epoch, gate, args } = await start('K-3');
    await gate('pay', 'a');
    const other = await agent.call('gate', {
      params: { runId },
      body: { epoch, step: 'release-payment', arguments: { ...args, amount: 'EUR 1.00' }, key: 'pay' },
    });
    expect(other.problem.code).toBe('key_reused');
  });

  it('the recorded result comes back long after the run has forgotten the key', async () => {
    const { runId, epoch } = await start('K-4');
    const step = async (key: string) => {
      const gate = await agent.call('gate', {
        params: { runId },
        body: { epoch, step: 'gather-context', arguments: { key }, key, redeem: true },
      });
      if (gate.body.kind === 'continue')
        await agent.call('report', { params: { runId }, body: { epoch, key, result: { status: 'done', value: key } } });
      return gate.body;
    };
    for (let i = 0; i < 40; i++) await step(`k${i}`);
    expect(await step('k0')).toMatchObject({ kind: 'done', result: 'k0' });
    await world.restart();
    expect(await step('k1')).toMatchObject({ kind: 'done', result: 'k1' });
  });

  it('the same Idempotency-Key has the same answer; with another body it is refused', async () => {
    const { runId } = await start('K-5');
    const headers = { 'idempotency-key': 'press-1' };
    const first = await dana.call('takeOver', { params: { runId }, headers, body: { reason: 'look' } });
    const again = await dana.call('takeOver', { params: { runId }, headers, body: { reason: 'look' } });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await dana.call('takeOver', { params: { runId }, headers, body: { reason: 'something else' } });
    expect(other.problem.code).toBe('idempotency_mismatch');
    const entries = await dana.call('runEntries', { params: { runId } });
    expect(entries.body.items.filter((entry) => entry.type === 'ControlTaken')).toHaveLength(1);
  });
});

type Started = Pick<Awaited<ReturnType<typeof start>>, 'runId' | 'epoch'>;
const gather = ({ runId, epoch }: Started, key: string) =>
  agent.call('gate', {
    params: { runId },
    body: { epoch, step: 'gather-context', arguments: { key }, key, redeem: true },
  });
const report = ({ runId, epoch }: Started, key: string) =>
  agent.call('report', { params: { runId }, body: { epoch, key, result: { status: 'done', value: key } } });
const worked = async (run: Started, steps: number): Promise<void> => {
  for (let nth = 0; nth < steps; nth++) {
    await gather(run, `k${nth}`);
    await report(run, `k${nth}`);
  }
};

it('the record of a forgotten key comes back also where the gate would now say something else', async () => {
  const run = await start('K-6');
  await run.gate('pay', 'a');
  await report(run, 'pay');
  await worked(run, 33);
  const escalated = await agent.call('escalate', {
    params: { runId: run.runId },
    body: { epoch: run.epoch, question: 'May I?', key: 'q', options: [], facts: {} },
  });
  expect(escalated.ok).toBe(true);
  expect((await run.gate('another', 'b')).body.kind).toBe('handoff');
  expect((await run.gate('pay', 'c')).body).toMatchObject({ kind: 'done', result: 'pay' });
  const body = { epoch: run.epoch, step: 'release-payment', arguments: { ...run.args, amount: 'EUR 1.00' } };
  const other = await agent.call('gate', { params: { runId: run.runId }, body: { ...body, key: 'pay' } });
  expect(other.problem.code).toBe('key_reused');
});

describe('work on the house with an Idempotency-Key', () => {
  const entriesOf = async (stream: string, type: string) => {
    const { rows } = await world.pool.query('SELECT 1 FROM entries WHERE stream = $1 AND type = $2', [stream, type]);
    return rows.length;
  };
  const headers = (key: string) => ({ 'idempotency-key': key });

  it('a stop pressed again is the same stop, here and at another node', async () => {
    const body = { scope: 'agent', name: 'nobody-yet', because: 'Drill' } as const;
    const first = await dana.call('stop', { headers: headers('stop-1'), body });
    const again = await dana.call('stop', { headers: headers('stop-1'), body });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    await world.restart();
    expect((await dana.call('stop', { headers: headers('stop-1'), body })).body).toEqual(first.body);
    expect(await entriesOf('stop', 'StopOrdered')).toBe(1);
    const other = await dana.call('stop', { headers: headers('stop-1'), body: { ...body, because: 'Other' } });
    expect(other.problem.code).toBe('idempotency_mismatch');
    await dana.call('liftStop', { params: { stopId: first.body.stopId }, body: { because: 'Drill over' } });
  });

  it('a key is made once, and its secret is not told again', async () => {
    const body = { agentId: 'once', controls: ['payment-approval'] };
    const made = await Promise.all([1, 2, 3].map(() => dana.call('createKey', { headers: headers('key-1'), body })));
    expect(made.filter(({ ok }) => ok)).toHaveLength(1);
    const again = await dana.call('createKey', { headers: headers('key-1'), body });
    expect(again.problem.code).toBe('answer_not_kept');
    const { body: listed } = await dana.call('listKeys', {});
    expect(listed.items.filter(({ agentId }) => agentId === 'once')).toHaveLength(1);
    const { rows } = await world.pool.query("SELECT answer FROM idempotency WHERE key = 'key-1'");
    expect(rows).toEqual([{ answer: null }]);
  });

  it('an organisation applied again leaves one entry; one that was refused may be mended under the same key', async () => {
    const file = 'organisation.yaml';
    const refused = await dana.call('applyOrganisation', {
      headers: headers('org-1'),
      body: { source: 'people: 7', file },
    });
    expect(refused.problem.code).toBe('organisation_invalid');
    const body = { source: readFileSync(root('controls/organisation.yaml'), 'utf8'), file };
    const before = await entriesOf('organisation', 'OrganisationApplied');
    for (let i = 0; i < 3; i++)
      expect((await dana.call('applyOrganisation', { headers: headers('org-1'), body })).status).toBe(200);
    expect((await entriesOf('organisation', 'OrganisationApplied')) - before).toBe(1);
  });

  it('what was done and lost its answer on the way is not done again', async () => {
    const key = { caller: 'person:dana', key: 'torn', bodyDigest: 'sha256:of-the-body' };
    let made = 0;
    const torn = world.app.services.once(key, async () => {
      await world.app.accounts.createLoginLink('dana', world.clock.now());
      made += 1;
      throw new Error('the connection was cut');
    });
    await expect(torn).rejects.toThrow('cut');
    const again = await world.app.services.once(key, async () => {
      made += 1;
      return { answer: {}, secret: false };
    });
    expect([made, again]).toMatchObject([1, { ok: false, refused: { code: 'answer_not_kept' } }]);
  });
});

describe('several nodes on one database', () => {
  it('a node that remembers an older state is never believed', async () => {
    const { runId, gate } = await start('N-1');
    expect((await gate('low', 'a', false)).body.kind).toBe('continue');
    const other = await world.anotherNode();
    const command = { runId, by: { kind: 'person' as const, id: 'dana' } };
    const { decideCase } = await import('../../src/domain/case/decide.ts');
    const outcome = await other.services.handle({
      ...command,
      decide: (run, context) =>
        decideCase(run, { type: 'takeOver', kind: 'takenOver', reason: '', breakGlass: false }, context),
      present: () => null,
    });
    expect(outcome.ok).toBe(true);
    expect((await gate('low', 'a', true)).problem.code).toBe('fenced');
    expect((await gate('new', 'b')).problem.code).toBe('fenced');
  });
});

describe('every change', () => {
  it('has its entry, gap-free within the run', async () => {
    const { rows } = await world.pool.query<{ gaps: number; runs: number }>(
      `SELECT count(*) FILTER (WHERE n <> last)::int AS gaps, count(*)::int AS runs
       FROM (SELECT stream, count(*) AS n, max(seq) AS last FROM entries GROUP BY stream) s`,
    );
    expect(rows[0]).toMatchObject({ gaps: 0 });
    expect(rows[0]?.runs).toBeGreaterThan(4);
  });
});
