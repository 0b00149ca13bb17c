/**
 * The cluster on disk: `postgres/` in the data directory, with PostgreSQL's files in `data/`, its socket
 * in `run/` and the superuser's password. It is made in a sibling directory and renamed when it is
 * finished and on disk, so that a crash leaves either no cluster or a whole one.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseProblem } from '../problem.ts';
import { type Account, giveTo, openPlace, ownerOf, unprivilegedAccount } from './account.ts';
import { type Binaries, prepareRuntime } from './binaries.ts';
import { explainFailure } from './failure.ts';

export type Cluster = {
  readonly directory: string;
  readonly account: Account;
  readonly password: string;
};

export const superuser = 'belay';

export const clusterIn = (dataDir: string) => join(dataDir, 'postgres');

export async function ensureCluster(
  dataDir: string,
  binaries: Binaries,
  copies?: string,
): Promise<Cluster & { created: boolean }> {
  const directory = clusterIn(dataDir);
  removeUnfinished(dataDir);
  const created = !existsSync(directory);
  if (created) await createCluster(dataDir, directory, binaries, copies);
  const account = ownerOf(directory);
  refuseOtherVersion(directory, binaries);
  return { directory, account, password: readFileSync(join(directory, 'password'), 'utf8'), created };
}

const unfinished = 'postgres.new-';

/** Left by a kill; an initdb that outlived its Belay may still write there, then it goes at a later start. */
function removeUnfinished(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (!name.startsWith(unfinished)) continue;
    try {
      rmSync(join(dataDir, name), { recursive: true, force: true });
    } catch {}
  }
}

async function createCluster(dataDir: string, directory: string, binaries: Binaries, copies?: string): Promise<void> {
  const account = unprivilegedAccount();
  const draft = mkdtempSync(join(dataDir, unfinished));
  try {
    giveTo(account, draft);
    mkdirSync(join(draft, 'run'), { mode: 0o700 });
    giveTo(account, join(draft, 'run'));
    const password = join(draft, 'password');
    writeFileSync(password, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
    giveTo(account, password);
    await runInitdb(draft, account, binaries, copies);
    syncDirectory(draft);
    renameSync(draft, directory);
    syncDirectory(dataDir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

async function runInitdb(draft: string, account: Account, binaries: Binaries, copies?: string): Promise<void> {
  const place = openPlace(draft, account);
  try {
    const runtime = prepareRuntime(binaries, account, place, draft, copies);
    const options = {
      cwd: '/',
      env: runtime.env,
      ...(account ?? {}),
      stdio: ['ignore' as const, 'pipe' as const, 'pipe' as const, ...place.descriptors],
    };
    await output(runtime.program('initdb'), initdbArguments(place.path), options);
  } finally {
    place.close();
  }
}

function initdbArguments(path: string): string[] {
  return [
    `--pgdata=${path}/data`,
    `--username=${superuser}`,
    `--pwfile=${path}/password`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
}

function output(program: string, args: string[], options: Parameters<typeof spawn>[2]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    let said = '';
    const listen = (chunk: Buffer) => {
      said += chunk.toString('utf8');
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', (error) => reject(explainSpawnError(error, program)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(explainFailure('Making the database (initdb)', said || `ended by ${signal ?? `code ${code}`}`));
    });
  });
}

export function explainSpawnError(error: Error, program: string): Error {
  return new DatabaseProblem(
    `${program} does not start on this system: ${error.message}.`,
    'The PostgreSQL that Belay brings needs glibc (not Alpine). Set DATABASE_URL to a PostgreSQL of your own.',
    { cause: error },
  );
}

function refuseOtherVersion(directory: string, binaries: Binaries): void {
  const found = Number.parseInt(readFileSync(join(directory, 'data/PG_VERSION'), 'utf8'), 10);
  if (found === binaries.major) return;
  throw new DatabaseProblem(
    `${directory} was made by PostgreSQL ${found}; this Belay brings PostgreSQL ${binaries.major}.`,
    `Start the Belay that made it and dump the data, or set DATABASE_URL to a PostgreSQL ${found} that holds them.`,
  );
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Open to pass through for PostgreSQL's account when Belay is root; what is inside is closed by itself. */
export function makeDataDirectory(dataDir: string, asRoot: boolean): void {
  if (existsSync(dataDir)) return;
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, asRoot ? 0o711 : 0o700);
}
