/**
 * Three nodes on one PostgreSQL, under load, while nodes are killed and stopped and the database is killed: no rung
 * fires twice, none is missed, and after recovery nothing stays late. The faults are drawn from a seed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { compileControl } from '@belay/control';
import { expect, onTestFinished, test } from 'vitest';
import { withEntered } from '../../src/domain/oncall/entered.ts';
import { createAuditStore } from '../../src/store/audit.ts';
import { overdue } from '../../src/store/due.ts';
import { createHouseStore } from '../../src/store/house.ts';
import { nightly } from './machine.ts';
import type { NodeParameters } from './node.ts';
import { type Firing, readHistory } from './nodes-history.ts';
import { ask, createHouse, type House } from './nodes-world.ts';
import { bundle, type Program, run } from './program.ts';

const seed = Number(process.env.BELAY_SEED ?? 20261207);
const chaosMs = nightly ? 600_000 : 40_000;
const speed = 30;
const pollMs = 1_000;

/** Mulberry32: small, and the same everywhere. */
const chanceOf = (from: number): (() => number) => {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

type Node = { program: Program; url: string };

/** Started again, as whoever runs it would, when it ends because its database is away. */
const startNode = async (bundled: string, parameters: NodeParameters): Promise<Node> => {
  for (let tries = 1; ; tries++) {
    const program = run(bundled, parameters);
    try {
      return { program, url: String((await program.next('listening')).url) };
    } catch (error) {
      if (tries === 20) throw error;
      await program.ended;
    }
  }
};

type Faults = { killed: number; stopped: number; outages: number; databases: number };

const stop = async (nodes: Node[], ms: number): Promise<void> => {
  for (const { program } of nodes) program.child.kill('SIGSTOP');
  await delay(ms);
  for (const { program } of nodes) program.child.kill('SIGCONT');
};

type Fault = keyof Faults;
const bag: Fault[] = ['killed', 'killed', 'killed', 'killed', 'stopped', 'stopped', 'stopped', 'outages', 'databases'];

const shuffled = (faults: Fault[], chance: () => number): Fault[] =>
  faults
    .map((fault) => ({ fault, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ fault }) => fault);

/** Kills, stops and starts until `until`, every kind of fault at least once; afterwards three nodes run. */
const wreak = async (
  nodes: Node[],
  house: House,
  start: () => Promise<Node>,
  until: number,
  chance: () => number,
): Promise<Faults> => {
  const done: Faults = { killed: 0, stopped: 0, outages: 0, databases: 0 };
  const carryOut: Record<Fault, (index: number) => Promise<void>> = {
    killed: async (index) => {
      nodes[index]?.program.child.kill('SIGKILL');
      await nodes[index]?.program.ended;
      nodes[index] = await start();
    },
    stopped: (index) => stop(nodes.slice(index, index + 1), 200 + chance() * 3_500),
    outages: () => stop(nodes, 2_000 + chance() * 4_000),
    databases: async () => house.killDatabase(),
  };
  let left: Fault[] = shuffled(bag, chance);
  for (let fault = left.pop(); fault !== undefined; fault = left.pop()) {
    await delay(300 + chance() * 1_200);
    await carryOut[fault](Math.floor(chance() * nodes.length));
    done[fault]++;
    if (left.length === 0 && Date.now() < until) left = shuffled(bag, chance);
  }
  return done;
};

type Load = { opened: number; claimed: number; resolved: number };

/** Agents that hand off, and a person who takes some over and finishes them, at whichever node answers. */
const load = async (nodes: Node[], house: House, until: number, chance: () => number): Promise<Load> => {
  const done: Load = { opened: 0, claimed: 0, resolved: 0 };
  const node = () => nodes[Math.floor(chance() * nodes.length)]?.url ?? '';
  const open = async (id: number): Promise<void> => {
    const started = { control: 'desk-work', subject: { id: `${id}` }, key: `${id}` };
    const begun = await ask(node(), 'POST', '/v1/runs', house.agentKey, started);
    const runId = (begun?.run as { runId?: string } | undefined)?.runId;
    if (runId === undefined) return;
    const body = { epoch: begun?.epoch ?? 1, step: 'act', arguments: {}, facts: { odd: true }, key: 'act' };
    if ((await ask(node(), 'POST', `/v1/runs/${runId}/gate`, house.agentKey, body))?.kind === 'handoff') done.opened++;
  };
  const work = async (): Promise<void> => {
    const listed = await ask(node(), 'GET', '/v1/cases?status=open&limit=200', house.session);
    const items = (listed?.items ?? []) as { caseId: string; revision: number }[];
    const one = items[Math.floor(chance() * items.length)];
    if (one === undefined) return;
    const revision = { revision: one.revision };
    const claimed = await ask(node(), 'POST', `/v1/cases/${one.caseId}/claim`, house.session, revision);
    if (claimed === null) return;
    done.claimed++;
    const resolution = { revision: Number(claimed.revision), resolution: 'done by hand' };
    if (await ask(node(), 'POST', `/v1/cases/${one.caseId}/resolve`, house.session, resolution)) done.resolved++;
  };
  const caller = async (first: number): Promise<void> => {
    for (let id = first; Date.now() < until; id += 4) {
      await open(id);
      if (chance() < 0.2) await work();
      await delay(60);
    }
  };
  await Promise.all([1, 2, 3, 4].map(caller));
  return done;
};

const percentile = (firings: Firing[], part: number): number =>
  Math.round(
    (firings.map(({ lateMs }) => lateMs).sort((a, b) => a - b)[Math.floor((firings.length - 1) * part)] ?? 0) / speed,
  );

const knownOf = async (house: House) => {
  const store = createHouseStore(house.pool, () => Promise.reject(new Error('nothing is written here')));
  const published = await store.control('desk-work', null);
  if (published === null) throw new Error('the control is gone');
  const { applied, entered } = await store.organisation();
  return { control: compileControl(published.parsed), org: withEntered(applied, entered) };
};

test('no rung fires twice and none is missed, whoever is killed or stopped', {
  timeout: chaosMs + 240_000,
}, async () => {
  const start = Date.parse('2026-12-07T09:00:00Z');
  const house = await createHouse(start);
  onTestFinished(() => house.close());
  const fast = { start, since: Date.now(), speed };
  const bundled = await bundle('node.ts');
  const begin = () => startNode(bundled, { databaseUrl: house.url, fast });
  const nodes = await Promise.all([begin(), begin(), begin()]);
  onTestFinished(async () => {
    for (const { program } of nodes) program.child.kill('SIGKILL');
    await Promise.all(nodes.map(({ program }) => program.ended));
  });
  const until = Date.now() + chaosMs;
  const chance = chanceOf(seed);
  const [faults, done] = await Promise.all([
    wreak(nodes, house, begin, until, chance),
    load(nodes, house, until, chanceOf(seed + 1)),
  ]);

  const now = () => start + (Date.now() - fast.since) * speed;
  const late = () =>
    overdue(house.pool, now())
      .then(({ lateMs }) => lateMs / speed)
      .catch(() => Number.POSITIVE_INFINITY);
  const recoveredAt = Date.now();
  await expect.poll(late, { timeout: 60_000, interval: 50 }).toBeLessThan(2 * pollMs);
  const recoveryMs = Date.now() - recoveredAt;
  const calm = now();
  await delay(6 * pollMs);
  for (const { program } of nodes) program.child.kill('SIGTERM');
  await Promise.all(nodes.map(({ program }) => program.ended));

  const history = await readHistory(house.pool, await knownOf(house));
  const calmFirings = history.firings.filter(({ dueAt }) => dueAt > calm);
  console.log(
    `seed ${seed}, ${chaosMs / 1_000} s: ${faults.killed} nodes killed, ${faults.stopped} stopped, ${faults.outages} times all stopped, ` +
      `${faults.databases} times the database; ${done.opened} cases opened, ${done.claimed} claimed, ` +
      `${done.resolved} resolved; ${history.firings.length} rungs fired by the clock, ` +
      `late p50 ${percentile(history.firings, 0.5)} ms, max ${percentile(history.firings, 1)} ms; ` +
      `recovered in ${recoveryMs} ms, then ${calmFirings.length} rungs, max ${percentile(calmFirings, 1)} ms late`,
  );
  expect(history.wrong.slice(0, 5)).toEqual([]);
  expect(history.firings.length).toBeGreaterThan(100);
  const audit = createAuditStore(house.pool);
  expect(await audit.counts([], 0)).toMatchObject({ unarmedRuns: 0, unarmedCases: 0 });
  expect((await audit.strayCases('', 1_000_000)).strays).toEqual([]);
});
