/** Agents in processes of their own, through `@belay/sdk`, against the real server and a real database. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnswerOf, JsonObject } from '@belay/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../world.ts';
import { type Listening, listen } from './listen.ts';
import { endAll, startAgent } from './process.ts';

let world: World;
let listening: Listening;
let agent: Awaited<ReturnType<World['agent']>>;
let bruno: Client;
let chidi: Client;
let dana: Client;
let folder: string;

beforeAll(async () => {
  world = await createWorld();
  listening = await listen(world);
  agent = await world.agent('payables');
  bruno = await world.person('bruno');
  chidi = await world.person('chidi');
  dana = await world.person('dana');
});
afterAll(async () => {
  await listening.away();
  await world.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-agents-'));
});
afterEach(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

const configOf = (id: string, plan: string, more: Parameters<typeof invoice>[2] = {}) => ({
  url: listening.url,
  key: agent.secret,
  plan,
  control: 'payment-approval',
  subject: { invoiceId: id },
  runKey: id,
  step: 'release-payment',
  args: invoice(world.records, id, more),
  effects: join(folder, 'effects.jsonl'),
});

const effects = (): JsonObject[] => {
  try {
    return readFileSync(join(folder, 'effects.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};

const runOf = async (runId: unknown): Promise<AnswerOf<'getRun'>> =>
  (await agent.call('getRun', { params: { runId: runId as string } })).body;

const until = async <T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> => {
  for (let looked = 0; looked < 600; looked++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`It never happened: ${what}.`);
};

const runIdOf = (id: string): Promise<string> =>
  until('the run exists', async () => {
    const { body } = await bruno.call('listRuns', { query: { unfinished: 'true' } });
    return body.items.find((run) => run.subject.invoiceId === id)?.runId;
  });

const takeOver = async (runId: unknown): Promise<AnswerOf<'takeOver'>> => {
  const { body, ok } = await bruno.call('takeOver', { params: { runId: runId as string }, body: {} });
  expect(ok, JSON.stringify(body)).toBe(true);
  return body;
};

const giveBack = async (kase: AnswerOf<'takeOver'>, more: Partial<JsonObject> = {}): Promise<void> => {
  const { ok, body } = await bruno.call('returnCase', {
    params: { caseId: kase.caseId },
    body: { revision: kase.revision, ...more } as never,
  });
  expect(ok, JSON.stringify(body)).toBe(true);
};

describe('a takeover', () => {
  it('aborts the signal of an agent in another process, and the agent’s next word is Fenced', async () => {
    const child = startAgent(configOf('A-1', 'work'));
    const { runId } = await child.says('inside');
    const kase = await takeOver(runId);
    const aborted = await child.says('aborted');
    expect(aborted).toMatchObject({ name: 'Fenced', control: { by: 'person', name: 'Bruno Ferrari' } });
    expect(kase.inFlight).toMatchObject([{ step: 'release-payment', status: 'redeemed' }]);
    await expect(child.says('result')).rejects.toThrow('Fenced');
  });

  it('ends with the agent going on by the person’s instructions, with the arguments they edited', async () => {
    const child = startAgent(configOf('A-2', 'drive', { vendor: { ageDays: 3 } }));
    expect(await child.says('driving')).toMatchObject({ instructions: null });
    const runId = await runIdOf('A-2');
    await until('the agent has handed off', async () => (await runOf(runId)).status === 'held');
    const kase = await takeOver(runId);
    const step = kase.step;
    if (step === null) throw new Error('the case has no step');
    await giveBack(kase, {
      instructions: 'I called them. Pay 100 only.',
      allowOnce: [{ step: step.step, digest: step.digest, arguments: { ...step.arguments, amount: 'EUR 100.00' } }],
    });
    expect(await child.says('driving')).toMatchObject({ instructions: 'I called them. Pay 100 only.' });
    const { driven } = await child.says('driven');
    expect(driven).toMatchObject({ kind: 'done', runId });
    expect(effects()).toEqual([expect.objectContaining({ invoiceId: 'A-2', amount: 'EUR 100.00' })]);
    expect(await runOf(runId)).toMatchObject({ status: 'finished', inFlight: [] });
  });

  it('ends with the person’s word when they finish the work themselves', async () => {
    const child = startAgent(configOf('A-3', 'drive', { vendor: { ageDays: 3 } }));
    const { runId } = await child.says('driving');
    await until('the agent has handed off', async () => (await runOf(runId)).status === 'held');
    const kase = await takeOver(runId);
    const { ok } = await bruno.call('resolveCase', {
      params: { caseId: kase.caseId },
      body: { revision: kase.revision, resolution: 'Paid by hand.' },
    });
    expect(ok).toBe(true);
    const { driven } = await child.says('driven');
    expect(driven).toMatchObject({ kind: 'takenOver', runId, by: 'Bruno Ferrari', resolution: 'Paid by hand.' });
    expect(effects()).toEqual([]);
  });
});

describe('an agent that is killed', () => {
  it('after the effect and before its report does not do it again: a person is asked, and their word is the answer', async () => {
    const first = startAgent(configOf('B-1', 'hesitate'));
    const { runId } = await first.says('inside');
    first.tell();
    await first.says('effect');
    await first.kill();
    const second = startAgent(configOf('B-1', 'pay'));
    await second.says('started');
    const [doubted] = await until('the step is in doubt', async () => {
      const { inFlight } = await runOf(runId);
      return inFlight[0]?.status === 'inDoubt' && inFlight;
    });
    const settled = await dana.call('settlePermit', {
      params: { permitId: doubted?.permitId ?? '' },
      body: { happened: 'done', reference: 'bank 77' },
    });
    expect(settled.body).toMatchObject({ status: 'done' });
    expect(await second.says('result')).toMatchObject({ value: null });
    expect(effects()).toHaveLength(1);
  });

  it('before the effect carries it out once, after a person has said that it did not happen', async () => {
    const first = startAgent(configOf('B-2', 'hesitate'));
    const { runId } = await first.says('inside');
    await first.kill();
    const second = startAgent(configOf('B-2', 'pay'));
    await second.says('started');
    const [doubted] = await until('the step is in doubt', async () => {
      const { inFlight } = await runOf(runId);
      return inFlight[0]?.status === 'inDoubt' && inFlight;
    });
    await dana.call('settlePermit', {
      params: { permitId: doubted?.permitId ?? '' },
      body: { happened: 'notDone', because: 'Nothing at the bank.' },
    });
    const { body } = await bruno.call('listCases', { query: { runId: runId as string } });
    const [kase] = body.items;
    await dana.call('cancelCase', {
      params: { caseId: kase?.caseId ?? '' },
      body: { revision: kase?.revision ?? 0, because: 'Settled.' },
    });
    expect(await second.says('result')).toMatchObject({ value: { paid: { invoiceId: 'B-2' } } });
    expect(effects()).toHaveLength(1);
    await second.says('finished');
  });

  it('while it waits for a sign-off is taken up by another process, which carries the step out once', async () => {
    const first = startAgent(configOf('B-3', 'pay', { erp: { amount: 'EUR 800.00' } }));
    const { runId } = await first.says('started');
    const approval = await until('the sign-off is asked for', async () => (await runOf(runId)).approvals[0]);
    await first.kill();
    for (const person of [bruno, chidi]) {
      const { body: now } = await person.call('getApproval', { params: { approvalId: approval.approvalId } });
      const signed = await person.call('approve', {
        params: { approvalId: approval.approvalId },
        body: { revision: now.revision, digest: now.digest },
      });
      expect(signed.ok, JSON.stringify(signed.body)).toBe(true);
    }
    const second = startAgent(configOf('B-3', 'pay', { erp: { amount: 'EUR 800.00' } }));
    expect(await second.says('result')).toMatchObject({ value: { paid: { amount: 'EUR 800.00' } } });
    await second.says('finished');
    expect(effects()).toHaveLength(1);
  });
});

describe('an agent cut off from Belay', () => {
  it('waits for a sign-off across the outage', async () => {
    const child = startAgent(configOf('C-1', 'pay', { erp: { amount: 'EUR 900.00' } }));
    const { runId } = await child.says('started');
    const approval = await until('the sign-off is asked for', async () => (await runOf(runId)).approvals[0]);
    await listening.away();
    for (const person of [bruno, chidi]) {
      const { body: now } = await person.call('getApproval', { params: { approvalId: approval.approvalId } });
      await person.call('approve', {
        params: { approvalId: approval.approvalId },
        body: { revision: now.revision, digest: now.digest },
      });
    }
    await listening.back();
    await child.says('result');
    expect(effects()).toHaveLength(1);
  });

  it('reads on where its control allows it, is killed, and the next process tells Belay', async () => {
    const offline = {
      ...configOf('C-2', 'offline'),
      step: 'gather-context',
      args: {},
      spool: join(folder, 'spool.jsonl'),
    };
    const first = startAgent(offline);
    const { runId } = await first.says('started');
    await listening.away();
    first.tell();
    expect(await first.says('result')).toMatchObject({ value: 'read while away' });
    await first.kill();
    await listening.back();
    expect(await runOf(runId)).toMatchObject({ stepsDecided: 0 });
    const second = startAgent({ ...configOf('C-2', 'pay'), spool: offline.spool });
    await second.says('finished');
    expect(await runOf(runId)).toMatchObject({ stepsDecided: 2, status: 'finished' });
    const { body } = await agent.call('runEntries', { params: { runId: runId as string } });
    const reported = body.items.filter((entry) => entry.type === 'PermitReported');
    expect(reported).toHaveLength(2);
    expect(JSON.stringify(reported[0]?.event)).toContain('read while away');
  });

  it('does not carry out what has an effect', async () => {
    const child = startAgent({ ...configOf('C-3', 'offline'), spool: join(folder, 'spool.jsonl') });
    await child.says('started');
    await listening.away();
    child.tell();
    await expect(child.says('result')).rejects.toThrow('Unreachable');
    await listening.back();
    expect(effects()).toEqual([]);
  });
});
