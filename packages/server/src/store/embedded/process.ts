/**
 * Is that process still the one we mean? A pid alone is reused, above all in containers and after a
 * reboot, so a process is known by its pid, the instant it started and the machine's boot.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Where a pid means something: one boot of one machine, one pid namespace. */
export type ProcessScope = { readonly host: string; readonly boot: string; readonly namespace: string };

export function currentScope(): ProcessScope {
  return { host: hostname(), boot: bootOf(), namespace: namespaceOf() };
}

function bootOf(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function namespaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** An opaque mark of when the process started; null when no such process runs (a zombie does not run). */
export function startMarkOf(pid: number): string | null {
  if (!exists(pid)) return null;
  if (process.platform === 'linux') return startMarkOnLinux(pid);
  if (process.platform === 'win32') return 'running';
  return askPs(pid, 'lstart=');
}

export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startMarkOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startedTicks] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' || startedTicks === undefined ? null : startedTicks;
  } catch {
    return null;
  }
}

export function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') return askPs(pid, 'command=') ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function askPs(pid: number, column: string): string | null {
  try {
    const answer = execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    return answer.trim() || null;
  } catch {
    return null;
  }
}

/** Polls until the condition holds; false when the bound has passed first. */
export async function waitUntil(condition: () => boolean, boundMs: number): Promise<boolean> {
  const deadline = performance.now() + boundMs;
  while (!condition()) {
    if (performance.now() > deadline) return false;
    await delay(10);
  }
  return true;
}
