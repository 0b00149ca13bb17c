/**
 * Keeps PostgreSQL running while Belay lives: when it dies, it is started again, at once and then with
 * growing pauses, for as long as it takes (a full disk may be emptied). Recovery replays its log.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { type LaunchOptions, launch, signalIfThere, stop, stopOrphan } from './postmaster.ts';

export type Supervisor = { pid(): number | null; close(): Promise<void> };

const firstPauseMs = 50;
const longestPauseMs = 10_000;
/** Processes of a dead server may hold its shared memory for a moment; a first start waits that long. */
const firstStartAttempts = 8;

export async function supervise(options: LaunchOptions, log: Log): Promise<Supervisor> {
  let child: ChildProcess | null = await firstStart(options, log);
  let restarting: Promise<void> | null = null;
  const closing = new AbortController();

  const watch = (server: ChildProcess) => {
    server.once('exit', (code, signal) => {
      child = null;
      if (closing.signal.aborted) return;
      log.error({ code, signal }, 'PostgreSQL ended by itself; starting it again');
      restarting = restart();
    });
  };

  const restart = async () => {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      try {
        await stopOrphan(options.cluster.directory);
        const server = await launch(options);
        child = server;
        watch(server);
        log.info({ pid: server.pid }, 'PostgreSQL runs again');
        return;
      } catch (error) {
        log.error({ attempt, reason: (error as Error).message }, 'PostgreSQL does not start yet');
        await delay(pauseBefore(attempt), undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  };

  const stopAtExit = () => {
    if (child?.pid !== undefined) signalIfThere(child.pid, 'SIGINT');
  };
  process.once('exit', stopAtExit);
  watch(child);

  return {
    pid: () => child?.pid ?? null,
    close: async () => {
      closing.abort();
      await restarting;
      if (child) await stop(child);
      process.removeListener('exit', stopAtExit);
    },
  };
}

export function pauseBefore(attempt: number): number {
  return Math.min(firstPauseMs * 2 ** attempt, longestPauseMs);
}

async function firstStart(options: LaunchOptions, log: Log): Promise<ChildProcess> {
  for (let attempt = 0; ; attempt++) {
    const orphan = await stopOrphan(options.cluster.directory);
    if (orphan !== null) log.warn({ pid: orphan }, 'stopped a PostgreSQL that a killed Belay had left behind');
    try {
      return await launch(options);
    } catch (error) {
      if (!isPassing(error) || attempt >= firstStartAttempts) throw error;
      await delay(pauseBefore(attempt));
    }
  }
}

/** The remains of a killed server, which go by themselves or by `stopOrphan`. */
function isPassing(error: unknown): boolean {
  return /still in use|lock file "postmaster.pid"|Address already in use/.test((error as Error).message);
}
