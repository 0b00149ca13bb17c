import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import { openDatabase } from './database.ts';
import { diagnose, judgeClock, judgeDisk, judgeDurability, judgeNode, judgeSchema, judgeUrl } from './diagnose.ts';
import { migrate } from './migrate.ts';

const migrationsDir = fileURLToPath(new URL('./migrations', import.meta.url));

const examine = (where: { url?: string; dataDir: string; now?: () => number }) =>
  diagnose({ migrationsDir, nodeVersion: 'v20.20.2', now: Date.now, ...where });

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'belay-doctor-'));
  chmodSync(directory, 0o755);
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const wrong = (findings: Awaited<ReturnType<typeof diagnose>>) => findings.filter(({ ok }) => !ok);

test('Node is new enough from 20.19 on', () => {
  expect(['v20.18.3', 'v18.20.0', 'v20.19.0', 'v22.1.0'].map((version) => judgeNode(version).ok)).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test.each([
  ['mysql://belay@db/belay', /does not begin with postgresql/],
  ['postgresql://belay:a@b@db/belay', /not encoded/],
  ['postgresql://belay:a#b@db/belay', /not encoded|no readable host|no database/],
  ['postgresql://belay@/belay', /names no host/],
  ['postgresql://belay@db:5432', /names no database/],
])('DATABASE_URL %s is refused with the form it should have', (url, detail) => {
  const finding = judgeUrl(url);
  expect(finding.detail).toMatch(detail);
  expect(finding.remedy).toContain('postgresql://user:password@host:5432/database');
});

test.each(['postgres://u:p%40@db.example:5432/belay?sslmode=require', 'postgresql://u@/belay?host=%2Frun%2Fpg'])(
  'DATABASE_URL %s is of good form',
  (url) => expect(judgeUrl(url)).toMatchObject({ ok: true, remedy: null }),
);

test('a clock more than two seconds off is told, with its direction', () => {
  expect(judgeClock(-1_900).ok).toBe(true);
  expect(judgeClock(2_500).detail).toBe("The database's clock is 2.5 s ahead of this machine's.");
  expect(judgeClock(-9_000).detail).toBe("The database's clock is 9.0 s behind this machine's.");
});

test('a server that does not write through is told with the setting', () => {
  const safe = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };
  expect(judgeDurability(safe).ok).toBe(true);
  expect(judgeDurability({ ...safe, fsync: 'off' }).remedy).toBe('Set fsync to on.');
});

test('little room on the disk is told', () => {
  expect(judgeDisk(2 * 1024 ** 3)).toMatchObject({ ok: true, detail: '2.0 GiB free' });
  expect(judgeDisk(100 * 1024 ** 2).ok).toBe(false);
});

test('migrations that wait are no fault, for the start applies them', () => {
  const pending = [{ number: 2, name: '0002_more', sql: '', digest: '' }];
  expect(judgeSchema({ version: 2, pending })).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^version 1, 1/),
  });
});

test('before the first start there is nothing wrong', async () => {
  const findings = await examine({ dataDir: join(scratch(), '.belay') });
  expect(wrong(findings)).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual(['node', 'PostgreSQL', 'data directory', 'disk', 'database']);
});

test('a running Belay is examined from inside, and what it left behind after it has stopped', async () => {
  const dataDir = join(scratch(), '.belay');
  const database = await openDatabase({ dataDir, log: silent });
  await migrate(database.pool, migrationsDir);
  const running = await examine({ dataDir });
  await database.close();
  expect(wrong(running)).toEqual([]);
  expect(running).toContainEqual({
    check: 'lock',
    ok: true,
    detail: expect.stringMatching(`^Belay runs \\(pid ${process.pid} `),
    remedy: null,
  });
  expect(running.map(({ check }) => check)).toEqual(expect.arrayContaining(['durability', 'clock', 'schema']));
  const stopped = await examine({ dataDir });
  expect(stopped.at(-1)).toMatchObject({ check: 'database', ok: true, detail: 'It does not run; Belay starts it.' });
});

test('a PostgreSQL without its Belay is told with its pid', async () => {
  const dataDir = join(scratch(), '.belay');
  const database = await openDatabase({ dataDir, log: silent });
  onTestFinished(() => database.close());
  rmSync(join(dataDir, 'belay.lock'));
  const { pid } = database.info;
  expect(wrong(await examine({ dataDir }))).toMatchObject([
    { check: 'orphan', remedy: expect.stringContaining(`kill -INT ${pid}`) },
  ]);
});

test('a database of another major version is told', async () => {
  const dataDir = scratch();
  mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '16\n');
  expect(wrong(await examine({ dataDir }))).toMatchObject([
    { check: 'PostgreSQL', detail: expect.stringContaining('made by PostgreSQL 16') },
  ]);
});

test("the user's own database is examined; one that does not sync is told", async () => {
  await using given = await testDatabase();
  const findings = await examine({ url: given.url, dataDir: '/nowhere' });
  expect(wrong(findings).map(({ check }) => check)).toEqual(
    findings.find(({ check }) => check === 'durability')?.ok ? [] : ['durability'],
  );
  const ahead = await examine({ url: given.url, dataDir: '/nowhere', now: () => Date.now() - 60_000 });
  expect(ahead.find(({ check }) => check === 'clock')?.ok).toBe(false);
});

test('a database that does not answer is told with the remedy', async () => {
  const findings = await examine({ url: 'postgresql://belay@127.0.0.1:1/belay', dataDir: '/nowhere' });
  expect(wrong(findings)).toMatchObject([{ check: 'database', remedy: expect.stringContaining('DATABASE_URL') }]);
});
