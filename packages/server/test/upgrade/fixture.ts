/** A database of an older Belay as a file: every row of every table as it stood, under the number of its last migration. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Pool } from 'pg';
import { migrationsDir } from '../../src/app.ts';
import { migrate, readMigrations } from '../../src/store/migrate.ts';
import { type TestDatabase, testDatabase } from '../database.ts';
import type { Story } from './story.ts';

type Fixture = { migrations: number; secret: string; story: Story; tables: Record<string, unknown[]> };

const folder = fileURLToPath(new URL('.', import.meta.url));
const fileOf = (name: string): string => join(folder, name);
export const fixtures = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.json.gz'));
export const readFixture = (name: string): Fixture =>
  JSON.parse(gunzipSync(readFileSync(fileOf(name))).toString('utf8'));

const tablesOf = async (pool: Pool): Promise<string[]> => {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migration' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

export const writeFixture = async (pool: Pool, secret: string, story: Story): Promise<void> => {
  const tables: Fixture['tables'] = {};
  for (const name of await tablesOf(pool)) {
    const { rows } = await pool.query<{ row: unknown }>(`SELECT to_jsonb(t) AS row FROM ${name} t`);
    tables[name] = rows.map(({ row }) => row);
  }
  const migrations = readMigrations(migrationsDir).length;
  const fixture: Fixture = { migrations, secret, story, tables };
  writeFileSync(
    fileOf(`${String(migrations).padStart(4, '0')}.json.gz`),
    gzipSync(JSON.stringify(fixture), { level: 9 }),
  );
};

/** The numbers that rows are given go on where the recorded ones ended. */
const advanceIdentities = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = 'public' AND is_identity = 'YES'`,
  );
  for (const { table, column } of rows)
    await pool.query(
      `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), coalesce(max(${column}), 1)) FROM ${table}`,
    );
};

/** The old schema, its rows, and then whatever was migrated since. */
export const restore = async ({ migrations, tables }: Fixture): Promise<TestDatabase> => {
  const database = await testDatabase({ empty: true });
  const old = mkdtempSync(join(tmpdir(), 'belay-old-'));
  try {
    for (const file of readdirSync(migrationsDir).sort().slice(0, migrations))
      cpSync(join(migrationsDir, file), join(old, file));
    await migrate(database.pool, old);
  } finally {
    rmSync(old, { recursive: true });
  }
  for (const [name, rows] of Object.entries(tables)) {
    await database.pool.query(`DELETE FROM ${name}`);
    await database.pool.query(
      `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1)`,
      [JSON.stringify(rows)],
    );
  }
  await advanceIdentities(database.pool);
  await migrate(database.pool, migrationsDir);
  return database;
};
