/**
 * kill -9 at every point between the gate and the report, and then another process: one that knows the step's key, and one
 * that lost everything and asks under a new one. Never two effects without a person's word.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createWorld, invoice, type World } from '../world.ts';
import { type Listening, listen } from './listen.ts';

const program = fileURLToPath(new URL('dying-agent.mjs', import.meta.url));

let world: World;
let listening: Listening;
let agent: Awaited<ReturnType<World['agent']>>;
let dana: Client;
let folder: string;

beforeAll(async () => {
  world = await createWorld();
  listening = await listen(world);
  agent = await world.agent('payables');
  dana = await world.person('dana');
  folder = mkdtempSync(join(tmpdir(), 'belay-fault-points-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await listening.away();
  await world.close();
});

const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  for (let looked = 0; looked < 1_200; looked++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`It never happened: ${what}.`);
};

type Ended = { signal: NodeJS.Signals | null; runId: string; value: unknown };

const openWork = (id: string) => {
  const args = invoice(world.records, id);
  const effects = join(folder, `${id}.jsonl`);
  const start = async (stepKey: string, dieAt: string | null): Promise<Ended> => {
    const config = {
      url: listening.url,
      key: agent.secret,
      control: 'payment-approval',
      subject: { invoiceId: id },
      runKey: id,
      step: 'release-payment',
      stepKey,
      args,
      effects,
      dieAt,
    };
    const child = spawn(process.execPath, [program, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 50_000,
    });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    const events = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { signal, runId: events[0].runId, value: events.find(({ event }) => event === 'result')?.value };
  };
  const happened = (): number => {
    try {
      return readFileSync(effects, 'utf8').trim().split('\n').length;
    } catch {
      return 0;
    }
  };
  return { start, happened };
};

/** What a person who looks at the bank says. */
const settle = async (runId: string, happened: 'done' | 'notDone'): Promise<void> => {
  const permit = await until('the step is in doubt', async () =>
    (await agent.call('getRun', { params: { runId } })).body.inFlight.find(({ status }) => status === 'inDoubt'),
  );
  const said = await dana.call('settlePermit', { params: { permitId: permit.permitId }, body: { happened } });
  expect(said.ok).toBe(true);
  const [kase] = (await dana.call('listCases', { query: { runId } })).body.items;
  if (kase === undefined) return;
  const body = { revision: kase.revision, because: 'I looked at the bank.' };
  expect((await dana.call('cancelCase', { params: { caseId: kase.caseId }, body })).ok).toBe(true);
};

/** [where it dies, effects by then, whether a person has to be asked] */
const points: [string, number, boolean][] = [
  ['before the gate', 0, false],
  ['after the gate', 0, true],
  ['before the effect', 0, true],
  ['after the effect', 1, true],
  ['before the report', 1, true],
];

describe('an agent that is killed', () => {
  const cases = points.flatMap(([point, before, asked]) =>
    (['the same key', 'a new key'] as const).map((knows) => ({ point, before, asked, knows })),
  );
  it.each(cases)(
    '$point, and asks again with $knows: one effect in the end',
    async ({ point, before, asked, knows }) => {
      const job = openWork(`F-${point}-${knows}`.replaceAll(' ', '-'));
      const first = await job.start('pay', point);
      expect(first.signal).toBe('SIGKILL');
      expect(job.happened()).toBe(before);
      const second = job.start(knows === 'the same key' ? 'pay' : 'pay-again', null);
      if (asked) await settle(first.runId, before === 1 ? 'done' : 'notDone');
      expect(await second).toMatchObject({ signal: null });
      expect(job.happened()).toBe(1);
    },
  );

  it('after the report gets the record, and nobody is asked', async () => {
    const job = openWork('F-reported');
    expect((await job.start('pay', 'after the report')).signal).toBe('SIGKILL');
    expect(await job.start('pay', null)).toMatchObject({ signal: null, value: 'paid' });
    expect(job.happened()).toBe(1);
  });

  it('again and again is never carried out twice', async () => {
    const job = openWork('F-again');
    const { runId } = await job.start('pay', 'after the effect');
    const dies = job.start('pay', 'before the effect');
    await settle(runId, 'done');
    await dies;
    expect(await job.start('another', null)).toMatchObject({ signal: null });
    expect(job.happened()).toBe(1);
  });
});
