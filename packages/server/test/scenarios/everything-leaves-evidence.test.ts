/** Promise 8: everything leaves evidence that a stranger can verify without our server. */
import { type Leaf, noteSigner, verifyBundle } from '@belay/protocol/evidence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportBundle, type Selection } from '../../src/store/evidence.ts';
import { createEvidenceLog } from '../../src/store/integrate.ts';
import { createWorld, invoice, monday, type World } from '../world.ts';

let world: World;
let publicKey: string;
let runId: string;
let caseId: string;

/** An invoice to a new supplier: handed off, taken over, worked on by a person, with the agent knocking in vain. */
beforeAll(async () => {
  world = await createWorld();
  const agent = await world.agent('payables');
  const bruno = await world.person('bruno');
  const args = invoice(world.records, 'E-1', { vendor: { ageDays: 12, name: 'Jörg "€" & Söhne 😀' } });
  const { run, epoch } = (
    await agent.call('startRun', { body: { control: 'payment-approval', subject: { invoiceId: 'E-1' }, key: 'E-1' } })
  ).body;
  runId = run.runId;
  const gate = () =>
    agent.call('gate', {
      params: { runId },
      body: { epoch, step: 'release-payment', arguments: args, key: 'pay', redeem: true },
    });
  await gate();
  const taken = await bruno.call('takeOver', { params: { runId }, body: { reason: 'I know this supplier' } });
  caseId = taken.body.caseId;
  await gate();
  await bruno.call('resolveCase', {
    params: { caseId },
    body: { resolution: 'Paid by hand, 120.00', revision: taken.body.revision },
  });

  const { rows } = await world.pool.query<{ secret: string }>(`SELECT signing_key->>'logSecret' AS secret FROM house`);
  const signer = noteSigner(rows[0]?.secret ?? '');
  publicKey = signer.publicKey;
  const log = createEvidenceLog(world.pool, signer);
  await log.integrate(monday);
  await log.integrate(monday + 1_000);
});
afterAll(() => world.close());

const exported = async (selection: Selection): Promise<string> => {
  const result = await exportBundle(world.pool, selection, { publicKey });
  if (!result.ok) throw new Error(result.detail);
  let text = '';
  for await (const line of result.lines) text += line;
  return text;
};

const entriesOf = (bundle: string) =>
  bundle
    .trimEnd()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as { leaf: Leaf; content: { type: string } });

describe('what happened to a run', () => {
  it('verifies offline from its first entry to its last, refused calls included', async () => {
    const bundle = await exported({ kind: 'case', caseId });
    const verdict = verifyBundle(bundle, { publicKey });
    const entries = entriesOf(bundle);
    expect(verdict).toMatchObject({
      ok: true,
      findings: [],
      erased: 0,
      log: { selection: { kind: 'stream', stream: runId, about: caseId } },
      streams: [{ stream: runId, firstSeq: 1, lastSeq: entries.length }],
    });
    const types = entries.map(({ leaf }) => leaf.type);
    for (const type of [
      'RunStarted',
      'StepGated',
      'CaseOpened',
      'ControlTaken',
      'CaseClaimed',
      'AgentRefused',
      'CaseResolved',
    ]) {
      expect(types).toContain(type);
    }
    expect(entries.map(({ leaf }) => leaf.seq)).toEqual(entries.map((_, at) => at + 1));
  });

  it('names who did it, and the exact version of the control it happened under', async () => {
    const { rows } = await world.pool.query("SELECT digest FROM controls WHERE name = 'payment-approval'");
    const entries = entriesOf(await exported({ kind: 'run', runId }));
    for (const { leaf, content } of entries) {
      expect(leaf.control).toEqual({ name: 'payment-approval', version: 1, digest: rows[0]?.digest });
      expect(content.type).toBe(leaf.type);
    }
    const taken = entries.find(({ leaf }) => leaf.type === 'ControlTaken');
    expect(taken?.leaf.by).toEqual({ kind: 'person', id: 'bruno' });
  });

  it('is part of a population without gaps: everything that Belay did that day', async () => {
    const bundle = await exported({ kind: 'period', from: monday - 86_400_000, to: monday + 86_400_000 });
    const verdict = verifyBundle(bundle, { publicKey });
    expect(verdict).toMatchObject({ ok: true, findings: [] });
    const { rows } = await world.pool.query('SELECT count(*) AS n FROM entries');
    expect(verdict.entries).toBe(rows[0]?.n);
  });
});
