/** What the fault tests need of the machine: scratch directories, the programs of PostgreSQL, patience. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, inject, onTestFinished } from 'vitest';
import { isRoot } from '../../src/store/embedded/account.ts';
import { findBinaries } from '../../src/store/embedded/binaries.ts';
import { startMarkOf } from '../../src/store/embedded/process.ts';

/** The package that holds `native/`. */
export const binaries = dirname(findBinaries().directory);

export const nightly = process.env.BELAY_NIGHTLY === '1';

export const asRoot = isRoot();

/** An account that is neither root nor the one PostgreSQL takes; every system has `daemon`. */
export const ordinaryUser = { uid: 1, gid: 1 };

/** An empty directory that stays until the run of all tests is over: other files of the same worker may use what it holds. */
export function directoryOfTheRun(mode = 0o755, uid?: number): string {
  const directory = mkdtempSync(join(inject('directory'), 'fault-'));
  chmodSync(directory, mode);
  if (uid !== undefined) chownSync(directory, uid, uid);
  return directory;
}

/** An empty directory for one test; what the test starts in it has ended when it goes. */
export function scratch(mode = 0o755, uid?: number): string {
  const directory = directoryOfTheRun(mode, uid);
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** A copy of PostgreSQL's package in hard links, which takes neither time nor room where the disk is the same. */
export function copyOfBinaries(into: string): string {
  const copy = join(into, 'postgresql');
  try {
    execFileSync('cp', ['-al', binaries, copy], { stdio: 'pipe' });
  } catch {
    execFileSync('cp', ['-a', `${binaries}/.`, copy]);
  }
  return copy;
}

export async function expectGone(pid: number): Promise<void> {
  await expect.poll(() => startMarkOf(pid), { timeout: 15_000 }).toBe(null);
}
