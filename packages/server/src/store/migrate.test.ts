import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import { migrate, readMigrations, readSchema } from './migrate.ts';
import { createPool } from './pool.ts';

let directory: string;
let pool: pg.Pool;
let url: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'belay-migrations-'));
  const database = await testDatabase({ empty: true });
  ({ pool, url } = database);
  onTestFinished(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });
});

const file = (name: string, sql: string) => writeFileSync(join(directory, name), sql);

const twoFiles = () => {
  file('0001_init.sql', 'CREATE TABLE a (id int); INSERT INTO a VALUES (1);');
  file('0002_more.sql', 'CREATE TABLE b (id int); INSERT INTO b SELECT id FROM a;');
};

test('each file is applied once and in order', async () => {
  twoFiles();
  expect(await migrate(pool, directory)).toEqual({ version: 2, applied: ['0001_init', '0002_more'] });
  expect(await migrate(pool, directory)).toEqual({ version: 2, applied: [] });
  expect((await pool.query('SELECT id FROM b')).rows).toEqual([{ id: 1 }]);
  file('0003_last.sql', 'DROP TABLE a');
  expect(await migrate(pool, directory)).toEqual({ version: 3, applied: ['0003_last'] });
});

test('what is pending is told without changing anything', async () => {
  twoFiles();
  const { version, pending } = await readSchema(pool, directory);
  expect([version, pending.map(({ name }) => name)]).toEqual([2, ['0001_init', '0002_more']]);
  expect((await pool.query("SELECT to_regclass('migration') AS made")).rows).toEqual([{ made: null }]);
});

test('several nodes that migrate at once apply each file once', async () => {
  twoFiles();
  file('0003_slow.sql', 'SELECT pg_sleep(0.05); CREATE TABLE c (id int);');
  const nodes = Array.from({ length: 4 }, () => createPool(url, { log: silent, max: 1 }));
  const outcomes = await Promise.all(nodes.map((node) => migrate(node, directory)));
  await Promise.all(nodes.map((node) => node.end()));
  expect(outcomes.flatMap(({ applied }) => applied).sort()).toEqual(['0001_init', '0002_more', '0003_slow']);
});

test('a file that fails changes nothing, is named, and is continued with once it is mended', async () => {
  twoFiles();
  file('0002_more.sql', 'CREATE TABLE b (id int); SELECT 1 / 0;');
  await expect(migrate(pool, directory)).rejects.toThrow('Migration 0002_more failed and changed nothing: division by');
  expect((await pool.query("SELECT to_regclass('b') AS made")).rows).toEqual([{ made: null }]);
  twoFiles();
  expect(await migrate(pool, directory)).toEqual({ version: 2, applied: ['0002_more'] });
});

test('a migrator killed within a file leaves the state before it, and the next one continues', async () => {
  twoFiles();
  file(
    '0002_more.sql',
    "CREATE TABLE b (id int); SELECT pg_sleep(60) WHERE current_setting('application_name') = 'killed';",
  );
  const killed = createPool(`${url}${url.includes('?') ? '&' : '?'}application_name=killed`, { log: silent, max: 1 });
  const migrating = migrate(killed, directory);
  const caught = expect(migrating).rejects.toThrow();
  const terminate =
    "SELECT pg_terminate_backend(pid) AS killed FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
  await expect.poll(async () => (await pool.query(terminate)).rowCount).toBe(1);
  await caught;
  await killed.end();
  expect((await pool.query('SELECT number FROM migration')).rows).toEqual([{ number: 1 }]);
  expect(await migrate(pool, directory)).toEqual({ version: 2, applied: ['0002_more'] });
});

test('a database of a newer Belay is refused with both versions', async () => {
  twoFiles();
  await migrate(pool, directory);
  rmSync(join(directory, '0002_more.sql'));
  const refusal =
    'This database was migrated by a newer Belay (0002_more); this Belay knows up to 0001_init. Upgrade Belay.';
  await expect(migrate(pool, directory)).rejects.toThrow(refusal);
  await expect(readSchema(pool, directory)).rejects.toThrow(refusal);
});

test('a file that was changed after it had been applied is refused', async () => {
  twoFiles();
  await migrate(pool, directory);
  file('0001_init.sql', 'CREATE TABLE a (id bigint)');
  file('0003_last.sql', 'DROP TABLE a');
  await expect(migrate(pool, directory)).rejects.toThrow(/Migration 0001_init was applied .* another content/);
  expect((await pool.query("SELECT to_regclass('a') AS kept")).rows).toEqual([{ kept: 'a' }]);
});

test('the line ends of the operating system do not change a file', async () => {
  file('0001_init.sql', 'SELECT 1;\nSELECT 2;\n');
  await migrate(pool, directory);
  file('0001_init.sql', 'SELECT 1;\r\nSELECT 2;\r\n');
  expect(await migrate(pool, directory)).toEqual({ version: 1, applied: [] });
});

test.each([
  [['0001_a.sql', '0003_b.sql'], /0003_b\.sql stands where 0002_what_it_does\.sql should/],
  [['0001_a.sql', '0001_b.sql'], /0001_b\.sql stands where 0002/],
  [['init.sql'], /init\.sql stands where 0001/],
])('the files %j are refused', (names, message) => {
  for (const name of names) file(name, 'SELECT 1');
  expect(() => readMigrations(directory)).toThrow(message);
});

test.each(['COMMIT;', 'begin;\nselect 1;', 'SELECT 1;\n  Rollback;'])('a file that says %j is refused', (sql) => {
  file('0001_a.sql', sql);
  expect(() => readMigrations(directory)).toThrow(/0001_a\.sql begins or ends a transaction/);
});
