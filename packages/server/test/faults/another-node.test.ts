/**
 * A node remembers runs. What another node did to a run meanwhile is never decided on as it was remembered: not with
 * facts that were looked up for other arguments, and not as if a permit of there did not exist.
 */
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { type Client, clientOf, createWorld, type World } from '../world.ts';

const control = `
control: payouts
about: Pays somebody out, in the scenarios of several nodes.
owner: role:finance-operations
subject: { id: string }
facts:
  amount: { from: args, type: money, currency: [EUR], min: 0.01, max: 10_000.00 }
  beneficiary.ageDays: { from: lookup, source: vendor-master, type: int, min: 0 }
steps:
  pay:
    risk: high
    effect: irreversible
    arguments: { beneficiaryId: string, amount: money }
    editable: [beneficiaryId]
rules:
  - { id: known, at: pay, when: beneficiary.ageDays > 90, then: continue, because: They are known. }
  - { id: new, at: pay, when: beneficiary.ageDays <= 90, then: handoff, because: They are new. }
  - { id: above, at: pay, when: amount > EUR 500.00, then: approval, by: one, because: It is a lot. }
approvals:
  one: { from: role:finance-approver, exclude: [requester], within: 1h }
`;

let world: World;
let there: App;
let agent: Client & { secret: string };
let agentThere: Client;
const people: Record<string, Client> = {};

beforeAll(async () => {
  world = await createWorld({ controls: [] });
  await world.publish(control, 'chidi');
  world.records['vendor-master'] = { old: { ageDays: 900 }, new: { ageDays: 3 } };
  there = await world.anotherNode();
  agent = await world.agent('payer', ['payouts']);
  agentThere = clientOf(there, { authorization: `Bearer ${agent.secret}` });
  for (const name of ['amelie', 'bruno']) {
    const { session } = await world.person(name);
    people[name] = clientOf(there, { authorization: `Bearer ${session}` });
  }
});
afterAll(async () => {
  await there.stop();
  await world.close();
});

let runs = 0;
const start = async (): Promise<{ runId: string }> => {
  runs += 1;
  const started = await agent.call('startRun', { body: { control: 'payouts', subject: { id: `${runs}` } } });
  return { runId: started.body.run.runId };
};
const pay = (amount: string): JsonObject => ({ beneficiaryId: 'old', amount: `EUR ${amount}` });

describe('a signer at another node', () => {
  it('who changes the arguments changes what is looked up: the rules read the facts of what will run', async () => {
    const params = await start();
    const ask = () =>
      agent.call('gate', { params, body: { epoch: 1, step: 'pay', arguments: pay('600.00'), key: 'k', redeem: true } });
    const paused = (await ask()).body;
    if (paused.kind !== 'pause') throw new Error(JSON.stringify(paused));
    const approvalId = paused.approvalIds[0] ?? '';
    const seen = async (id: string) =>
      (await (people.amelie as Client).call('getApproval', { params: { approvalId: id } })).body;
    const { revision, digest } = await seen(approvalId);
    const edited = await (people.amelie as Client).call('editApproval', {
      params: { approvalId },
      body: { revision, digest, arguments: { ...pay('600.00'), beneficiaryId: 'new' }, because: 'They moved.' },
    });
    const signed = await (people.bruno as Client).call('approve', {
      params: { approvalId: edited.body.approvalId },
      body: { revision: edited.body.revision, digest: edited.body.digest },
    });
    expect(signed.status).toBe(200);
    expect((await ask()).body).toMatchObject({ kind: 'handoff', because: 'They are new.' });
  });
});

describe('a permit', () => {
  it('that one node granted is redeemed at another, which knew the run before', async () => {
    const params = await start();
    const beat = await agentThere.call('heartbeat', { params, body: { epoch: 1, progress: 'Here.' } });
    expect(beat.status).toBe(200);
    const body = { epoch: 1, step: 'pay', arguments: pay('60.00'), key: 'k', redeem: false };
    const granted = (await agent.call('gate', { params, body })).body;
    if (granted.kind !== 'continue') throw new Error(JSON.stringify(granted));
    const { permitId } = granted.permit;
    const redeemed = await agentThere.call('redeem', { params, body: { epoch: 1, permitId } });
    expect(redeemed.body).toMatchObject({ permitId, status: 'redeemed' });
  });
});
