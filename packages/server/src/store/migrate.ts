/**
 * Numbered, forward-only SQL files. Each runs in a transaction together with the row that records it, one
 * migrator at a time over all nodes, so a kill leaves either the state before a file or after it. A
 * database of a newer Belay is refused, and so is a file that was changed after it had been applied.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { DatabaseProblem } from './problem.ts';

export type Migration = {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly digest: string;
};

type AppliedMigration = Omit<Migration, 'sql'>;

export type SchemaState = { readonly version: number; readonly pending: readonly Migration[] };

/** Any constant that no other program uses for a transaction-scoped advisory lock in this database. */
const migratorLock = 0x6265_6c61;

/** Waiting for another node that migrates, and a rewrite of a large table, may take long. */
const longestMs = 30 * 60_000;

export async function migrate(pool: pg.Pool, migrationsDir: string): Promise<{ version: number; applied: string[] }> {
  const known = readMigrations(migrationsDir);
  const applied: string[] = [];
  for (;;) {
    const step = await applyNext(pool, known);
    if (step.name === null) return { version: step.version, applied };
    applied.push(step.name);
  }
}

/** What the database has, without changing it. */
export async function readSchema(pool: pg.Pool, migrationsDir: string): Promise<SchemaState> {
  const known = readMigrations(migrationsDir);
  const { rows } = await pool.query<{ exists: boolean }>(`SELECT to_regclass('migration') IS NOT NULL AS exists`);
  return compareSchema(known, rows[0]?.exists ? await readApplied(pool) : []);
}

async function applyNext(
  pool: pg.Pool,
  known: readonly Migration[],
): Promise<{ version: number; name: string | null }> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    await run(client, `SET LOCAL statement_timeout = ${longestMs}; SET LOCAL lock_timeout = ${longestMs}`);
    await run(client, `SELECT pg_advisory_xact_lock(${migratorLock})`);
    await run(client, 'SET LOCAL lock_timeout = 8000');
    await run(client, createMigrationTable);
    const { version, pending } = compareSchema(known, await readApplied(client));
    const next = pending[0];
    if (next) await applyOne(client, next);
    await client.query('COMMIT');
    return { version, name: next?.name ?? null };
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

const createMigrationTable = `CREATE TABLE IF NOT EXISTS migration (
  number     integer     PRIMARY KEY,
  name       text        NOT NULL,
  digest     text        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

async function applyOne(client: pg.PoolClient, { number, name, sql, digest }: Migration): Promise<void> {
  try {
    await run(client, sql);
  } catch (error) {
    throw new DatabaseProblem(
      `Migration ${name} failed and changed nothing: ${(error as Error).message}.`,
      'Mend what it names and start Belay again; it continues with this migration.',
      { cause: error },
    );
  }
  await client.query('INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3)', [number, name, digest]);
}

function run(client: pg.PoolClient, text: string) {
  return client.query({ text, query_timeout: longestMs } as pg.QueryConfig);
}

async function readApplied(connection: pg.Pool | pg.PoolClient): Promise<AppliedMigration[]> {
  const { rows } = await connection.query<AppliedMigration>(
    'SELECT number, name, digest FROM migration ORDER BY number',
  );
  return rows;
}

function compareSchema(known: readonly Migration[], applied: readonly AppliedMigration[]): SchemaState {
  const newest = applied.at(-1);
  const last = known.at(-1);
  if (newest && newest.number > (last?.number ?? 0)) {
    throw new DatabaseProblem(
      `This database was migrated by a newer Belay (${newest.name}); this Belay knows up to ${last?.name ?? 'nothing'}.`,
      'Upgrade Belay.',
    );
  }
  for (const old of applied) {
    const file = known.find(({ number }) => number === old.number);
    if (file?.digest !== old.digest) {
      throw new DatabaseProblem(
        `Migration ${old.name} was applied to this database with another content than ${file?.name ?? 'no file'} has now.`,
        'Restore the file as it was; changes go into a new migration.',
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return { version: last?.number ?? 0, pending: known.filter(({ number }) => !done.has(number)) };
}

const fileName = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** A transaction of their own would take the recording row out of theirs. */
const transactionControl = /^\s*(begin|commit|rollback|start\s+transaction|end)\s*;/im;

export function readMigrations(migrationsDir: string): Migration[] {
  const names = readdirSync(migrationsDir).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => readMigration(migrationsDir, name, index + 1));
}

function readMigration(migrationsDir: string, name: string, expected: number): Migration {
  const number = Number(fileName.exec(name)?.[1]);
  if (number !== expected) {
    const form = `${String(expected).padStart(4, '0')}_what_it_does.sql`;
    throw new DatabaseProblem(
      `The migration ${name} stands where ${form} should.`,
      'Name it so, without gaps or twins.',
    );
  }
  const sql = readFileSync(join(migrationsDir, name), 'utf8').replaceAll('\r\n', '\n');
  if (transactionControl.test(sql)) {
    throw new DatabaseProblem(`The migration ${name} begins or ends a transaction.`, 'Leave that to the migrator.');
  }
  return { number, name: name.replace(/\.sql$/, ''), sql, digest: createHash('sha256').update(sql).digest('hex') };
}
