/**
 * Belay as a process of its own for the benchmarks: the built server, the embedded PostgreSQL with fsync on, one
 * published control, one agent key. Speaks with its parent over IPC; can profile itself with the inspector.
 */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';
import type * as serverModule from '../../packages/server/src/server.ts';
import type * as houseModule from '../../packages/server/src/store/house.ts';
import type * as migrateModule from '../../packages/server/src/store/migrate.ts';
import type * as poolModule from '../../packages/server/src/store/pool.ts';
import { ownCpuMs } from './cpu.ts';

export type ServerParameters = { build: string; dataDir: string; control: string; organisation: object };
/** One real commit of a gate call: its statement and its parameters. */
export type Sample = { statement: string; values: string[] };
/** `bareUrl`: a database of its own on the same server, with the same tables, that Belay leaves alone. */
export type Ready = { url: string; key: string; bareUrl: string; session: string; csrf: string; postmaster: number };

const parameters = JSON.parse(process.argv[2] ?? '') as ServerParameters;
const built = (path: string) => import(pathToFileURL(`${parameters.build}/${path}`).href);
const { startServer } = (await built('server.js')) as typeof serverModule;
const { saveOrganisation } = (await built('store/house.js')) as typeof houseModule;

let orphaned = false;
process.once('disconnect', () => {
  orphaned = true;
});
const quiet = { info: () => {}, warn: () => {}, error: console.error };
const server = await startServer({ dataDir: parameters.dataDir, host: '127.0.0.1', port: 0, log: quiet as never });
const { app, database } = server;
await saveOrganisation(database.pool, parameters.organisation as never);
const published = await app.services.house.publish(
  readFileSync(parameters.control, 'utf8'),
  'bench.control.yaml',
  'dana',
);
if (!published.ok) throw new Error(JSON.stringify(published.problems));
const { secret } = await app.accounts.createKey('bench', [published.published.name], null, Date.now());

const openBareDatabase = async (): Promise<string> => {
  const { migrate } = (await built('store/migrate.js')) as typeof migrateModule;
  const { createPool } = (await built('store/pool.js')) as typeof poolModule;
  await database.pool.query('CREATE DATABASE bare');
  const url = database.url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, (_, before: string) => `${before}bare`);
  const pool = createPool(url, { log: quiet as never, max: 1 });
  await migrate(pool, `${parameters.build}/store/migrations`);
  await pool.end();
  return url;
};

/** Until every entry has its place in the evidence log: what one measurement left behind must not weigh on the next. */
const integrated = async (): Promise<void> => {
  for (;;) {
    const { rowCount } = await database.pool.query('SELECT FROM entries WHERE log_index IS NULL LIMIT 1');
    if (rowCount === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const session = new Session();
const stopProfile = async () => {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return profile;
};
const startProfile = async (): Promise<void> => {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 250 });
  await session.post('Profiler.start');
};

/** Watches the statements of one call. */
const sampled = async (call: () => Promise<unknown>): Promise<Sample> => {
  const { pool } = database;
  const { query } = pool;
  let sample: Sample | null = null;
  pool.query = ((...args: [{ name?: string; text: string; values: string[] }]) => {
    const [asked] = args;
    if (asked.name?.startsWith('commit-runs')) sample = { statement: asked.text, values: asked.values };
    return (query as (...all: unknown[]) => unknown).apply(pool, args);
  }) as never;
  await call();
  pool.query = query;
  if (sample === null) throw new Error('The gate call committed nothing.');
  return sample;
};

const tell = (message: object): void => void process.send?.(message);
process.on('message', async (message: { ask: string; call?: { path: string; body: object } }) => {
  if (message.ask === 'cpu') tell({ cpuMs: ownCpuMs() });
  if (message.ask === 'integrated') await integrated().then(() => tell({}));
  if (message.ask === 'profile') await startProfile().then(() => tell({}));
  if (message.ask === 'profiled') tell({ profile: await stopProfile() });
  if (message.ask === 'sample' && message.call !== undefined) {
    const { path, body } = message.call;
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const request = new Request(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    tell({ sample: await sampled(async () => (await app.fetch(request)).text()) });
  }
  if (message.ask === 'close') await end();
});
const end = () => server.close().finally(() => process.exit());
process.on('disconnect', end);
if (orphaned) await end();
const login = await app.accounts.createLoginLink('dana', Date.now());
const opened = await app.accounts.openSession(login, Date.now());
if (opened === null) throw new Error('The login link did not open a session.');
const { session: cookie, csrf } = opened;
const postmaster = database.info.pid ?? 0;
tell({
  url: server.url,
  key: secret,
  bareUrl: await openBareDatabase(),
  session: cookie,
  csrf,
  postmaster,
} satisfies Ready);
