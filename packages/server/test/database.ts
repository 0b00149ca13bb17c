/**
 * A freshly migrated database of its own for a test file, cloned from the run's template in some
 * milliseconds. `await using db = await testDatabase()` or `db.close()` drops it.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import pg from 'pg';
import { inject } from 'vitest';
import { createPool } from '../src/store/pool.ts';
import { silent } from './silent.ts';
import { templateDatabase, withDatabase } from './start-database.ts';

export type TestDatabase = AsyncDisposable & {
  readonly pool: pg.Pool;
  readonly url: string;
  close(): Promise<void>;
};

/** `empty`: without Belay's schema. */
export async function testDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const serverUrl = await askForServer(inject('databasePort'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${empty ? 'template1' : templateDatabase}`);
  const url = withDatabase(serverUrl, name);
  const pool = createPool(url, { log: silent });
  const close = async () => {
    await pool.end();
    await administer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  };
  return { pool, url, close, [Symbol.asyncDispose]: close };
}

/** One at a time: two copies of the template at once would each find it in use. */
async function administer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function askForServer(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => {
      answer += chunk.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('end', () => {
      const { url, error } = JSON.parse(answer) as { url?: string; error?: string };
      if (url === undefined) reject(new Error(`the test database does not start: ${error}`));
      else resolve(url);
    });
  });
}
