/**
 * One Belay per data directory. The lock is a file that is linked into place complete, so it is never
 * half written. A dead holder's lock is replaced only by whoever first holds the lock named after that
 * very holder: of two processes that find the same dead lock, one wins and the other looks again.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { DatabaseProblem } from '../problem.ts';
import { currentScope, type ProcessScope, startMarkOf } from './process.ts';

export type LockHolder = ProcessScope & { readonly pid: number; readonly startMark: string; readonly nonce: string };

type HolderState = 'alive' | 'dead' | 'elsewhere';

export type DirectoryLock = { readonly holder: LockHolder; release(): void };

/** `socketPath`: where the holder's PostgreSQL answers, the only sign of life across containers. */
export async function acquireLock(path: string, socketPath: string): Promise<DirectoryLock> {
  const holder: LockHolder = {
    ...currentScope(),
    pid: process.pid,
    startMark: startMarkOf(process.pid) ?? '',
    nonce: randomBytes(8).toString('hex'),
  };
  const draft = `${path}.${holder.nonce}.draft`;
  writeDurably(draft, JSON.stringify(holder));
  try {
    await take(path, draft, socketPath);
  } finally {
    rmSync(draft, { force: true });
  }
  await sweep(path, socketPath);
  return { holder, release: () => releaseIfOurs(path, holder.nonce) };
}

async function take(path: string, draft: string, socketPath: string): Promise<void> {
  for (;;) {
    if (linkIfFree(draft, path)) return;
    const found = readHolder(path);
    if (found === null) continue;
    const state = await stateOf(found, socketPath);
    if (state !== 'dead') throw refusal(path, found, state);
    const right = `${path}.${found.nonce}`;
    await take(right, draft, socketPath);
    try {
      if (readHolder(path)?.nonce !== found.nonce) continue;
      const copy = `${draft}.copy`;
      linkIfFree(draft, copy);
      renameSync(copy, path);
      return;
    } finally {
      rmSync(right, { force: true });
    }
  }
}

/**
 * Drafts and rights of processes that were killed while they tried; nothing hangs on them any more. One
 * that cannot be read may be just being written.
 */
async function sweep(path: string, socketPath: string): Promise<void> {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const left = join(dirname(path), name);
    const holder = readHolder(left);
    if (holder === null || holder.nonce === unreadable) continue;
    if ((await stateOf(holder, socketPath)) === 'dead') rmSync(left, { force: true });
  }
}

function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

const unreadable = 'unreadable';

/** null when there is no lock; an unreadable one counts as held by a process that cannot be alive. */
export function readHolder(path: string): LockHolder | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return { ...currentScope(), pid: 0, startMark: unreadable, nonce: unreadable };
  }
}

export async function stateOf(holder: LockHolder, socketPath: string): Promise<HolderState> {
  const here = currentScope();
  if (holder.boot !== here.boot) return holder.host === here.host ? 'dead' : 'elsewhere';
  if (holder.namespace !== here.namespace) return (await answers(socketPath)) ? 'elsewhere' : 'dead';
  return holder.pid > 0 && startMarkOf(holder.pid) === holder.startMark ? 'alive' : 'dead';
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const finish = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

function refusal(path: string, holder: LockHolder, state: 'alive' | 'elsewhere'): DatabaseProblem {
  return state === 'alive'
    ? new DatabaseProblem(
        `Another Belay (pid ${holder.pid}) uses this data directory; ${path} says so.`,
        'Stop it first, or start this one with another directory (--data).',
      )
    : new DatabaseProblem(
        `Belay on ${holder.host} (pid ${holder.pid} there) uses this data directory; ${path} says so.`,
        `Stop it there. If that machine or container is gone for good, delete ${path}.`,
      );
}

function releaseIfOurs(path: string, nonce: string): void {
  if (readHolder(path)?.nonce === nonce) rmSync(path, { force: true });
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
