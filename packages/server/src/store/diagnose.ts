/**
 * What `belay doctor` finds: each thing that can keep Belay from starting or make it unsafe, whether it is
 * so here, and the remedy. Looks and never changes anything, beside a running Belay too.
 */
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { explainConnection, judgeServer, type Server } from './database.ts';
import { type Binaries, findBinaries } from './embedded/binaries.ts';
import { clusterIn } from './embedded/cluster.ts';
import { readHolder, stateOf } from './embedded/lock.ts';
import { findServer, readPidFile, runIn, socketPathIn } from './embedded/postmaster.ts';
import { lockIn, urlOf } from './embedded/start.ts';
import type { Log } from './log.ts';
import { readSchema, type SchemaState } from './migrate.ts';
import { createPool } from './pool.ts';
import { DatabaseProblem, useDatabaseUrl } from './problem.ts';

export type Finding = {
  /** Such as `data directory`. */
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  /** null when there is nothing to do. */
  readonly remedy: string | null;
};

export type DiagnoseOptions = {
  readonly url?: string | undefined;
  readonly dataDir: string;
  readonly migrationsDir: string;
  /** Such as v20.20.2. */
  readonly nodeVersion: string;
  readonly now: () => number;
};

const good = (check: string, detail: string): Finding => ({ check, ok: true, detail, remedy: null });
const bad = (check: string, detail: string, remedy: string): Finding => ({ check, ok: false, detail, remedy });

export async function diagnose(options: DiagnoseOptions): Promise<Finding[]> {
  const node = judgeNode(options.nodeVersion);
  if (options.url === undefined) return [node, ...(await diagnoseEmbedded(options))];
  const form = judgeUrl(options.url);
  if (!form.ok) return [node, form];
  return [node, form, ...(await diagnoseServer(options.url, options))];
}

const oldestNode = [20, 19] as const;

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const newEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (newEnough) return good('node', `Node ${version}`);
  return bad('node', `Node ${version} is older than ${oldestNode.join('.')}.`, 'Install a current Node (22 or 24).');
}

export function judgeUrl(url: string): Finding {
  const check = 'DATABASE_URL';
  const form = 'Write it as postgresql://user:password@host:5432/database, with special characters %-encoded.';
  if (!/^postgres(ql)?:\/\//.test(url)) return bad(check, 'It does not begin with postgresql://.', form);
  const parts = /^[a-z]+:\/\/(?:[^@/?#]*@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/.exec(url);
  if (parts === null) return bad(check, 'It has no readable host; is an @, / or # in the password?', form);
  const [, host, database, query, fragment] = parts;
  if (fragment !== undefined || host?.includes('@')) return bad(check, 'A # or @ in it is not encoded.', form);
  if (!host && !/(^|&)host=/.test(query ?? '')) return bad(check, 'It names no host.', form);
  if (!database) return bad(check, 'It names no database.', form);
  return good(check, `database ${database} on ${host || 'a socket'}`);
}

async function diagnoseEmbedded(options: DiagnoseOptions): Promise<Finding[]> {
  const { dataDir } = options;
  const cluster = clusterIn(dataDir);
  const binaries = judgeBinaries(cluster);
  const directory = judgeDirectory(dataDir);
  const disk = judgeDisk(freeBytesAt(dataDir));
  if (!directory.ok || !existsSync(cluster)) {
    return [binaries, directory, disk, good('database', 'There is none yet; Belay makes it at its first start.')];
  }
  const holder = readHolder(lockIn(dataDir));
  const state = holder && (await stateOf(holder, socketPathIn(cluster)));
  const server = findServer(cluster);
  const lock = holder && state !== 'dead' ? `Belay runs (pid ${holder.pid} on ${holder.host}).` : 'Belay does not run.';
  const found = [binaries, directory, disk, good('lock', lock)];
  if (server === null) return [...found, good('database', 'It does not run; Belay starts it.')];
  if (state !== 'alive') found.push(judgeOrphan(server));
  return [...found, ...(await diagnoseRunning(cluster, options))];
}

function judgeOrphan(pid: number): Finding {
  const detail = `PostgreSQL (pid ${pid}) runs without a Belay; the one that started it was killed.`;
  return bad('orphan', detail, `Nothing is lost: the next start of Belay stops it. Or stop it now: kill -INT ${pid}`);
}

function judgeBinaries(cluster: string): Finding {
  const check = 'PostgreSQL';
  let binaries: Binaries;
  try {
    binaries = findBinaries();
  } catch (error) {
    return fromProblem(check, error);
  }
  const versionFile = join(cluster, 'data/PG_VERSION');
  const made = existsSync(versionFile) ? Number.parseInt(readFileSync(versionFile, 'utf8'), 10) : binaries.major;
  if (made === binaries.major) return good(check, `${binaries.version} came with Belay`);
  const detail = `The data directory was made by PostgreSQL ${made}; this Belay brings ${binaries.major}.`;
  return bad(check, detail, `Start the Belay that made it and dump the data. ${useDatabaseUrl}`);
}

/** A directory that does not exist yet is made, if the one above may be written. */
function judgeDirectory(dataDir: string): Finding {
  const check = 'data directory';
  const first = firstExisting(dataDir);
  try {
    accessSync(first, constants.W_OK | constants.X_OK);
    return good(check, first === dataDir ? dataDir : `${dataDir} will be made`);
  } catch {
    return bad(
      check,
      `Belay may not write ${first}.`,
      'Give it to the user that runs Belay, or choose another --data.',
    );
  }
}

const smallestFreeBytes = 512 * 1024 * 1024;

export function judgeDisk(freeBytes: number): Finding {
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  if (freeBytes >= smallestFreeBytes) return good('disk', free);
  return bad(
    'disk',
    `Only ${free} where the data directory is.`,
    'Free some space; on a full disk Belay refuses work.',
  );
}

function freeBytesAt(path: string): number {
  const { bavail, bsize } = statfsSync(firstExisting(path));
  return bavail * bsize;
}

function firstExisting(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : firstExisting(dirname(path));
}

async function diagnoseRunning(cluster: string, options: DiagnoseOptions): Promise<Finding[]> {
  let password: string;
  try {
    password = readFileSync(join(cluster, 'password'), 'utf8');
  } catch {
    const detail = 'It runs, but its password may only be read by the user that runs Belay.';
    return [bad('database', detail, 'Run `belay doctor` as that user.')];
  }
  const port = readPidFile(cluster)?.port ?? 0;
  const onSocket = existsSync(socketPathIn(cluster));
  const address = onSocket
    ? ({ kind: 'socket', directory: runIn(cluster) } as const)
    : ({ kind: 'port', port } as const);
  return diagnoseServer(urlOf(address, password), options);
}

type ServerFacts = Server & {
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly now: number;
};

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

async function diagnoseServer(url: string, { migrationsDir, now }: DiagnoseOptions): Promise<Finding[]> {
  const pool = createPool(url, { log: quiet, max: 1, limitsAtConnect: false });
  try {
    await pool.query('SELECT 1');
    const sentAt = now();
    const facts = await askFacts(pool);
    const skewMs = facts.now - (sentAt + now()) / 2;
    const problem = judgeServer(facts);
    const server = problem ? fromProblem('database', problem) : good('database', `PostgreSQL ${facts.version}`);
    return [server, judgeDurability(facts), judgeClock(skewMs), await judgeSchemaOf(pool, migrationsDir)];
  } catch (error) {
    return [fromProblem('database', explainConnection(error))];
  } finally {
    await pool.end();
  }
}

async function askFacts(pool: pg.Pool): Promise<ServerFacts> {
  const { rows } = await pool.query<ServerFacts>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
            current_setting('server_version_num')::int AS number,
            pg_is_in_recovery() AS standby,
            current_setting('fsync') AS fsync,
            current_setting('full_page_writes') AS full_page_writes,
            current_setting('synchronous_commit') AS synchronous_commit,
            clock_timestamp() AS now`,
  );
  const [facts] = rows;
  if (!facts) throw new Error('the server did not say what it is');
  return facts;
}

type Durability = Pick<ServerFacts, 'fsync' | 'full_page_writes' | 'synchronous_commit'>;

export function judgeDurability(settings: Durability): Finding {
  const off = (['fsync', 'full_page_writes', 'synchronous_commit'] as const).filter((name) => settings[name] === 'off');
  if (off.length === 0) return good('durability', 'an accepted change survives a power cut');
  const detail = `${off.join(' and ')} ${off.length > 1 ? 'are' : 'is'} off: a power cut may lose accepted changes.`;
  return bad('durability', detail, `Set ${off.join(', ')} to on.`);
}

const largestSkewMs = 2_000;

/** Belay's own clock decides when something is due; the database's tells where the difference comes from. */
export function judgeClock(skewMs: number): Finding {
  const seconds = (Math.abs(skewMs) / 1_000).toFixed(1);
  if (Math.abs(skewMs) <= largestSkewMs) return good('clock', `within ${seconds} s of the database's`);
  const detail = `The database's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's.`;
  return bad('clock', detail, 'Let both machines set their clocks by NTP.');
}

async function judgeSchemaOf(pool: pg.Pool, migrationsDir: string): Promise<Finding> {
  try {
    return judgeSchema(await readSchema(pool, migrationsDir));
  } catch (error) {
    return fromProblem('schema', error);
  }
}

export function judgeSchema({ version, pending }: SchemaState): Finding {
  const detail = pending.length === 0 ? 'up to date' : `${pending.length} migrations to apply; Belay does at its start`;
  return good('schema', `version ${version - pending.length}, ${detail}`);
}

function fromProblem(check: string, error: unknown): Finding {
  if (error instanceof DatabaseProblem) return bad(check, error.problem, error.remedy);
  throw error;
}
