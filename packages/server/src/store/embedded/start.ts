/**
 * The PostgreSQL that came with `npm install`, in Belay's data directory: locked against a second Belay,
 * made at the first start, and supervised until it is closed.
 */
import { existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Log } from '../log.ts';
import { isRoot } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { clusterIn, ensureCluster, makeDataDirectory, superuser } from './cluster.ts';
import { explainFileError } from './failure.ts';
import { acquireLock, type DirectoryLock } from './lock.ts';
import { type Address, runIn, socketPathIn, socketPort } from './postmaster.ts';
import { type Supervisor, supervise } from './supervisor.ts';

export type EmbeddedOptions = {
  readonly dataDir: string;
  readonly log: Log;
  readonly binaries?: Binaries;
  readonly durable?: boolean;
  readonly copies?: string;
};

export type Embedded = {
  readonly url: string;
  readonly dataDir: string;
  readonly version: string;
  pid(): number | null;
  close(): Promise<void>;
};

/** sun_path holds 108 bytes on Linux and 104 elsewhere, one of them the closing zero. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103;
const largestLogBytes = 10 * 1024 * 1024;

export const lockIn = (dataDir: string) => join(dataDir, 'belay.lock');
const logIn = (dataDir: string) => join(dataDir, 'postgres.log');

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const binaries = options.binaries ?? findBinaries();
  const dataDir = openDataDirectory(options.dataDir);
  const lock = await lockDirectory(dataDir);
  try {
    const { cluster, supervisor, address } = await startServer(dataDir, binaries, options);
    return {
      url: urlOf(address, cluster.password),
      dataDir,
      version: binaries.version,
      pid: supervisor.pid,
      close: async () => {
        await supervisor.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

type Started = { cluster: { password: string }; supervisor: Supervisor; address: Address };

async function startServer(dataDir: string, binaries: Binaries, options: EmbeddedOptions): Promise<Started> {
  try {
    const cluster = await ensureCluster(dataDir, binaries, options.copies);
    if (cluster.created) options.log.info({ dataDir }, 'made a new database');
    const address = await chooseAddress(cluster.directory);
    const logFile = logIn(dataDir);
    rotate(logFile);
    const durable = options.durable ?? true;
    const launch = { cluster, binaries, address, logFile, durable, copies: options.copies };
    return { cluster, address, supervisor: await supervise(launch, options.log) };
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}

function openDataDirectory(path: string): string {
  try {
    makeDataDirectory(path, isRoot());
    return realpathSync(path);
  } catch (error) {
    throw explainFileError(error, path);
  }
}

async function lockDirectory(dataDir: string): Promise<DirectoryLock> {
  try {
    return await acquireLock(lockIn(dataDir), socketPathIn(clusterIn(dataDir)));
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}

async function chooseAddress(clusterDirectory: string): Promise<Address> {
  const fits = Buffer.byteLength(socketPathIn(clusterDirectory)) <= longestSocketPath;
  if (fits && process.platform !== 'win32') return { kind: 'socket', directory: runIn(clusterDirectory) };
  return { kind: 'port', port: await freePort() };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export function urlOf(address: Address, password: string): string {
  const credentials = `${superuser}:${encodeURIComponent(password)}`;
  if (address.kind === 'port') return `postgresql://${credentials}@127.0.0.1:${address.port}/postgres`;
  return `postgresql://${credentials}@/postgres?host=${encodeURIComponent(address.directory)}&port=${socketPort}`;
}

/** The log of the server is short; a long one is kept once. */
function rotate(logFile: string): void {
  if (!existsSync(logFile) || statSync(logFile).size < largestLogBytes) return;
  rmSync(`${logFile}.1`, { force: true });
  renameSync(logFile, `${logFile}.1`);
}
