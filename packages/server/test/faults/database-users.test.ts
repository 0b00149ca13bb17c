import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { silent } from '../silent.ts';
import { problemOf, startAndStop, startHolder, stop } from './holding.ts';
import { asRoot, copyOfBinaries, directoryOfTheRun, ordinaryUser, scratch } from './machine.ts';

/** Only root may start programs as several users; as an ordinary user the other fault tests cover that user. */
const rootTest = test.skipIf(!asRoot);

let reachable: string | undefined;

/** The programs where an ordinary user may read them, also when this clone lies in a closed home. */
function reachableBinaries(): string {
  reachable ??= copyOfBinaries(directoryOfTheRun());
  return reachable;
}

rootTest('PostgreSQL runs as an unprivileged user', async () => {
  const dataDir = join(scratch(), '.belay');
  const program = await startHolder({ dataDir });
  const { pid } = await program.next('open');
  expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
  expect(statSync(dataDir).uid).toBe(0);
  await stop(program);
});

rootTest('below a home that only root may enter, with the programs there too', async () => {
  const home = scratch(0o700);
  const copies = join(scratch(), 'copies');
  const parameters = { dataDir: join(home, '.belay'), binaries: copyOfBinaries(home), copies };
  await startAndStop(parameters);
  expect((await startAndStop(parameters)).url).toContain(encodeURIComponent(home));
  expect(readdirSync(copies)).toHaveLength(1);
});

rootTest('in a data directory that was made closed beforehand', async () => {
  const dataDir = scratch(0o700);
  await startAndStop({ dataDir });
  await startAndStop({ dataDir });
});

rootTest('an ordinary user starts and starts again', async () => {
  const dataDir = join(scratch(0o755, ordinaryUser.uid), '.belay');
  await startAndStop({ dataDir, binaries: reachableBinaries() }, ordinaryUser);
  await startAndStop({ dataDir, binaries: reachableBinaries() }, ordinaryUser);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
});

rootTest('root goes on with a database that an ordinary user made, as that user', async () => {
  const dataDir = join(scratch(0o755, ordinaryUser.uid), '.belay');
  await startAndStop({ dataDir, binaries: reachableBinaries() }, ordinaryUser);
  await startAndStop({ dataDir, copies: join(scratch(), 'copies') });
  expect(statSync(join(dataDir, 'postgres/data')).uid).toBe(ordinaryUser.uid);
});

rootTest('an ordinary user is told to whom a database of root belongs', async () => {
  const directory = scratch(0o777);
  const dataDir = join(directory, '.belay');
  await startAndStop({ dataDir });
  execFileSync('chmod', ['777', dataDir]);
  const problem = await problemOf(await startHolder({ dataDir, binaries: reachableBinaries() }, ordinaryUser));
  expect(problem).toMatch(/postgres belongs to user \d+ and Belay runs as user 1\. .*chown/);
});

rootTest('a directory that may not be written is named', async () => {
  const dataDir = join(scratch(0o755), '.belay');
  const problem = await problemOf(await startHolder({ dataDir, binaries: reachableBinaries() }, ordinaryUser));
  expect(problem).toMatch(/may not write its data directory .*permission denied.*--data/i);
});

rootTest('a user without a name is told that initdb wants one', async () => {
  const nameless = { uid: 54_321, gid: 54_321 };
  const dataDir = join(scratch(0o755, nameless.uid), '.belay');
  const problem = await problemOf(await startHolder({ dataDir, binaries: reachableBinaries() }, nameless));
  expect(problem).toMatch(/no line in \/etc\/passwd.*DATABASE_URL/);
  expect(readdirSync(dataDir)).toEqual([]);
});

/** A file system of its own, so that filling it harms nothing else; null where that is not permitted. */
function smallDisk(size: string): string | null {
  const mount = scratch();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', mount], { stdio: 'pipe' });
  } catch {
    return null;
  }
  onTestFinished(() => {
    execFileSync('umount', ['-l', mount]);
  });
  return mount;
}

function fill(mount: string): void {
  const free = execFileSync('df', ['--output=avail', '-B1', mount], { encoding: 'utf8' }).split('\n')[1];
  writeFileSync(join(mount, 'ballast'), Buffer.alloc(Number(free)));
}

const needsMount = 'this machine lets nobody mount a small disk';

rootTest('a full disk is named, and the start succeeds when there is room', async ({ skip }) => {
  const mount = smallDisk('24m') ?? skip(needsMount);
  const dataDir = join(mount, '.belay');
  expect(await problemOf(await startHolder({ dataDir }))).toMatch(/disk .* is full.*Free some space/s);
  expect(readdirSync(dataDir)).toEqual([]);
  execFileSync('mount', ['-o', 'remount,size=200m', mount]);
  await startAndStop({ dataDir });
  fill(mount);
  expect(await problemOf(await startHolder({ dataDir }))).toMatch(/disk .* is full/s);
  rmSync(join(mount, 'ballast'));
  await startAndStop({ dataDir });
});

rootTest(
  'a disk that fills up under a running Belay refuses writes, loses none, and heals by itself',
  async ({ skip }) => {
    const mount = smallDisk('150m') ?? skip(needsMount);
    const database = await openDatabase({ dataDir: join(mount, '.belay'), log: silent });
    onTestFinished(() => database.close());
    await database.pool.query('CREATE TABLE kept (id int PRIMARY KEY, bulk text)');
    const write = (id: number) =>
      database.pool
        .query(
          "INSERT INTO kept VALUES ($1, (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 30_000) i))",
          [id],
        )
        .then(
          () => true,
          () => false,
        );
    const acknowledged: number[] = [];
    fill(mount);
    let id = 0;
    while (await write(++id)) acknowledged.push(id);
    rmSync(join(mount, 'ballast'));
    await expect.poll(() => write(++id), { timeout: 45_000 }).toBe(true);
    acknowledged.push(id);
    const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM kept');
    expect(rows.map((row) => row.id)).toEqual(expect.arrayContaining(acknowledged));
  },
);
