/** A packet says how complete it is. Below what its control asks for nobody signs it, wherever they stand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, type World } from '../world.ts';

const source = `
control: paying
about: Pays, and asks for all of the packet before anybody signs.
owner: role:finance-operations
subject: { id: string }
facts:
  amount: { from: args, type: money, currency: [EUR], min: 0.01 }
  beneficiary.name: { from: lookup, source: vendor-master, type: string }
steps:
  pay:
    risk: high
    effect: irreversible
    arguments: { beneficiaryId: string, amount: money }
    editable: [amount]
rules:
  - { id: any, at: pay, when: amount >= EUR 0.01, then: approval, by: one, because: "Each payment is signed." }
approvals:
  one: { from: role:finance-approver, exclude: [requester], within: 1h, on-expiry: handoff to role:finance-operations }
packet:
  title: "Pay {amount}"
  complete: 100%
  sections: { Beneficiary: [beneficiary.name] }
`;

let world: World;
let agent: Client;
let amelie: Client;
beforeAll(async () => {
  world = await createWorld({ controls: [] });
  await world.publish(source);
  world.records['vendor-master'] = { b: { name: 'Nordwind GmbH' } };
  agent = await world.agent('payer', ['paying']);
  amelie = await world.person('amelie');
});
afterAll(() => world.close());

let runs = 0;
const ask = async () => {
  const started = await agent.call('startRun', { body: { control: 'paying', subject: { id: `r-${++runs}` } } });
  const params = { runId: started.body.run.runId };
  const args = { beneficiaryId: 'b', amount: 'EUR 90.00' };
  const body = { epoch: 1, step: 'pay', arguments: args, key: 'k' };
  return { params, args, answer: (await agent.call('gate', { params, body })).body };
};

describe('a packet below what the control asks for', () => {
  it('is handed off at the gate: nobody is asked to sign it', async () => {
    world.down.add('vendor-master');
    const { params, answer } = await ask();
    expect(answer).toMatchObject({
      kind: 'handoff',
      because: expect.stringMatching(/^Only \d+ % of what a signature/),
    });
    const waiting = await amelie.call('listApprovals', { query: { status: 'all', runId: params.runId } });
    expect(waiting.body.items).toEqual([]);
    const kase = await amelie.call('listCases', { query: { runId: params.runId } });
    expect(kase.body.items[0]?.packet?.completeness).toMatchObject({
      least: 100,
      missing: [{ label: 'beneficiary name', because: expect.stringContaining('503') }],
    });
    world.down.clear();
  });

  it('is not made by an edit: what was asked for goes on waiting', async () => {
    const { answer } = await ask();
    if (answer.kind !== 'pause') throw new Error(JSON.stringify(answer));
    const params = { approvalId: answer.approvalIds[0] ?? '' };
    const { revision, digest } = (await amelie.call('getApproval', { params })).body;
    const body = {
      revision,
      digest,
      arguments: { beneficiaryId: 'b', amount: 'EUR 80.00' },
      because: 'The credit note counts.',
    };
    world.down.add('vendor-master');
    expect((await amelie.call('editApproval', { params, body })).problem).toMatchObject({
      code: 'too_little_known',
      detail: expect.stringContaining('beneficiary name'),
    });
    world.down.clear();
    expect((await amelie.call('getApproval', { params })).body).toMatchObject({ status: 'waiting', digest });
    expect((await amelie.call('editApproval', { params, body })).ok).toBe(true);
  });

  it('is not signed, should it wait for a signature: not alone, not in a batch, and no surface offers it', async () => {
    const { answer } = await ask();
    if (answer.kind !== 'pause') throw new Error(JSON.stringify(answer));
    const approvalId = answer.approvalIds[0] ?? '';
    // As a server that knew no threshold yet would have stored it.
    const lacking = { percent: 0, least: 100, missing: [{ label: 'beneficiary name', because: 'is missing.' }] };
    for (const [table, path, where] of [
      ['approvals', '{packet,completeness}', 'approval_id'],
      ['runs', '{approvals,0,packet,completeness}', 'run_id'],
    ] as const)
      await world.pool.query(
        `UPDATE ${table} SET state = jsonb_set(state, '${path}', $1)
         WHERE ${where} = ${where === 'run_id' ? '(SELECT run_id FROM approvals WHERE approval_id = $2)' : '$2'}`,
        [JSON.stringify(lacking), approvalId],
      );
    await world.restart();
    const { revision, digest, you } = (await amelie.call('getApproval', { params: { approvalId } })).body;
    expect(you).toMatchObject({ allowed: ['reject', 'edit'], because: expect.stringContaining('Only 0 %') });
    const alone = await amelie.call('approve', { params: { approvalId }, body: { revision, digest } });
    expect(alone.problem.code).toBe('too_little_known');
    const batch = await amelie.call('decideBatch', { body: { approve: [{ approvalId, revision, digest }] } });
    expect(batch.body.items).toMatchObject([{ decided: null, code: 'too_little_known' }]);
    const body = { revision, digest, because: 'Who is that?' };
    expect((await amelie.call('reject', { params: { approvalId }, body })).body.status).toBe('rejected');
  });
});

const purchases = `control: purchases
about: Buys.
owner: role:finance-operations
facts:
  amount: { from: args, type: money, currency: [EUR], max: 1_000.00 }
  attempts: { from: system }
  order.reason: { from: agent, type: string }
steps:
  buy: { risk: high, effect: irreversible, arguments: { amount: money }, editable: [amount] }
rules:
  - { id: any, at: buy, when: attempts < 3 && order.reason != "none", then: approval, by: one, because: "{amount}: {order.reason}" }
approvals:
  one: { from: role:finance-approver, exclude: [requester], within: 1h }
`;

it('an edited sign-off is decided on what Belay counts and the agent claimed: its reasons hold for what will run', async () => {
  const published = await world.app.services.house.publish(purchases, 'purchases.control.yaml', 'dana');
  expect(published.ok).toBe(true);
  const buyer = await world.agent('buyer', ['purchases']);
  const { runId } = (await buyer.call('startRun', { body: { control: 'purchases', subject: {} } })).body.run;
  const facts = { order: { reason: 'a drill' } };
  const body = { epoch: 1, step: 'buy', arguments: { amount: 'EUR 50.00' }, key: 'b', facts };
  expect((await buyer.call('gate', { params: { runId }, body })).body.kind).toBe('pause');
  const [asked] = (await amelie.call('listApprovals', { query: { runId } })).body.items;
  const { approvalId = '', revision = 0, digest = '' } = asked ?? {};
  expect(asked?.because).toEqual(['EUR 50.00: a drill']);
  const wanted = { revision, digest, arguments: { amount: 'EUR 40.00' }, because: 'A discount.' };
  const edited = await amelie.call('editApproval', { params: { approvalId }, body: wanted });
  expect(edited.body.because).toEqual(['EUR 40.00: a drill', 'Amélie Laurent changed the arguments: A discount.']);
  expect(edited.body.facts.filter(({ problem }) => problem !== null)).toEqual([]);
});
