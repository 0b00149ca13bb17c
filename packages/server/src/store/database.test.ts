import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import { judgeServer, openDatabase } from './database.ts';

test('a database of the user is opened by its address and left running when closed', async () => {
  await using given = await testDatabase();
  const database = await openDatabase({ url: given.url, dataDir: '/nowhere', log: silent });
  expect(database.info).toMatchObject({ kind: 'external', dataDir: null, pid: null });
  expect(database.info.version).toMatch(/^\d+\.\d+$/);
  await database.pool.query('CREATE TABLE kept (id int)');
  await database.close();
  expect((await given.pool.query("SELECT to_regclass('kept') AS kept")).rows).toEqual([{ kept: 'kept' }]);
});

test('a server older than 15 is refused by its version', () => {
  expect(judgeServer({ version: '14.12', number: 140_012, standby: false })?.message).toMatch(
    /The database is PostgreSQL 14\.12; Belay needs 15 or newer\. Upgrade it/,
  );
  expect(judgeServer({ version: '15.0', number: 150_000, standby: false })).toBe(null);
});

test('a standby is refused', () => {
  expect(judgeServer({ version: '18.4', number: 180_004, standby: true })?.message).toMatch(/is a standby.*primary/);
});

const open = (url: string) => openDatabase({ url, dataDir: '/nowhere', log: silent });

test('what does not answer, and what is not let in, is named with its remedy', async () => {
  await using given = await testDatabase({ empty: true });
  await expect(open('postgresql://belay@127.0.0.1:1/belay')).rejects.toThrow(/ECONNREFUSED.*mend host and port/);
  const stranger = given.url.replace(/\/\/[^@]+@/, '//stranger:wrong@');
  await expect(open(stranger)).rejects.toThrow(/"stranger".*(Mend user|Let this user)/);
  await expect(open(given.url.replace(/test_\w+/, 'absent'))).rejects.toThrow(/"absent" does not exist.*createdb/);
});

test('a connection that was never given back does not keep the database from closing', async () => {
  await using given = await testDatabase({ empty: true });
  const database = await open(given.url);
  await database.pool.connect();
  await database.close();
}, 15_000);

/** Speaks just enough to refuse settings at connect, as PgBouncer does. */
async function refusingPooler(): Promise<{ url: string; startups: string[] }> {
  const startups: string[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      startups.push(bytes.toString('latin1'));
      const text = startups.length === 1 ? 'unsupported startup parameter: statement_timeout' : 'enough seen';
      const fields = Buffer.from(`SFATAL\0C08P01\0M${text}\0\0`);
      const head = Buffer.alloc(5);
      head.write('E');
      head.writeInt32BE(fields.length + 4, 1);
      socket.end(Buffer.concat([head, fields]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return { url: `postgresql://belay@127.0.0.1:${typeof address === 'object' ? address?.port : 0}/belay`, startups };
}

test('a pooler that takes no settings at connect gets none', async () => {
  const { url, startups } = await refusingPooler();
  await expect(open(url)).rejects.toThrow('enough seen');
  expect(startups.map((startup) => startup.includes('lock_timeout'))).toEqual([true, false]);
});
