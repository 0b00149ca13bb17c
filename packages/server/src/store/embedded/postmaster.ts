/**
 * One PostgreSQL server process: launched, awaited until it accepts connections, stopped within a bound.
 * It leads its own process group, so that Ctrl-C reaches Belay alone, which then stops it in order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openPlace } from './account.ts';
import { type Binaries, prepareRuntime } from './binaries.ts';
import { type Cluster, explainSpawnError } from './cluster.ts';
import { explainFailure } from './failure.ts';
import { commandLineOf, exists, startMarkOf, waitUntil } from './process.ts';

/** A socket in the cluster's `run/`, or a port on loopback where the socket's path would be too long. */
export type Address = { readonly kind: 'socket'; readonly directory: string } | { readonly kind: 'port'; port: number };

export type LaunchOptions = {
  readonly cluster: Cluster;
  readonly binaries: Binaries;
  readonly address: Address;
  readonly logFile: string;
  /** false only for tests that measure no durability. */
  readonly durable: boolean;
  readonly copies?: string | undefined;
};

export const socketPort = 5432;

export const runIn = (clusterDirectory: string) => join(clusterDirectory, 'run');

export const socketPathIn = (clusterDirectory: string) => join(runIn(clusterDirectory), `.s.PGSQL.${socketPort}`);

/** Crash recovery replays what was written since the last checkpoint; that takes as long as it takes. */
const readyBoundMs = 10 * 60_000;
const fastStopBoundMs = 20_000;
const immediateStopBoundMs = 5_000;

export async function launch(options: LaunchOptions): Promise<ChildProcess> {
  const { cluster, binaries, logFile } = options;
  const place = openPlace(cluster.directory, cluster.account);
  const log = openSync(logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  try {
    const runtime = prepareRuntime(binaries, cluster.account, place, cluster.directory, options.copies);
    const program = runtime.program('postgres');
    const child = spawn(program, serverArguments(options, place.path), {
      cwd: '/',
      env: runtime.env,
      ...(cluster.account ?? {}),
      detached: true,
      stdio: ['ignore', log, log, ...place.descriptors],
    });
    const failedToSpawn = new Promise<never>((_, reject) =>
      child.once('error', (error) => reject(explainSpawnError(error, program))),
    );
    await Promise.race([awaitReady(child, options, logStart), failedToSpawn]);
    return child;
  } finally {
    closeSync(log);
    place.close();
  }
}

async function awaitReady(child: ChildProcess, { cluster, logFile }: LaunchOptions, logStart: number): Promise<void> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const ready = () => {
    const status = readPidFile(cluster.directory);
    return status !== null && status.pid === child.pid && status.ready;
  };
  await waitUntil(() => ended() || ready(), readyBoundMs);
  if (!ended() && ready()) return;
  if (!ended()) await stop(child);
  throw explainFailure('Starting PostgreSQL', textSince(logFile, logStart));
}

/** On the command line, so that they are this Belay's whatever the cluster's files say. */
function serverArguments({ cluster, address, durable }: LaunchOptions, path: string): string[] {
  const settings: Record<string, string | number> = {
    cluster_name: markOf(cluster.directory),
    listen_addresses: address.kind === 'port' ? '127.0.0.1' : '',
    port: address.kind === 'port' ? address.port : socketPort,
    unix_socket_directories: address.kind === 'socket' ? `${path}/run` : '',
    unix_socket_permissions: '0700',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    max_connections: 100,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    logging_collector: 'off',
    jit: 'off',
  };
  return ['-D', `${path}/data`, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** By which a server process is known as this cluster's, also when it names its directory by a descriptor. */
function markOf(clusterDirectory: string): string {
  const digest = createHash('sha256').update(realpathSync(clusterDirectory)).digest('hex');
  return `belay-${digest.slice(0, 16)}`;
}

type PidFile = { readonly pid: number; readonly port: number; readonly ready: boolean };

/** postmaster.pid: its first line is the pid, the fourth the port, the eighth the status. */
export function readPidFile(clusterDirectory: string): PidFile | null {
  let lines: string[];
  try {
    lines = readFileSync(pidFileOf(clusterDirectory), 'utf8').split('\n');
  } catch {
    return null;
  }
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!Number.isInteger(pid)) return null;
  const status = lines[7]?.trim();
  return { pid, port: Number.parseInt(lines[3] ?? '', 10), ready: status === 'ready' || status === 'standby' };
}

const pidFileOf = (clusterDirectory: string) => join(clusterDirectory, 'data/postmaster.pid');

/** The pid of the server that runs in this cluster, whoever started it; null when there is none. */
export function findServer(clusterDirectory: string): number | null {
  if (!existsSync(clusterDirectory)) return null;
  const pid = readPidFile(clusterDirectory)?.pid;
  if (pid === undefined || startMarkOf(pid) === null) return null;
  return commandLineOf(pid).includes(markOf(clusterDirectory)) ? pid : null;
}

/** Stops the server that a killed Belay left behind; its pid, or null when there was none. */
export async function stopOrphan(clusterDirectory: string): Promise<number | null> {
  const pid = findServer(clusterDirectory);
  if (pid === null) dropMisleadingLocks(clusterDirectory);
  else await stopByPid(pid);
  return pid;
}

/**
 * PostgreSQL would take a stranger that has got the dead server's pid, or the dead server that nobody has
 * reaped, for a running one, and a lock left empty by a power cut for damage. Should a process of the dead
 * server still live, its shared memory stops the start.
 */
function dropMisleadingLocks(clusterDirectory: string): void {
  for (const path of [pidFileOf(clusterDirectory), `${socketPathIn(clusterDirectory)}.lock`]) {
    if (!existsSync(path)) continue;
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
    const empty = Number.isNaN(pid);
    if (empty || (exists(pid) && !isServerOf(clusterDirectory, pid))) rmSync(path, { force: true });
  }
}

function isServerOf(clusterDirectory: string, pid: number): boolean {
  if (startMarkOf(pid) === null) return false;
  const command = commandLineOf(pid);
  return command === '' || [markOf(clusterDirectory), clusterDirectory].some((own) => command.includes(own));
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined) await stopByPid(child.pid);
}

/** Fast, then immediate, then by force; each loses nothing that was committed. */
async function stopByPid(pid: number): Promise<void> {
  const mark = startMarkOf(pid);
  const gone = () => mark === null || startMarkOf(pid) !== mark;
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', fastStopBoundMs],
    ['SIGQUIT', immediateStopBoundMs],
    ['SIGKILL', immediateStopBoundMs],
  ];
  for (const [signal, boundMs] of steps) {
    if (gone()) return;
    signalIfThere(pid, signal);
    if (await waitUntil(gone, boundMs)) return;
  }
  throw new Error(`PostgreSQL (pid ${pid}) does not end, not even by SIGKILL.`);
}

export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {}
}

function textSince(path: string, start: number): string {
  const file = openSync(path, 'r');
  try {
    const text = Buffer.alloc(Math.min(fstatSync(file).size - start, 64 * 1024));
    readSync(file, text, 0, text.length, start);
    return text.toString('utf8');
  } finally {
    closeSync(file);
  }
}
