/**
 * PostgreSQL refuses to run as root. When Belay is root, PostgreSQL runs as an unprivileged account
 * that owns its own directory and nothing else. A directory below a closed one (the 0700 home of root)
 * is opened by Belay and handed over as a descriptor, which Linux lets the account enter by /proc/self/fd.
 */
import { chownSync, closeSync, openSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseProblem, useDatabaseUrl } from '../problem.ts';

/** null: PostgreSQL runs as the user that runs Belay. */
export type Account = { readonly uid: number; readonly gid: number } | null;

/** Descriptor 3 in the child: the first after stdin, stdout and stderr. */
const handedOver = '/proc/self/fd/3';

export type Place = {
  /** The directory's name in PostgreSQL's eyes. */
  readonly path: string;
  readonly descriptors: readonly number[];
  close(): void;
};

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The account for a new cluster. initdb needs one with a name, and every system has `nobody`. */
export function unprivilegedAccount(): Account {
  if (!isRoot()) return null;
  const nobody = parsePasswd(readFileSync('/etc/passwd', 'utf8')).get('nobody');
  if (nobody) return nobody;
  throw new DatabaseProblem(
    'Belay runs as root and this system has no account `nobody` that PostgreSQL could run as.',
    `Start Belay as an ordinary user. ${useDatabaseUrl}`,
  );
}

export function parsePasswd(text: string): Map<string, { uid: number; gid: number }> {
  const accounts = new Map<string, { uid: number; gid: number }>();
  for (const line of text.split('\n')) {
    const [, name, uid, gid] = /^([^:#]+):[^:]*:(\d+):(\d+):/.exec(line) ?? [];
    if (name) accounts.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}

/** The account that owns an existing cluster; PostgreSQL accepts no other. */
export function ownerOf(directory: string): Account {
  const { uid, gid } = statSync(directory);
  const me = process.getuid?.();
  if (me === undefined || me === uid) return null;
  if (me === 0) return { uid, gid };
  throw new DatabaseProblem(
    `${directory} belongs to user ${uid} and Belay runs as user ${me}.`,
    `Start Belay as root as before, or give it to this user: chown -R ${me} ${dirname(directory)}`,
  );
}

export function giveTo(account: Account, path: string): void {
  if (account === null) return;
  try {
    chownSync(path, account.uid, account.gid);
  } catch (error) {
    throw new DatabaseProblem(
      `Belay runs as root but may not give ${path} to user ${account.uid}: ${(error as Error).message}.`,
      `Start Belay as an ordinary user. ${useDatabaseUrl}`,
      { cause: error },
    );
  }
}

export function openPlace(directory: string, account: Account): Place {
  if (canReach(directory, account)) return { path: directory, descriptors: [], close: () => {} };
  if (process.platform !== 'linux') {
    throw new DatabaseProblem(
      `${directory} lies below a directory that PostgreSQL's account (user ${account?.uid}) may not enter.`,
      `Start Belay as an ordinary user, or with --data in an open place such as /var/lib/belay. ${useDatabaseUrl}`,
    );
  }
  const descriptor = openSync(directory, 'r');
  return { path: handedOver, descriptors: [descriptor], close: () => closeSync(descriptor) };
}

/** May the account enter every directory on the way? */
export function canReach(path: string, account: Account): boolean {
  if (account === null) return true;
  const real = realpathSync(path);
  for (let parent = dirname(real); ; parent = dirname(parent)) {
    if (!mayEnter(statSync(parent), account)) return false;
    if (parent === dirname(parent)) return true;
  }
}

export function mayEnter(directory: Pick<Stats, 'uid' | 'gid' | 'mode'>, account: NonNullable<Account>): boolean {
  if (directory.uid === account.uid) return (directory.mode & 0o100) !== 0;
  if (directory.gid === account.gid) return (directory.mode & 0o010) !== 0;
  return (directory.mode & 0o001) !== 0;
}
