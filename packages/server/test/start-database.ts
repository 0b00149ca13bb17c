/**
 * Vitest's global setup: offers one PostgreSQL to all test files of a run and starts it when the first of
 * them asks, so that a run without database tests pays nothing. It does not sync to disk: the tests of
 * durability start their own.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type Embedded, startEmbedded } from '../src/store/embedded/start.ts';
import { migrate } from '../src/store/migrate.ts';
import { createPool } from '../src/store/pool.ts';
import { silent } from './silent.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    databasePort: number;
    /** everybody may enter it; it is gone after the run */
    directory: string;
  }
}

export const templateDatabase = 'belay_template';

const migrationsDir = fileURLToPath(new URL('../src/store/migrations', import.meta.url));

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'belay-test-'));
  chmodSync(directory, 0o755);
  project.provide('directory', directory);
  let starting: Promise<Started> | null = null;
  const server = createServer((socket) => {
    starting ??= start(join(directory, 'data'));
    starting.then(
      ({ url }) => socket.end(JSON.stringify({ url })),
      (error: Error) => socket.end(JSON.stringify({ error: error.stack })),
    );
    socket.on('error', () => {});
  });
  project.provide('databasePort', await listen(server));
  return async () => {
    server.close();
    const started = await (starting as Promise<Started> | null)?.catch(() => null);
    await started?.embedded?.close();
    rmSync(directory, { recursive: true, force: true });
  };
}

type Started = { readonly url: string; readonly embedded: Embedded | null };

/** Set it to run the tests on a server of your own, such as the oldest version that Belay supports. */
const ownServer = process.env.BELAY_TEST_DATABASE_URL;

async function start(dataDir: string): Promise<Started> {
  const embedded = ownServer ? null : await startEmbedded({ dataDir, log: silent, durable: false });
  const url = ownServer ?? embedded?.url ?? '';
  await makeTemplate(url);
  return { url, embedded };
}

async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${templateDatabase}`);
  await client.query(`CREATE DATABASE ${templateDatabase}`);
  await client.end();
  const pool = createPool(withDatabase(url, templateDatabase), { log: silent, max: 1 });
  try {
    await migrate(pool, migrationsDir);
  } finally {
    await pool.end();
  }
}

export function withDatabase(url: string, name: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, (_, server: string) => server + name);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}
