/** Arguments that a step does not declare were in nobody's mind who wrote its rules: no rule lets them through. */
import type { JsonObject } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, type World } from '../world.ts';

const source = `
control: paying
about: Pays invoices.
owner: role:finance-operations
subject: { id: string }
facts:
  amount: { from: args, type: money, currency: [EUR], min: 0.01 }
steps:
  pay:
    risk: high
    effect: irreversible
    arguments: { invoiceId: string, amount: money, note: { type: string, optional: true } }
    editable: [amount]
  look: { risk: low, effect: none, arguments: { invoiceId: string } }
  search: { risk: low, effect: none }
rules:
  - { id: small, at: pay, when: amount <= EUR 100.00, then: continue, because: "{amount} is small." }
  - { id: large, at: pay, when: amount > EUR 100.00, then: approval, by: one, because: "{amount} is signed." }
  - { id: odd, at: pay, when: amount == EUR 13.00, then: handoff, because: "{amount} is odd." }
approvals:
  one: { from: role:finance-approver, exclude: [requester], within: 1h, on-expiry: handoff to role:finance-operations }
`;

let world: World;
let agent: Client;
beforeAll(async () => {
  world = await createWorld({ controls: [] });
  await world.publish(source);
  agent = await world.agent('payer', ['paying']);
});
afterAll(() => world.close());

let runs = 0;
const start = async () => {
  const { body } = await agent.call('startRun', { body: { control: 'paying', subject: { id: `r-${++runs}` } } });
  const params = { runId: body.run.runId };
  let keys = 0;
  const ask = async (args: JsonObject, step = 'pay') =>
    (await agent.call('gate', { params, body: { epoch: 1, step, arguments: args, key: `k${++keys}` } })).body;
  return { params, ask };
};
const fits = { invoiceId: 'i-1', amount: 'EUR 90.00' };

describe('arguments that the step does not declare', () => {
  it.each([
    ['one more', { ...fits, iban: 'DE02' }, 'The step "pay" has no argument "iban".'],
    ['one that is missing', { amount: fits.amount }, 'The argument invoiceId is missing.'],
    ['one of another type', { ...fits, invoiceId: 7 }, /^The argument invoiceId .*text/],
    ['one more where people sign', { ...fits, amount: 'EUR 900.00', iban: 'DE02' }, /has no argument "iban"/],
  ])(
    '%s: the step does not run and nobody is asked to sign it; the agent reads what fits',
    async (_what, args, why) => {
      const { params, ask } = await start();
      const answer = await ask(args);
      expect(answer).toMatchObject({
        kind: 'forbid',
        because: expect.stringMatching(why),
        instead: 'Ask again with exactly what the step declares: amount, invoiceId, note (optional).',
      });
      const amelie = await world.person('amelie');
      const waiting = await amelie.call('listApprovals', { query: { status: 'all', runId: params.runId } });
      expect(waiting.body.items).toEqual([]);
      expect((await ask(fits)).kind).toBe('continue');
    },
  );

  it('hold a low-risk step too, which goes on as soon as they fit', async () => {
    const { ask } = await start();
    expect((await ask({ invoiceID: 'i-1' }, 'look')).because).toContain('Did you mean "invoiceId"?');
    expect((await ask({ invoiceId: 'i-1' }, 'look')).kind).toBe('continue');
  });

  it('come to a person when the agent asks a third time', async () => {
    const { ask } = await start();
    const wrong = { ...fits, iban: 'DE02' };
    await ask(wrong);
    await ask({ ...wrong, amount: 'EUR 91.00' });
    expect(await ask(wrong)).toMatchObject({ kind: 'handoff', because: expect.stringContaining('asked 3 times') });
  });

  it('are let through by nobody: a person who has taken over is told the same', async () => {
    const { params, ask } = await start();
    const odd = { invoiceId: 'i-1', amount: 'EUR 13.00', iban: 'DE02' };
    const { kind, digest } = await ask(odd);
    expect(kind).toBe('handoff');
    const dana = await world.person('dana');
    const [kase] = (await dana.call('listCases', { query: { runId: params.runId } })).body.items;
    const on = { params: { caseId: kase?.caseId ?? '' } };
    const { revision } = (await dana.call('claimCase', { ...on, body: { revision: kase?.revision ?? 0 } })).body;
    const back = { revision, instructions: 'Pay it.', allowOnce: [{ step: 'pay', digest }] };
    expect((await dana.call('returnCase', { ...on, body: back })).problem.detail).toContain('no argument "iban"');
  });

  it('are any, where the step declares none', async () => {
    const { ask } = await start();
    expect((await ask({ anything: 'goes' }, 'search')).kind).toBe('continue');
  });
});
