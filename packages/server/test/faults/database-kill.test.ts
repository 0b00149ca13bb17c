import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { silent } from '../silent.ts';
import { binaries, expectGone, nightly, scratch } from './machine.ts';
import { bundle, type Message, type Program, run } from './program.ts';

let holder: string;

beforeAll(async () => {
  holder = await bundle('holder.ts');
});

function start(dataDir: string, writers: number): Program {
  const program = run(holder, { binaries, dataDir, writers });
  onTestFinished(async () => {
    program.child.kill('SIGTERM');
    await program.ended;
  });
  return program;
}

async function stop(program: Program): Promise<void> {
  program.child.kill('SIGTERM');
  expect(await program.ended).toEqual({ code: 0, signal: null });
}

/** Kills Belay with -9 that long after its start; resolves when it is gone. */
function killAfter(program: Program, ms: number): Promise<unknown> {
  setTimeout(() => program.child.kill('SIGKILL'), ms);
  return program.ended;
}

const idsOf = (messages: readonly Message[]) => messages.filter(({ event }) => event === 'kept').map(({ id }) => id);

/** Spread evenly with a random part, so that repeated runs look at other moments. */
const momentsWithin = (count: number, spanMs: number) =>
  Array.from({ length: count }, (_, index) => ((index + Math.random()) / count) * spanMs);

test('kill -9 at any moment of the first initialisation leaves no database or a whole one', async () => {
  const measured = start(join(scratch(), '.belay'), 0);
  const { ms } = await measured.next('open');
  await stop(measured);
  const processStartMs = 400;
  const moments = momentsWithin(nightly ? 40 : 10, Number(ms) + processStartMs);
  let unfinished = 0;
  for (const moment of moments) {
    const dataDir = join(scratch(), '.belay');
    const killed = start(dataDir, 2);
    await killAfter(killed, moment);
    if (!killed.messages.some(({ event }) => event === 'open')) unfinished++;
    const next = start(dataDir, 0);
    const { kept } = await next.next('open');
    expect(kept, `killed after ${moment} ms`).toEqual(expect.arrayContaining(idsOf(killed.messages)));
    await stop(next);
  }
  console.log(`${moments.length} kills over the first start, ${unfinished} of them before it was open`);
  expect(unfinished).toBeGreaterThan(moments.length / 3);
});

test('kill -9 while it starts, recovers or commits loses nothing that was acknowledged', async () => {
  const dataDir = join(scratch(), '.belay');
  const acknowledged = new Set<unknown>();
  const moments = momentsWithin(nightly ? 100 : 14, 1_500).sort(() => Math.random() - 0.5);
  let [working, orphans] = [0, 0];
  for (const moment of [2_500, ...moments]) {
    const killed = start(dataDir, 8);
    await killAfter(killed, moment);
    const open = killed.messages.find(({ event }) => event === 'open');
    if (open) {
      working++;
      expect(open.kept).toEqual(expect.arrayContaining([...acknowledged]));
    }
    if (killed.messages.some(({ text }) => String(text).startsWith('stopped a PostgreSQL'))) orphans++;
    for (const id of idsOf(killed.messages)) acknowledged.add(id);
  }
  const last = start(dataDir, 0);
  const { kept } = await last.next('open');
  const lost = [...acknowledged].filter((id) => !(kept as unknown[]).includes(id));
  await stop(last);
  console.log(
    `${moments.length + 1} kills, ${working} of them while committing, ${orphans} orphans stopped, ` +
      `${acknowledged.size} acknowledged commits, ${lost.length} lost`,
  );
  expect(lost).toEqual([]);
  expect(working).toBeGreaterThan(3);
  expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log']);
});

test('a PostgreSQL that a killed Belay left behind is stopped at the next start', async () => {
  const dataDir = join(scratch(), '.belay');
  const killed = start(dataDir, 4);
  const orphan = await killed.next('open');
  await killed.next('kept');
  killed.child.kill('SIGKILL');
  await killed.ended;
  const client = new pg.Client({ connectionString: String(orphan.url) });
  await client.connect();
  client.on('error', () => {});
  const next = start(dataDir, 0);
  const opened = await next.next('open');
  expect(opened.pid).not.toBe(orphan.pid);
  await expectGone(Number(orphan.pid));
  expect(opened.kept).toEqual(expect.arrayContaining(idsOf(killed.messages)));
  await client.end().catch(() => {});
  await stop(next);
});

test('kill -9 of Belay and PostgreSQL together is recovered from', async () => {
  const dataDir = join(scratch(), '.belay');
  const acknowledged: unknown[] = [];
  for (let round = 0; round < (nightly ? 20 : 4); round++) {
    const program = start(dataDir, 8);
    const { pid, kept } = await program.next('open');
    expect(kept).toEqual(expect.arrayContaining(acknowledged));
    await program.next('kept');
    process.kill(Number(pid), 'SIGKILL');
    program.child.kill('SIGKILL');
    await program.ended;
    acknowledged.push(...idsOf(program.messages));
  }
  const last = start(dataDir, 0);
  expect((await last.next('open')).kept).toEqual(expect.arrayContaining(acknowledged));
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
