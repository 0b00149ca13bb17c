import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { waitUntil } from '../../src/store/embedded/process.ts';
import { silent } from '../silent.ts';
import { idsOf, startHolder, stop } from './holding.ts';
import { expectGone, nightly, scratch } from './machine.ts';
import type { Program } from './program.ts';

const timeout = nightly ? 1_200_000 : 240_000;

async function kill(program: Program): Promise<void> {
  program.child.kill('SIGKILL');
  await program.ended;
}

/** What was acknowledged and is not there. */
function lostOf(acknowledged: Iterable<unknown>, kept: unknown): unknown[] {
  const there = new Set(kept as unknown[]);
  return [...acknowledged].filter((id) => !there.has(id));
}

/** Spread evenly with a random part, so that repeated runs look at other moments. */
const momentsWithin = (count: number, span: number) =>
  Array.from({ length: count }, (_, index) => ((index + Math.random()) / count) * span);

/** How many files the initialisation has written; beyond all counting when it has finished. */
function progressOf(dataDir: string): number {
  if (!existsSync(dataDir)) return 0;
  if (existsSync(join(dataDir, 'postgres'))) return Number.POSITIVE_INFINITY;
  const draft = readdirSync(dataDir).find((name) => name.startsWith('postgres.new-'));
  try {
    return draft ? readdirSync(join(dataDir, draft), { recursive: true }).length : 0;
  } catch {
    return 0;
  }
}

test('kill -9 at any moment of the first initialisation leaves no database or a whole one', { timeout }, async () => {
  const filesOfCluster = 1_000;
  const moments = [0, 1, 5, ...momentsWithin(nightly ? 40 : 8, filesOfCluster)];
  let unfinished = 0;
  for (const moment of moments) {
    const dataDir = join(scratch(), '.belay');
    const killed = await startHolder({ dataDir, writers: 2 });
    await waitUntil(() => progressOf(dataDir) >= moment, 30_000);
    await kill(killed);
    if (progressOf(dataDir) < Number.POSITIVE_INFINITY) unfinished++;
    const next = await startHolder({ dataDir });
    const { kept } = await next.next('open');
    expect(lostOf(idsOf(killed.messages), kept), `killed at file ${moment}`).toEqual([]);
    await stop(next);
  }
  console.log(`${moments.length} kills over the first initialisation, ${unfinished} of them before it had finished`);
  expect(unfinished).toBeGreaterThan(moments.length / 2);
});

test('kill -9 while it starts, recovers or commits loses nothing that was acknowledged', { timeout }, async () => {
  const dataDir = join(scratch(), '.belay');
  const acknowledged = new Set<unknown>();
  const moments = momentsWithin(nightly ? 100 : 14, 500).sort(() => Math.random() - 0.5);
  let [working, orphans] = [0, 0];
  for (const [round, moment] of moments.entries()) {
    const killed = await startHolder({ dataDir, writers: 8 });
    if (round % 2 === 0) await killed.next('kept');
    await delay(moment);
    await kill(killed);
    const open = killed.messages.find(({ event }) => event === 'open');
    if (open) {
      working++;
      expect(lostOf(acknowledged, open.kept)).toEqual([]);
    }
    if (killed.messages.some(({ text }) => String(text).startsWith('stopped a PostgreSQL'))) orphans++;
    for (const id of idsOf(killed.messages)) acknowledged.add(id);
  }
  const last = await startHolder({ dataDir });
  const lost = lostOf(acknowledged, (await last.next('open')).kept);
  await stop(last);
  console.log(
    `${moments.length} kills, ${working} of them while committing, ${orphans} orphans stopped, ` +
      `${acknowledged.size} acknowledged commits, ${lost.length} lost`,
  );
  expect(lost).toEqual([]);
  expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log']);
});

test('a PostgreSQL that a killed Belay left behind is stopped at the next start', async () => {
  const dataDir = join(scratch(), '.belay');
  const killed = await startHolder({ dataDir, writers: 4 });
  const orphan = await killed.next('open');
  await killed.next('kept');
  await kill(killed);
  const client = new pg.Client({ connectionString: String(orphan.url) });
  await client.connect();
  client.on('error', () => {});
  const next = await startHolder({ dataDir });
  const opened = await next.next('open');
  expect(opened.pid).not.toBe(orphan.pid);
  await expectGone(Number(orphan.pid));
  expect(lostOf(idsOf(killed.messages), opened.kept)).toEqual([]);
  await client.end().catch(() => {});
  await stop(next);
});

test('kill -9 of Belay and PostgreSQL together is recovered from', { timeout }, async () => {
  const dataDir = join(scratch(), '.belay');
  const acknowledged: unknown[] = [];
  for (let round = 0; round < (nightly ? 20 : 4); round++) {
    const program = await startHolder({ dataDir, writers: 8 });
    const { pid, kept } = await program.next('open');
    expect(lostOf(acknowledged, kept)).toEqual([]);
    await program.next('kept');
    process.kill(Number(pid), 'SIGKILL');
    await kill(program);
    acknowledged.push(...idsOf(program.messages));
  }
  const last = await startHolder({ dataDir });
  expect(lostOf(acknowledged, (await last.next('open')).kept)).toEqual([]);
  await stop(last);
});

test('PostgreSQL killed under a live pool is started again, and the pool goes on', async () => {
  const database = await openDatabase({ dataDir: join(scratch(), '.belay'), log: silent });
  onTestFinished(() => database.close());
  await database.pool.query('CREATE TABLE kept (id int PRIMARY KEY)');
  let hints = 0;
  database.listen('work', () => hints++);
  await expect.poll(() => hints).toBe(1);
  for (let round = 1; round <= (nightly ? 20 : 3); round++) {
    const before = database.info.pid;
    await database.pool.query('INSERT INTO kept VALUES ($1)', [round]);
    process.kill(Number(before), 'SIGKILL');
    const count = () =>
      database.pool.query<{ n: number }>('SELECT count(*) AS n FROM kept').then(({ rows }) => rows[0]?.n);
    await expect.poll(() => database.info.pid, { timeout: 15_000 }).not.toBe(before);
    await expect.poll(() => count().catch(() => 'not yet'), { timeout: 15_000 }).toBe(round);
    await expect.poll(() => hints, { timeout: 15_000 }).toBeGreaterThan(round);
  }
});

test('one backend killed takes its connections along and nothing else', async () => {
  const database = await openDatabase({ dataDir: join(scratch(), '.belay'), log: silent });
  onTestFinished(() => database.close());
  const before = database.info.pid;
  const { rows } = await database.pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  process.kill(Number(rows[0]?.pid), 'SIGKILL');
  const answer = () => database.pool.query('SELECT 1 AS one').then((result) => result.rows[0]?.one);
  await expect.poll(() => answer().catch(() => 'not yet'), { timeout: 15_000 }).toBe(1);
  expect(database.info.pid).toBe(before);
});
