import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { idsOf, problemOf, startAndStop, startHolder, stop } from './holding.ts';
import { copyOfBinaries, expectGone, scratch } from './machine.ts';

test('the first start makes a database, the next one finds what was kept', async () => {
  const dataDir = join(scratch(), '.belay');
  const first = await startHolder({ dataDir, writers: 1 });
  const opened = await first.next('open');
  await first.next('kept');
  await stop(first);
  const again = await startAndStop({ dataDir });
  expect(again.kept).toEqual(expect.arrayContaining(idsOf(first.messages)));
  console.log(`first start ${opened.ms} ms, next start ${again.ms} ms`);
});

test('a second Belay on the same directory is refused with the pid of the first', async () => {
  const dataDir = join(scratch(), '.belay');
  const first = await startHolder({ dataDir });
  await first.next('open');
  const second = await startHolder({ dataDir });
  expect(await problemOf(second)).toContain(`Another Belay (pid ${first.child.pid}) uses this data directory`);
  expect((await second.ended).code).toBe(2);
  await stop(first);
});

test('two Belays that start at once on a new directory: one opens, the other is refused', async () => {
  const dataDir = join(scratch(), '.belay');
  const both = await Promise.all([startHolder({ dataDir }), startHolder({ dataDir })]);
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
  const program = await startHolder({ dataDir, writers: 4 });
  const { pid } = await program.next('open');
  await program.next('kept');
  await stop(program);
  await expectGone(Number(pid));
  expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.log']);
  expect(existsSync(join(dataDir, 'postgres/data/postmaster.pid'))).toBe(false);
});

test('Ctrl-C reaches Belay alone, for PostgreSQL leads a process group of its own', async () => {
  const program = await startHolder({ dataDir: join(scratch(), '.belay') });
  const { pid } = await program.next('open');
  const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' });
  expect(Number(group)).toBe(pid);
});

test('a standby is refused in words', async () => {
  const dataDir = join(scratch(), '.belay');
  await startAndStop({ dataDir });
  writeFileSync(join(dataDir, 'postgres/data/standby.signal'), '');
  expect(await problemOf(await startHolder({ dataDir }))).toMatch(/is a standby: it accepts no writes/);
});

test('an exit without closing takes PostgreSQL along', async () => {
  const program = await startHolder({ dataDir: join(scratch(), '.belay'), exitWhenOpen: true });
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
    if (lstatSync(path).isSymbolicLink()) unlinkSync(path);
  }
  const dataDir = join(directory, '.belay');
  await startAndStop({ dataDir, binaries: copy });
  expect(readdirSync(join(dataDir, 'postgres/lib')).length).toBeGreaterThan(5);
  await startAndStop({ dataDir, binaries: copy });
});

test('a data directory of another major version', async () => {
  const dataDir = join(scratch(), '.belay');
  mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '16\n');
  expect(await problemOf(await startHolder({ dataDir }))).toMatch(
    /made by PostgreSQL 16; this Belay brings PostgreSQL 18/,
  );
  expect(readdirSync(dataDir)).toEqual(['postgres']);
});

test('a postmaster.pid whose pid now belongs to a stranger does not stop the start', async () => {
  const dataDir = join(scratch(), '.belay');
  await startAndStop({ dataDir });
  const pidFile = join(dataDir, 'postgres/data/postmaster.pid');
  writeFileSync(pidFile, `${process.pid}\n${dataDir}\n1700000000\n5432\n\n\n\nready\n`);
  writeFileSync(join(dataDir, 'postgres/run/.s.PGSQL.5432.lock'), `${process.pid}\n`);
  await startAndStop({ dataDir });
  writeFileSync(pidFile, '');
  await startAndStop({ dataDir });
});
