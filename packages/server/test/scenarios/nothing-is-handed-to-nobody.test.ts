/** Promise 2: a handoff names an exact person, role or on-call schedule, and a reason in plain language. */
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

const ask = async (id: string, more: Parameters<typeof invoice>[2] = {}, step = 'release-payment') => {
  const args = invoice(world.records, id, more);
  const { body } = await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: id } } });
  const gate = await agent.call('gate', {
    params: { runId: body.run.runId },
    body: { epoch: body.epoch, step, arguments: args, key: 'k' },
  });
  const kase = (await dana.call('listCases', { query: { runId: body.run.runId } })).body.items[0];
  return { gate: gate.body, kase, runId: body.run.runId };
};

describe('a handoff', () => {
  it('says who, why, until when and what exactly is about to happen', async () => {
    const { kase } = await ask('H-1', { vendor: { ageDays: 12 }, erp: { amount: 'EUR 1200.00' } });
    expect(kase).toMatchObject({
      title: 'Pay Nordwind GmbH EUR 1,200.00',
      because: 'Nordwind GmbH was added 12 days ago; a person checks new beneficiaries.',
      owner: 'oncall:treasury',
      ownerNames: ['Amélie Laurent'],
      step: { step: 'release-payment', arguments: { invoiceId: 'H-1', amount: 'EUR 1200.00' }, editable: ['amount'] },
    });
    expect(kase?.reasons[0]?.cites).toBe('Payment policy 5.1');
    expect(kase?.step?.facts.find((fact) => fact.name === 'beneficiary.ageDays')).toMatchObject({
      value: 12,
      origin: 'lookup',
      source: 'vendor-master',
    });
    expect(Date.parse(kase?.nextRungAt ?? '')).toBe(world.clock.now() + 15 * 60_000);
  });

  it('keeps what the other rules ask for: the sign-off is still needed', async () => {
    const { gate } = await ask('H-2', { vendor: { ageDays: 12 }, erp: { amount: 'EUR 5000000.00' } });
    expect(gate.kind).toBe('handoff');
    expect(gate.requirements.map((r) => r.kind)).toContain('approval');
  });

  it('names the fact when a system of record is down, and nothing is silently false', async () => {
    world.down.add('vendor-master');
    const { gate, kase } = await ask('H-3');
    world.down.clear();
    expect(gate.kind).toBe('handoff');
    expect(gate.because).toContain('vendor-master');
    expect(kase?.owner).toBe('role:finance-operations');
  });

  it('goes to the owner of the control when the step is unknown', async () => {
    const { gate, kase } = await ask('H-4', {}, 'delete-ledger');
    expect(gate.kind).toBe('handoff');
    expect(kase).toMatchObject({ owner: 'role:finance-operations', reasons: [{ kind: 'unknownStep' }] });
  });

  it('that somebody declines goes to the next candidate and counts as a wrong handoff', async () => {
    const { kase } = await ask('H-5', { vendor: { ageDays: 12 } });
    const amelie = await world.person('amelie');
    const declined = await amelie.call('declineCase', {
      params: { caseId: kase?.caseId ?? '' },
      body: { revision: kase?.revision ?? 0, because: 'I know the supplier personally' },
    });
    expect(declined.body).toMatchObject({
      status: 'open',
      declined: [{ by: 'Amélie Laurent', because: 'I know the supplier personally' }],
    });
    expect(declined.body.ownerNames).not.toEqual(['Amélie Laurent']);
    expect(declined.body.told.at(-1)?.people).not.toContain('Amélie Laurent');
  });

  it('collects further reasons in the one open case of the run', async () => {
    const { runId, kase } = await ask('H-6', { vendor: { ageDays: 12 } });
    const { body: run } = await dana.call('getRun', { params: { runId } });
    await agent.call('escalate', {
      params: { runId },
      body: { epoch: 1, question: 'The supplier called twice. <b>Please</b> look.', key: 'q' },
    });
    const { items } = (await dana.call('listCases', { query: { runId, status: 'all' } })).body;
    expect(items).toHaveLength(1);
    expect(items[0]?.reasons.map((reason) => reason.kind)).toEqual(['rule', 'asked']);
    expect(run.caseId).toBe(kase?.caseId);
  });
});

describe('a question of the agent', () => {
  it('comes before the person, also while they are asked already', async () => {
    const { runId } = await ask('H-Q', { vendor: { ageDays: 12 } });
    const params = { runId };
    const question = (key: string, text: string) =>
      agent.call('escalate', { params, body: { epoch: 1, key, question: text, options: ['Yes', 'No'] } });
    await question('a', 'Is the supplier ours?');
    await question('a', 'Is the supplier ours?');
    await question('b', 'May I call them?');
    const kase = (await dana.call('listCases', { query: { runId } })).body.items[0];
    expect(kase?.agentWords).toBe('Is the supplier ours?\n- Yes\n- No\n\nMay I call them?\n- Yes\n- No');
    expect(kase?.reasons.map(({ kind, key }) => [kind, key])).toEqual([
      ['rule', 'k'],
      ['asked', 'a'],
      ['asked', 'b'],
    ]);
    const long = (text: string) => text.repeat(20_000);
    const sizes = [(await question('1', long('x'))).status, (await question('2', long('y'))).status];
    expect([...sizes, (await question('3', long('z'))).status]).toEqual([200, 200, 422]);
    for (let more = 0; more < 45; more++) expect((await question(`more ${more}`, 'And this?')).status).toBe(200);
    expect((await question('too many', 'And this?')).problem).toMatchObject({ code: 'invalid_request' });
    expect((await question('a', 'Is the supplier ours?')).status).toBe(200);
  });
});

describe('an agent that is only refused', () => {
  it('is told what to do instead, and goes to a person the third time', async () => {
    const args = invoice(world.records, 'F-1');
    const { body } = await agent.call('startRun', {
      body: { control: 'payment-approval', subject: { invoiceId: 'F-1' } },
    });
    const params = { runId: body.run.runId };
    const bruno = await world.person('bruno');
    const taken = await bruno.call('takeOver', { params, body: {} });
    await bruno.call('returnCase', {
      params: { caseId: taken.body.caseId },
      body: { revision: taken.body.revision, prohibit: ['hold-invoice'], instructions: 'Do not hold it.' },
    });
    const attached = await agent.call('attachRun', { params, body: {} });
    const { epoch } = attached.body;
    await agent.call('acknowledge', {
      params,
      body: { epoch, digest: attached.body.instructionsToAcknowledge?.digest ?? '' },
    });
    const hold = (key: string) =>
      agent.call('gate', {
        params,
        body: { epoch, step: 'hold-invoice', arguments: { invoiceId: args.invoiceId }, key },
      });
    const first = await hold('a');
    expect(first.body).toMatchObject({
      kind: 'forbid',
      because: 'Bruno Ferrari prohibited “hold invoice” when giving control back.',
    });
    expect(first.body).toHaveProperty('toModel', expect.stringContaining('must not be retried'));
    expect((await hold('b')).body.kind).toBe('forbid');
    expect((await hold('c')).body.kind).toBe('handoff');
  });
});
