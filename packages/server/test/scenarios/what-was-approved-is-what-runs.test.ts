/** Promise 4: what was approved is what runs, once, by somebody entitled to, who is not the requester. */

import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveOrganisation } from '../../src/store/house.ts';
import { type Client, createWorld, invoice, sampleOrganisation, type World } from '../world.ts';

let world: World;
let agent: Client;
const people: Record<string, Client> = {};

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  for (const name of ['amelie', 'bruno', 'chidi', 'dana']) people[name] = await world.person(name);
});
afterAll(() => world.close());

/** An invoice above the limit, waiting for two signatures of finance. */
const paused = async (id: string, onBehalfOf?: string) => {
  const args = invoice(world.records, id, { erp: { amount: 'EUR 700.00' } });
  const start = {
    control: 'payment-approval',
    subject: { invoiceId: id },
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  };
  const { body } = await agent.call('startRun', { body: start });
  const params = { runId: body.run.runId };
  const ask = (over: JsonObject = {}, key = 'pay') =>
    agent.call('gate', {
      params,
      body: { epoch: 1, step: 'release-payment', arguments: { ...args, ...over }, key, redeem: true },
    });
  const { body: gate } = await ask();
  if (gate.kind !== 'pause') throw new Error(JSON.stringify(gate));
  const approvalId = gate.approvalIds[0] ?? '';
  const approve = async (name: string, digest = gate.digest) => {
    const seen = await (people[name] as Client).call('getApproval', { params: { approvalId } });
    return (people[name] as Client).call('approve', {
      params: { approvalId },
      body: { revision: seen.body.revision, digest },
    });
  };
  return { params, ask, approve, approvalId, digest: gate.digest, args };
};

describe('what was approved', () => {
  it('runs with exactly the arguments that were signed, whatever their order, and once', async () => {
    const { ask, approve, args } = await paused('Q-1');
    await approve('amelie');
    expect((await ask()).body.kind).toBe('pause');
    await approve('chidi');
    const reordered = Object.fromEntries(Object.entries(args).reverse());
    const go = await ask(reordered);
    expect(go.body).toMatchObject({ kind: 'continue', arguments: args, decidedBy: 'person' });
    expect((await ask({}, 'second')).body.kind).toBe('pause');
  });

  it('is what was shown, approved, redeemed and reported, by one digest; a report of something else is a doubt', async () => {
    const { params, ask, approve, approvalId, digest } = await paused('Q-D');
    await approve('amelie');
    await approve('chidi');
    const shown = await (people.dana as Client).call('getApproval', { params: { approvalId } });
    const go = await ask();
    if (go.body.kind !== 'continue') throw new Error(JSON.stringify(go.body));
    const result = { status: 'done', value: 'paid' } as const;
    const other = `sha256:${'0'.repeat(64)}`;
    const wrong = await agent.call('report', { params, body: { epoch: 1, key: 'pay', result, digest: other } });
    expect(wrong.problem).toMatchObject({ code: 'reported_otherwise', detail: expect.stringContaining(other) });
    const run = await (people.dana as Client).call('getRun', { params });
    expect(run.body).toMatchObject({ inFlight: [{ status: 'inDoubt', digest }], caseId: expect.any(String) });
    expect((await agent.call('report', { params, body: { epoch: 1, key: 'pay', result, digest } })).ok).toBe(true);
    const timeline = await (people.dana as Client).call('runEntries', { params, query: { limit: 200 } });
    const said = (type: string) => timeline.body.items.find((entry) => entry.type === type)?.event;
    const signed = said('ApprovalSigned')?.digest;
    const reported = said('PermitReported')?.digest;
    expect(new Set([shown.body.digest, signed, go.body.digest, reported])).toEqual(new Set([digest]));
  });

  it('is void for any other arguments: they need signatures of their own', async () => {
    const { ask, approve, approvalId } = await paused('Q-2');
    await approve('amelie');
    await approve('chidi');
    for (const over of [{ amount: 'EUR 700.01' }, { beneficiaryId: 'ben-Q-1' }] as JsonObject[]) {
      const other = await ask(over, JSON.stringify(over));
      expect(other.body.kind).not.toBe('continue');
      if (other.body.kind === 'pause') expect(other.body.approvalIds).not.toContain(approvalId);
    }
  });

  it('is decided again when the facts it rested on have changed', async () => {
    const { ask, approve } = await paused('Q-3');
    await approve('amelie');
    await approve('chidi');
    world.records['vendor-master'] = {
      ...world.records['vendor-master'],
      'ben-Q-3': { name: 'Nordwind GmbH', ageDays: 900, ibanChangedDays: 1, sanctionsHit: false },
    };
    const changed = await ask();
    expect(changed.body).toMatchObject({
      kind: 'handoff',
      because: 'The bank details of Nordwind GmbH changed 1 days ago; a person calls back first.',
    });
  });
});

describe('who signs', () => {
  it('must be entitled, and is counted once', async () => {
    const { approve, ask } = await paused('W-1');
    expect((await approve('dana')).problem.code).toBe('not_entitled');
    await approve('amelie');
    expect((await approve('amelie')).body.signatures).toHaveLength(1);
    expect((await ask()).body.kind).toBe('pause');
  });

  it('is not the person for whom the agent acts', async () => {
    const { approve } = await paused('W-2', 'amelie');
    expect((await approve('amelie')).problem.code).toBe('separation_of_duties');
  });

  it('signs what is shown: another digest is refused', async () => {
    const { approve } = await paused('W-3');
    expect((await approve('amelie', `sha256:${'0'.repeat(64)}`)).problem.code).toBe('digest_mismatch');
  });

  it('must still be entitled when it runs', async () => {
    const { approve, ask } = await paused('W-4');
    await approve('amelie');
    await approve('chidi');
    const org = sampleOrganisation();
    await saveOrganisation(world.pool, {
      ...org,
      people: org.people.map((p) => (p.personId === 'chidi' ? { ...p, roles: [] } : p)),
    });
    world.moveClock('2s');
    expect((await ask()).body.kind).toBe('pause');
    await saveOrganisation(world.pool, org);
    world.moveClock('2s');
  });
});

describe('a refusal', () => {
  it('reaches the agent as text, and the same arguments are not asked again', async () => {
    const { approvalId, digest, ask } = await paused('N-1');
    const bruno = people.bruno as Client;
    await bruno.call('reject', {
      params: { approvalId },
      body: { revision: 0, digest, because: 'Duplicate of March' },
    });
    expect((await ask()).body).toMatchObject({
      kind: 'forbid',
      because: 'Bruno Ferrari refused exactly these arguments: Duplicate of March',
    });
    const waiting = await bruno.call('listApprovals', { query: { status: 'waiting', mine: 'true' } });
    expect(waiting.body.items.filter((approval) => approval.approvalId === approvalId)).toEqual([]);
  });
});

describe('edited by the person who allowed it', () => {
  it('the edited amount is what runs, within what may be edited; the sign-off is asked for the edited arguments', async () => {
    const args = invoice(world.records, 'E-1', { vendor: { ageDays: 4 }, erp: { amount: 'EUR 120.00' } });
    const { body } = await agent.call('startRun', {
      body: { control: 'payment-approval', subject: { invoiceId: 'E-1' } },
    });
    const params = { runId: body.run.runId };
    const handed = await agent.call('gate', {
      params,
      body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
    });
    if (handed.body.kind !== 'handoff') throw new Error(JSON.stringify(handed.body));
    const dana = people.dana as Client;
    const kase = await dana.call('getCase', { params: { caseId: handed.body.caseId } });
    const claimed = await dana.call('claimCase', {
      params: { caseId: kase.body.caseId },
      body: { revision: kase.body.revision },
    });
    const giveBack = (edited: JsonObject) =>
      dana.call('returnCase', {
        params: { caseId: kase.body.caseId },
        body: {
          revision: claimed.body.revision,
          allowOnce: [{ step: 'release-payment', digest: handed.body.digest, arguments: edited }],
        },
      });
    expect((await giveBack({ ...args, beneficiaryId: 'ben-mine' })).problem).toMatchObject({ code: 'not_editable' });
    expect((await giveBack({ ...args, amount: 'a lot' })).problem.code).toBe('invalid_request');
    expect((await giveBack({ ...args, amount: 'EUR 600.00' })).ok).toBe(true);
    const attached = await agent.call('attachRun', { params, body: {} });
    const { epoch, instructionsToAcknowledge } = attached.body;
    await agent.call('acknowledge', { params, body: { epoch, digest: instructionsToAcknowledge?.digest ?? '' } });
    const again = await agent.call('gate', {
      params,
      body: { epoch, step: 'release-payment', arguments: args, key: 'pay', redeem: true },
    });
    expect(again.body.kind).toBe('pause');
    const approval = await dana.call('listApprovals', { query: { limit: 200 } });
    expect(approval.body.items.find((a) => a.runId === params.runId)?.arguments).toMatchObject({
      amount: 'EUR 600.00',
    });
  });
});
