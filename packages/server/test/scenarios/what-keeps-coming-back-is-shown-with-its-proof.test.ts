/** What keeps coming back is shown with counts, their denominator and cases; a change is shown with what it would have done. */
import { readFileSync } from 'node:fs';
import type { AnswerOf, CaseView, JsonObject, PatternView } from '@belay/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { most } from '../../src/engine/insight.ts';
import { type Client, createWorld, invoice, root, type World } from '../world.ts';

const control = 'payment-approval';
const source = readFileSync(root(`controls/${control}.control.yaml`), 'utf8');
const limit = (amount: string) => source.replaceAll('EUR 500.00', amount);

let world: World;
let agent: Client;
let people: Record<string, Client>;
const who = (personId: string): Client => people[personId] as Client;

type Paid = { runId: string; epoch: number; args: JsonObject; answer: AnswerOf<'gate'> };

const ask = async (runId: string, epoch: number, args: JsonObject): Promise<AnswerOf<'gate'>> => {
  const body = { epoch, step: 'release-payment', key: 'pay', attempt: 'a-1', arguments: args, redeem: false };
  const { body: answer, ok, problem } = await agent.call('gate', { params: { runId }, body });
  expect([ok, ok ? null : problem]).toEqual([true, null]);
  return answer;
};

const pay = async (id: string, more: Parameters<typeof invoice>[2] = {}): Promise<Paid> => {
  const args = invoice(world.records, id, more);
  const { body } = await agent.call('startRun', { body: { control, subject: { invoiceId: id } } });
  const { epoch, run } = body;
  const { runId } = run;
  return { runId, epoch, args, answer: await ask(runId, epoch, args) };
};

const approvalOf = ({ answer }: Paid): string => (answer as { approvalIds: string[] }).approvalIds[0] as string;

const sign = async (paid: Paid): Promise<void> => {
  const approvalId = approvalOf(paid);
  for (const personId of ['chidi', 'amelie']) {
    const { body: approval } = await who(personId).call('getApproval', { params: { approvalId } });
    const { digest, revision } = approval;
    const signed = await who(personId).call('approve', { params: { approvalId }, body: { digest, revision } });
    expect([personId, signed.ok ? null : signed.problem]).toEqual([personId, null]);
  }
};

const refuse = async (paid: Paid, because: string): Promise<void> => {
  const approvalId = approvalOf(paid);
  const { digest, revision } = (await who('chidi').call('getApproval', { params: { approvalId } })).body;
  const body = { digest, revision, because };
  const refused = await who('chidi').call('reject', { params: { approvalId }, body });
  expect(refused.ok ? null : refused.problem).toBeNull();
};

const caseOf = async (runId: string): Promise<CaseView> => {
  const { body } = await who('bruno').call('listCases', { query: { runId, status: 'all' } });
  return body.items[0] as CaseView;
};

const claimed = async ({ runId }: Paid, personId: string): Promise<CaseView> => {
  const { caseId, revision } = await caseOf(runId);
  const taken = await who(personId).call('claimCase', { params: { caseId }, body: { revision } });
  expect(taken.ok ? null : taken.problem).toBeNull();
  return caseOf(runId);
};

const patterns = async (query: object = {}) => {
  const found = await who('bruno').call('listPatterns', { query: { control, ...query } });
  expect(found.ok ? null : found.problem).toBeNull();
  return found.body;
};
const patternOf = async (rule: string): Promise<PatternView> =>
  (await patterns()).items.find((one) => one.rule === rule) as PatternView;
const backtest = async (text: string, more: object = {}) => {
  const tested = await who('bruno').call('backtest', { body: { source: text, ...more } });
  expect(tested.ok ? null : tested.problem).toBeNull();
  return tested.body;
};

beforeAll(async () => {
  world = await createWorld();
  agent = await world.agent('payables');
  const names = ['amelie', 'bruno', 'chidi', 'farah', 'dana'];
  people = Object.fromEntries(await Promise.all(names.map(async (id) => [id, await world.person(id)])));
});
afterAll(() => world.close());

/** A month of payments: three clean ones, ten signed as they were, two refused, one changed, three to new suppliers. */
const month = async (): Promise<Paid[]> => {
  const paid: Paid[] = [];
  for (let n = 0; n < 3; n++) paid.push(await pay(`clean-${n}`));
  for (let n = 0; n < 10; n++) {
    const one = await pay(`signed-${n}`, { erp: { amount: `EUR ${600 + n}.00` } });
    world.moveClock('20m');
    await sign(one);
    await ask(one.runId, one.epoch, one.args);
    paid.push(one);
  }
  for (let n = 0; n < 2; n++) {
    const one = await pay(`refused-${n}`, { erp: { amount: `EUR ${900 + n}.00` } });
    await refuse(one, 'This was paid in cash.');
    world.moveClock('1m');
    paid.push(one);
  }
  return [...paid, await changed(), ...(await toNewSuppliers())];
};

const changed = async (): Promise<Paid> => {
  const one = await pay('changed', { erp: { amount: 'EUR 950.00' } });
  const approvalId = approvalOf(one);
  const { digest, revision } = (await who('chidi').call('getApproval', { params: { approvalId } })).body;
  const body = {
    digest,
    revision,
    arguments: { ...one.args, amount: 'EUR 930.00' },
    because: 'A discount was agreed.',
  };
  const edited = await who('chidi').call('editApproval', { params: { approvalId }, body });
  expect(edited.ok ? null : edited.problem).toBeNull();
  return one;
};

const toNewSuppliers = async (): Promise<Paid[]> => {
  const fresh = async (n: number) => pay(`new-${n}`, { vendor: { ageDays: 5 } });
  const allowed = await fresh(1);
  const { caseId, revision, step } = await claimed(allowed, 'bruno');
  const allowOnce = [{ step: 'release-payment', digest: step?.digest ?? '' }];
  const back = { revision, instructions: 'I called them.', allowOnce };
  expect((await who('bruno').call('returnCase', { params: { caseId }, body: back })).problem).toMatchObject({ caseId });
  const resolved = await fresh(2);
  const taken = await claimed(resolved, 'bruno');
  const body = { revision: taken.revision, resolution: 'They are a fraud.' };
  expect((await who('bruno').call('resolveCase', { params: { caseId: taken.caseId }, body })).ok).toBe(true);
  const elsewhere = await fresh(3);
  // Only Amélie was asked: that it is not Bruno's either is no wrong handoff.
  for (const personId of ['bruno', 'amelie']) {
    const asked = await caseOf(elsewhere.runId);
    const decline = { revision: asked.revision, because: 'Operations knows them.' };
    const not = await who(personId).call('declineCase', { params: { caseId: asked.caseId }, body: decline });
    expect([personId, not.ok ? null : not.problem]).toEqual([personId, null]);
  }
  await claimed(elsewhere, 'dana');
  return [allowed, resolved, elsewhere];
};

let paid: Paid[];

describe('what keeps coming back', () => {
  beforeAll(async () => {
    paid = await month();
  });

  it('is told with how often, of how many, and what became of it', async () => {
    const found = await patterns();
    expect(found).toMatchObject({ runs: 19, steps: 19, erased: 0, cut: null, least: 10 });
    const limitPattern = await patternOf('above-limit');
    expect(limitPattern).toMatchObject({ asks: 'approval', steps: 13, of: 19 });
    expect(limitPattern.ends).toMatchObject({ unchanged: 10, rejected: 2, edited: 1 });
    expect(limitPattern.sentence).toBe(
      'Release payment waited for a sign-off because of "above-limit" 13 times of 19: 10 through with nothing changed, ' +
        '2 refused, 1 through with other arguments, half were answered within 20m.',
    );
  });

  it('says whose it was not, who took it in the end, and what they said', async () => {
    const pattern = await patternOf('new-beneficiary');
    expect(pattern).toMatchObject({
      steps: 3,
      ends: { unchanged: 1, resolved: 1, waiting: 1 },
      declined: [{ name: 'Amélie Laurent', count: 1 }],
      takenBy: [
        { name: 'Bruno Ferrari', count: 2 },
        { name: 'Dana Whitfield', count: 1 },
      ],
      instructions: [{ name: 'I called them.', count: 1 }],
      late: 0,
      silent: 0,
    });
  });

  it('links concrete cases, what went wrong first', async () => {
    const { examples } = await patternOf('above-limit');
    expect(examples.map(({ end }) => end)).toEqual(['rejected', 'rejected', 'edited']);
    const refused = paid.filter(({ args }) => String(args.invoiceId).startsWith('refused'));
    expect(examples.slice(0, 2).map(({ runId }) => runId)).toEqual(refused.map(({ runId }) => runId).toReversed());
  });

  it('is of the period that was asked for, and a period that was cut says so', async () => {
    const { items, ...none } = await patterns({ until: '2026-12-07T09:00:00.000Z' });
    expect([none.runs, items]).toEqual([0, []]);
    const bounds = { ...most };
    for (const [few, read] of [
      [{ runs: 4 }, 4],
      [{ entries: 20 }, 0],
    ] as const) {
      Object.assign(most, few);
      const some = await patterns();
      Object.assign(most, bounds);
      expect([few, some.runs, some.cut === null]).toEqual([few, read, false]);
    }
  });
});

describe('a backtest', () => {
  it('of the control in force changes nothing', async () => {
    const tested = await backtest(source);
    expect(tested).toMatchObject({ steps: 19, same: 19, changes: [], dangers: [], notReplayableCount: 0 });
    expect(tested.sentence).toBe('All 19 steps would be decided as they were.');
    expect(tested.before).toEqual({ continue: 3, approval: 13, handoff: 3, forbid: 0 });
    expect(tested.after).toEqual(tested.before);
    expect(tested.load.after).toEqual(tested.load.before);
  });

  it('says which steps would go through, one concrete case, and who is no longer asked', async () => {
    const tested = await backtest(limit('EUR 700.00'));
    expect(tested.changes).toEqual([
      expect.objectContaining({ step: 'release-payment', from: 'approval', to: 'continue', less: true, steps: 10 }),
    ]);
    expect(tested.changes[0]?.example).toMatchObject({ approvalId: expect.stringContaining('approval_') });
    expect([tested.same, tested.dangers]).toEqual([9, []]);
    const chidi = (loads: typeof tested.load.before) => loads.find(({ personId }) => personId === 'chidi');
    expect([chidi(tested.load.before)?.asks, chidi(tested.load.after)?.asks]).toEqual([13, 3]);
    expect(tested.comparison?.weaker).toBe(true);
  });

  it('names one by one what people refused or changed and would now go through', async () => {
    const tested = await backtest(limit('EUR 2_000.00'));
    expect(tested.dangerCount).toBe(3);
    expect(tested.dangers.map(({ kind, end, arguments: args }) => [kind, end, args.amount]).sort()).toEqual([
      ['wouldGo', 'edited', 'EUR 950.00'],
      ['wouldGo', 'rejected', 'EUR 900.00'],
      ['wouldGo', 'rejected', 'EUR 901.00'],
    ]);
    expect(tested.sentence).toContain('3 steps that people refused or changed would go through alone.');
  });

  it('says what it cannot decide again, and why, and counts it', async () => {
    const fact = '  beneficiary.country: { from: lookup, source: vendor-master, type: string }\n';
    const rule =
      '  - { id: abroad, at: release-payment, when: beneficiary.country != "DE", then: handoff, because: It goes abroad. }\n';
    const text = source
      .replace('  beneficiary.name:', `${fact}  beneficiary.name:`)
      .replace('\nrules:\n', `\nrules:\n${rule}`);
    const tested = await backtest(text);
    expect(tested).toMatchObject({ steps: 19, same: 0, changes: [], notReplayableCount: 19 });
    expect(tested.notReplayable).toEqual([
      expect.objectContaining({ steps: 19, because: 'beneficiary.country was not a fact of version 1' }),
    ]);
  });

  it('changes nothing', async () => {
    const before = await world.pool.query('SELECT count(*)::int AS n FROM entries');
    await backtest(limit('EUR 700.00'));
    const after = await world.pool.query('SELECT count(*)::int AS n FROM entries');
    expect(after.rows).toEqual(before.rows);
    expect((await who('dana').call('getControl', { params: { name: control }, query: {} })).body.version).toBe(1);
  });

  it('reads what was kept with each decision', async () => {
    const { runId } = paid[0] as Paid;
    const kept = await world.pool.query("SELECT event FROM entries WHERE stream = $1 AND type = 'StepGated'", [runId]);
    expect(kept.rows[0].event.read).toMatchObject({ facts: { 'beneficiary.ageDays': 900 }, sources: { erp: true } });
  });
});

describe('a proposal', () => {
  const proposals = async () => (await who('bruno').call('listProposals', { query: { control } })).body;

  it('is a change of the text with its proof beside it, and nothing that anybody refused goes through', async () => {
    const { items, least, leastForMore } = await proposals();
    expect([least, leastForMore, items.length]).toEqual([10, 3, 1]);
    expect(items[0]).toMatchObject({ rule: 'above-limit', step: 'release-payment', direction: 'less' });
    expect(items[0]?.sentence).toContain(
      'Move amount > EUR 500.00 in "above-limit" to EUR 609.00: people let 10 of 10 between them through',
    );
    expect(items[0]?.backtest).toMatchObject({ after: { continue: 13, approval: 3, handoff: 3 }, dangers: [] });
    expect(items[0]?.diff.filter(({ kind }) => kind === 'added').map(({ text }) => text.trim())).toEqual([
      'when: currency(amount) == "EUR" && amount > EUR 609.00',
      'because: "{amount} is above the {EUR 609.00} that the agent may release alone."',
      'review: { sample: 10%, of: continued, by: role:finance-operations }',
      '',
    ]);
  });

  it('is never applied by itself: somebody drafts it, and another designer publishes it', async () => {
    const [proposal] = (await proposals()).items;
    const body = { source: proposal?.source ?? '', file: `${control}.control.yaml` };
    expect((await who('bruno').call('draftControl', { body })).problem.code).toBe('not_entitled');
    const drafted = await who('amelie').call('draftControl', { body });
    expect(drafted.ok ? null : drafted.problem).toBeNull();
    const inForce = (await who('dana').call('getControl', { params: { name: control }, query: {} })).body;
    expect([inForce.version, inForce.source]).toEqual([1, source]);
    const digest = { digest: drafted.body.digest };
    const own = await who('amelie').call('publishDraft', { params: { name: control }, body: digest });
    expect(own.problem.code).toBe('separation_of_duties');
    const published = await who('dana').call('publishDraft', { params: { name: control }, body: digest });
    expect(published.body.version).toBe(2);
    expect((await backtest(body.source)).changes[0]).toMatchObject({ from: 'approval', to: 'continue', steps: 10 });
    expect((await proposals()).items).toEqual([]);
  });
});

describe('who asks', () => {
  it('is a person: an agent learns neither the patterns nor what systems of record said', async () => {
    expect((await agent.call('listPatterns', { query: { control } })).problem.code).toBe('unauthenticated');
    expect((await agent.call('listProposals', { query: { control } })).problem.code).toBe('unauthenticated');
    expect((await agent.call('backtest', { body: { source } })).problem.code).toBe('unauthenticated');
    const { runId } = paid[0] as Paid;
    const own = await agent.call('runEntries', { params: { runId }, query: {} });
    expect(JSON.stringify(own.body)).not.toContain('"read"');
    const theirs = await who('bruno').call('runEntries', { params: { runId }, query: {} });
    expect(JSON.stringify(theirs.body)).toContain('"read"');
  });

  it('is told what is wrong with the control, its name or the period', async () => {
    const call = async (body: { source: string; since?: string; until?: string }) =>
      (await who('bruno').call('backtest', { body })).problem;
    expect((await call({ source: 'control: x' })).code).toBe('control_invalid');
    expect((await call({ source: source.replace(`control: ${control}`, 'control: other') })).code).toBe(
      'control_not_found',
    );
    const backwards = { source, since: '2026-12-07T09:00:00Z', until: '2026-12-01T09:00:00Z' };
    expect((await call(backwards)).detail).toContain('before it begins');
    const unknown = await who('bruno').call('listPatterns', { query: { control: 'other' } });
    expect(unknown.problem.code).toBe('control_not_found');
  });
});
