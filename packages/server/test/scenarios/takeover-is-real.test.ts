/** Promise 3: after the person has control, no new effect of the agent is permitted; what is under way is listed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../world.ts';

let world: World;
let agent: Client;
let bruno: Client;

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  bruno = await world.person('bruno');
});
afterAll(() => world.close());

const pay = async (id: string, more: Parameters<typeof invoice>[2] = {}) => {
  const args = invoice(world.records, id, more);
  const started = await agent.call('startRun', {
    body: { control: 'payment-approval', subject: { invoiceId: id }, key: id },
  });
  const { run, epoch } = started.body;
  const gate = (key = 'pay', redeem = true) =>
    agent.call('gate', {
      params: { runId: run.runId },
      body: { epoch, step: 'release-payment', arguments: args, key, redeem },
    });
  return { runId: run.runId, epoch, args, gate };
};

describe('a takeover', () => {
  it('fences the agent at once, whatever it calls', async () => {
    const { runId, epoch, gate, args } = await pay('T-1');
    const taken = await bruno.call('takeOver', { params: { runId }, body: { reason: 'I want to look at this one' } });
    expect(taken.body).toMatchObject({ status: 'claimed', claimedBy: 'bruno', inFlight: [] });
    const shown = await bruno.call('getRun', { params: { runId } });
    expect(shown.body.nextDue).toBe('Bruno Ferrari is reminded');
    for (const reply of [
      await gate(),
      await agent.call('heartbeat', { params: { runId }, body: { epoch } }),
      await agent.call('finish', { params: { runId }, body: { epoch } }),
      await agent.call('attachRun', { params: { runId }, body: {} }),
      await agent.call('gate', {
        params: { runId },
        body: { epoch: epoch + 1, step: 'release-payment', arguments: args, key: 'guess' },
      }),
    ]) {
      expect(reply.status).toBe(409);
      expect(reply.problem).toMatchObject({ code: 'fenced', control: { by: 'person', name: 'Bruno Ferrari' } });
      expect(JSON.stringify(reply.problem)).not.toContain('epoch');
    }
  });

  it('ends permits that were not redeemed, and lists those that were', async () => {
    const { runId, epoch, gate } = await pay('T-2');
    const granted = await gate('first', false);
    const underWay = await gate('second', true);
    if (granted.body.kind !== 'continue' || underWay.body.kind !== 'continue') throw new Error('expected permits');
    const taken = await bruno.call('takeOver', { params: { runId }, body: {} });
    expect(taken.body.inFlight).toMatchObject([{ key: 'second', status: 'redeemed' }]);
    const redeemed = await agent.call('redeem', {
      params: { runId },
      body: { epoch, permitId: granted.body.permit.permitId },
    });
    expect(redeemed.problem.code).toBe('fenced');
  });

  it('keeps a late report as evidence, and it changes nothing', async () => {
    const { runId, epoch, gate } = await pay('T-3');
    await gate('late');
    const taken = await bruno.call('takeOver', { params: { runId }, body: {} });
    const report = await agent.call('report', {
      params: { runId },
      body: { epoch, key: 'late', result: { status: 'done', value: 'ref-9' } },
    });
    expect(report.body).toMatchObject({ accepted: false, late: true });
    const seen = await bruno.call('getCase', { params: { caseId: taken.body.caseId } });
    expect(seen.body.inFlight).toMatchObject([
      { key: 'late', status: 'redeemed', lateReport: { status: 'done', value: 'ref-9' } },
    ]);
  });

  it('voids a sign-off that was waiting; given back unchanged, it is asked for again', async () => {
    const { runId, gate, args } = await pay('T-4', { erp: { amount: 'EUR 900.00' } });
    const paused = await gate();
    if (paused.body.kind !== 'pause') throw new Error(JSON.stringify(paused.body));
    const taken = await bruno.call('takeOver', { params: { runId }, body: {} });
    const returned = await bruno.call('returnCase', {
      params: { caseId: taken.body.caseId },
      body: { revision: taken.body.revision, unchanged: true },
    });
    expect(returned.body.status).toBe('returned');
    const attached = await agent.call('attachRun', { params: { runId }, body: {} });
    const instructions = attached.body.instructionsToAcknowledge;
    await agent.call('acknowledge', {
      params: { runId },
      body: { epoch: attached.body.epoch, digest: instructions?.digest ?? '' },
    });
    const again = await agent.call('gate', {
      params: { runId },
      body: { epoch: attached.body.epoch, step: 'release-payment', arguments: args, key: 'pay' },
    });
    expect(again.body.kind).toBe('pause');
    expect(again.body).not.toMatchObject({ approvalIds: paused.body.approvalIds });
  });

  it('is refused to somebody the control does not name, and says who may', async () => {
    const { runId } = await pay('T-5');
    const emre = await world.person('emre');
    const refused = await emre.call('takeOver', { params: { runId }, body: {} });
    expect(refused.problem).toMatchObject({ code: 'not_entitled', status: 403 });
    expect(refused.problem.detail).toContain('Bruno Ferrari');
  });
});

describe('giving control back', () => {
  it('carries instructions the agent must read, and lets one step through once', async () => {
    const { runId, gate, args } = await pay('R-1', { vendor: { ageDays: 12 } });
    const handed = await gate();
    if (handed.body.kind !== 'handoff') throw new Error(JSON.stringify(handed.body));
    expect(handed.body.because).toBe('Nordwind GmbH was added 12 days ago; a person checks new beneficiaries.');
    const seen = await bruno.call('getCase', { params: { caseId: handed.body.caseId } });
    expect(seen.body).toMatchObject({
      status: 'open',
      ownerNames: ['Amélie Laurent'],
      allowed: ['claim', 'decline', 'cancel', 'snooze'],
    });
    const claimed = await bruno.call('claimCase', {
      params: { caseId: seen.body.caseId },
      body: { revision: seen.body.revision },
    });
    const step = claimed.body.step;
    if (step === null) throw new Error('the case is about a step');
    const returned = await bruno.call('returnCase', {
      params: { caseId: claimed.body.caseId },
      body: {
        revision: claimed.body.revision,
        instructions: 'I called them; pay it.',
        allowOnce: [{ step: step.step, digest: step.digest }],
      },
    });
    expect(returned.status).toBe(200);
    const stale = await gate();
    expect(stale.problem.code).toBe('fenced');
    const attached = await agent.call('attachRun', { params: { runId }, body: {} });
    const { epoch, instructionsToAcknowledge } = attached.body;
    const ask = (key: string) =>
      agent.call('gate', {
        params: { runId },
        body: { epoch, step: 'release-payment', arguments: args, key, redeem: true },
      });
    expect((await ask('pay')).problem.code).toBe('instructions_unread');
    await agent.call('acknowledge', {
      params: { runId },
      body: { epoch, digest: instructionsToAcknowledge?.digest ?? '' },
    });
    expect((await ask('pay')).body).toMatchObject({ kind: 'continue', decidedBy: 'person' });
    const done = await agent.call('report', {
      params: { runId },
      body: { epoch, key: 'pay', result: { status: 'done', value: 'tx-1' } },
    });
    expect(done.body.accepted).toBe(true);
    expect((await ask('pay')).body).toMatchObject({ kind: 'done', result: 'tx-1' });
    expect((await ask('pay-again')).body.kind).toBe('handoff');
  });
});

describe('an epoch', () => {
  it('is told to nobody but whoever has control, not even in the timeline', async () => {
    const { runId, epoch, gate, args } = await pay('T-epoch');
    const params = { runId };
    await bruno.call('takeOver', { params, body: {} });
    const kase = (await bruno.call('listCases', { query: { runId } })).body.items[0];
    const back = { revision: kase?.revision ?? 0, instructions: '', unchanged: true };
    await bruno.call('returnCase', { params: { caseId: kase?.caseId ?? '' }, body: back });
    const next = (await agent.call('attachRun', { params, body: {} })).body;
    const digest = next.instructionsToAcknowledge?.digest ?? '';
    await agent.call('acknowledge', { params, body: { epoch: next.epoch, digest } });
    const body = { epoch: next.epoch, step: 'release-payment', arguments: args, key: 'next' };
    expect((await gate()).problem.code).toBe('fenced');
    expect((await agent.call('gate', { params, body: { ...body, redeem: true } })).body.kind).toBe('continue');
    const seen = [
      await agent.call('getRun', { params }),
      await agent.call('runEntries', { params, query: {} }),
      await agent.call('waitForRun', { params, query: { epoch, after: 0 } }),
    ];
    for (const reply of seen) expect(JSON.stringify(reply.body)).not.toMatch(/"epoch":\s*\d/);
    const timeline = await bruno.call('runEntries', { params, query: {} });
    expect(timeline.body.items.map((entry) => entry.epoch)).toContain(next.epoch);
  });
});
