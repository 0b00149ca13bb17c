import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { asRoot, binaries, copyOfBinaries, expectGone, ordinaryUser, scratch } from './machine.ts';
import { bundle, type Program, type ProgramOptions, run } from './program.ts';

let holder: string;

beforeAll(async () => {
  holder = await bundle('holder.ts');
});

type Start = { dataDir: string; binaries?: string; copies?: string; writers?: number; exitWhenOpen?: boolean };

function start(parameters: Start, options: ProgramOptions = {}): Program {
  const program = run(holder, { binaries, writers: 0, ...parameters }, options);
  onTestFinished(async () => {
    program.child.kill('SIGTERM');
    await program.ended;
  });
  return program;
}

async function stop(program: Program): Promise<void> {
  program.child.kill('SIGTERM');
  expect(await program.ended).toEqual({ code: 0, signal: null });
}

async function startAndStop(parameters: Start, options: ProgramOptions = {}) {
  const program = start(parameters, options);
  const open = await program.next('open');
  await stop(program);
  return open;
}

async function problemOf(program: Program): Promise<string> {
  const { message, plain } = await program.next('problem');
  expect(plain, String(message)).toBe(true);
  return String(message);
}

describe('starting', () => {
  test('the first start makes a database, the next one finds what was kept', async () => {
    const dataDir = join(scratch(), '.belay');
    const first = start({ dataDir, writers: 1 });
    const opened = await first.next('open');
    await first.next('kept');
    await stop(first);
    const acknowledged = first.messages.filter(({ event }) => event === 'kept').map(({ id }) => id);
    const again = await startAndStop({ dataDir });
    expect(again.kept).toEqual(expect.arrayContaining(acknowledged));
    console.log(`first start ${opened.ms} ms, next start ${again.ms} ms`);
  });

  test('a second Belay on the same directory is refused with the pid of the first', async () => {
    const dataDir = join(scratch(), '.belay');
    const first = start({ dataDir });
    await first.next('open');
    const second = start({ dataDir });
    expect(await problemOf(second)).toContain(`Another Belay (pid ${first.child.pid}) uses this data directory`);
    expect((await second.ended).code).toBe(2);
    await stop(first);
  });

  test('two Belays that start at once on a new directory: one opens, the other is refused', async () => {
    const dataDir = join(scratch(), '.belay');
    const both = [start({ dataDir }), start({ dataDir })];
    const outcomes = await Promise.all(
      both.map((program) =>
        program.next('open').then(
          () => 'open',
          () => program.next('problem').then(() => 'refused'),
        ),
      ),
    );
    expect(outcomes.sort()).toEqual(['open', 'refused']);
  });

  test('SIGTERM stops PostgreSQL and removes the lock', async () => {
    const dataDir = join(scratch(), '.belay');
    const program = start({ dataDir, writers: 4 });
    const { pid } = await program.next('open');
    await program.next('kept');
    await stop(program);
    await expectGone(Number(pid));
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log']);
    expect(existsSync(join(dataDir, 'postgres/data/postmaster.pid'))).toBe(false);
  });

  test('an exit without closing takes PostgreSQL along', async () => {
    const program = start({ dataDir: join(scratch(), '.belay'), exitWhenOpen: true });
    const { pid } = await program.next('open');
    expect((await program.ended).code).toBe(7);
    await expectGone(Number(pid));
  });

  test('the password and the cluster are closed to other users', async () => {
    const dataDir = join(scratch(), '.belay');
    await startAndStop({ dataDir });
    expect(statSync(join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dataDir, 'postgres/password')).mode & 0o777).toBe(0o600);
  });

  test('a path too long for a socket uses a port on loopback', async () => {
    const dataDir = join(scratch(), 'x'.repeat(80), '.belay');
    const { url } = await startAndStop({ dataDir });
    expect(url).toMatch(/@127\.0\.0\.1:\d+\/postgres$/);
    expect((await startAndStop({ dataDir })).url).toMatch(/@127\.0\.0\.1:\d+\/postgres$/);
  });

  test('PostgreSQL starts although the install script that makes library links has not run', async () => {
    const directory = scratch();
    const copy = copyOfBinaries(directory);
    for (const name of readdirSync(join(copy, 'native/lib'))) {
      const path = join(copy, 'native/lib', name);
      if (execFileSync('stat', ['-c', '%F', path], { encoding: 'utf8' }).startsWith('symbolic')) unlinkSync(path);
    }
    const dataDir = join(directory, '.belay');
    await startAndStop({ dataDir, binaries: copy });
    expect(readdirSync(join(dataDir, 'postgres/lib')).length).toBeGreaterThan(5);
    await startAndStop({ dataDir, binaries: copy });
  });
});

describe.skipIf(!asRoot)('as root', () => {
  test('PostgreSQL runs as an unprivileged user', async () => {
    const dataDir = join(scratch(), '.belay');
    const program = start({ dataDir });
    const { pid } = await program.next('open');
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
    expect(statSync(dataDir).uid).toBe(0);
    await stop(program);
  });

  test('below a home that only root may enter, with the programs there too', async () => {
    const home = scratch(0o700);
    const copies = join(scratch(), 'copies');
    const parameters = { dataDir: join(home, '.belay'), binaries: copyOfBinaries(home), copies };
    await startAndStop(parameters);
    expect((await startAndStop(parameters)).url).toContain(encodeURIComponent(home));
    expect(readdirSync(copies)).toHaveLength(1);
  });

  test('in a data directory that was made closed beforehand', async () => {
    const dataDir = scratch(0o700);
    await startAndStop({ dataDir });
    await startAndStop({ dataDir });
  });

  test('an ordinary user starts and starts again', async () => {
    const dataDir = join(scratch(0o755, ordinaryUser.uid), '.belay');
    await startAndStop({ dataDir, binaries: reachableBinaries() }, ordinaryUser);
    await startAndStop({ dataDir, binaries: reachableBinaries() }, ordinaryUser);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  test('root goes on with a database that an ordinary user made, as that user', async () => {
    const dataDir = join(scratch(0o755, ordinaryUser.uid), '.belay');
    await startAndStop({ dataDir, binaries: reachableBinaries() }, ordinaryUser);
    await startAndStop({ dataDir, copies: join(scratch(), 'copies') });
    expect(statSync(join(dataDir, 'postgres/data')).uid).toBe(ordinaryUser.uid);
  });

  test('an ordinary user is told to whom a database of root belongs', async () => {
    const directory = scratch(0o777);
    const dataDir = join(directory, '.belay');
    await startAndStop({ dataDir });
    execFileSync('chmod', ['777', dataDir]);
    const problem = await problemOf(start({ dataDir, binaries: reachableBinaries() }, ordinaryUser));
    expect(problem).toMatch(/postgres belongs to user \d+ and Belay runs as user 1\. .*chown/);
  });

  test('a directory that may not be written is named', async () => {
    const dataDir = join(scratch(0o755), '.belay');
    const problem = await problemOf(start({ dataDir, binaries: reachableBinaries() }, ordinaryUser));
    expect(problem).toMatch(/may not write its data directory .*permission denied.*--data/i);
  });

  test('a user without a name is told that initdb wants one', async () => {
    const nameless = { uid: 54_321, gid: 54_321 };
    const dataDir = join(scratch(0o755, nameless.uid), '.belay');
    const problem = await problemOf(start({ dataDir, binaries: reachableBinaries() }, nameless));
    expect(problem).toMatch(/no line in \/etc\/passwd.*DATABASE_URL/);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('a full disk is named, and the start succeeds when there is room', async ({ skip }) => {
    const mount = scratch();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount], { stdio: 'pipe' });
    } catch {
      skip('this machine lets nobody mount a small disk');
    }
    onTestFinished(() => {
      execFileSync('umount', ['-l', mount]);
    });
    const dataDir = join(mount, '.belay');
    expect(await problemOf(start({ dataDir }))).toMatch(/disk .* is full.*Free some space/s);
    expect(readdirSync(dataDir)).toEqual([]);
    execFileSync('mount', ['-o', 'remount,size=200m', mount]);
    await startAndStop({ dataDir });
    writeFileSync(
      join(mount, 'ballast'),
      Buffer.alloc(Number(execFileSync('df', ['--output=avail', '-B1', mount], { encoding: 'utf8' }).split('\n')[1])),
    );
    expect(await problemOf(start({ dataDir }))).toMatch(/disk .* is full/s);
    rmSync(join(mount, 'ballast'));
    await startAndStop({ dataDir });
  });
});

describe('refusals', () => {
  test('a data directory of another major version', async () => {
    const dataDir = join(scratch(), '.belay');
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '16\n');
    expect(await problemOf(start({ dataDir }))).toMatch(/made by PostgreSQL 16; this Belay brings PostgreSQL 18/);
    expect(readdirSync(dataDir)).toEqual(['postgres']);
  });

  test('a postmaster.pid whose pid now belongs to a stranger does not stop the start', async () => {
    const dataDir = join(scratch(), '.belay');
    await startAndStop({ dataDir });
    const pidFile = join(dataDir, 'postgres/data/postmaster.pid');
    writeFileSync(pidFile, `${process.pid}\n${dataDir}\n1700000000\n5432\n\n\n\nready\n`);
    await startAndStop({ dataDir });
  });
});

let reachable: string | undefined;

/** The programs where an ordinary user may read them, also when this clone lies in a closed home. */
function reachableBinaries(): string {
  reachable ??= copyOfBinaries(scratch());
  return reachable;
}
