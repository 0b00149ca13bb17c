import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { silent } from '../../test/silent.ts';
import { createListener } from './listener.ts';
import { connectionTo } from './pool.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({ empty: true });
});

afterAll(() => database.close());

function listener(url = database.url) {
  const listening = createListener({ ...connectionTo(url), application_name: 'listening' }, silent);
  onTestFinished(() => listening.close());
  return listening;
}

test('every listener is called once it is connected and at each hint on its channel', async () => {
  const { listen } = listener();
  const heard = { work: 0, alsoWork: 0, other: 0 };
  listen('work', () => heard.work++);
  listen('other', () => heard.other++);
  await expect.poll(() => heard).toEqual({ work: 1, alsoWork: 0, other: 1 });
  listen('work', () => heard.alsoWork++);
  await expect.poll(() => heard).toEqual({ work: 1, alsoWork: 1, other: 1 });
  await database.pool.query('NOTIFY work');
  await expect.poll(() => heard).toEqual({ work: 2, alsoWork: 2, other: 1 });
});

test('after a lost connection it listens again, and calls because hints may have been missed', async () => {
  const { listen } = listener();
  let heard = 0;
  listen('work', () => heard++);
  await expect.poll(() => heard).toBe(1);
  await database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'listening'",
  );
  await expect.poll(() => heard, { timeout: 10_000 }).toBe(2);
  await database.pool.query('NOTIFY work');
  await expect.poll(() => heard).toBe(3);
});

test('a database that does not answer delays the hints and breaks nothing', async () => {
  const listening = createListener({ host: '127.0.0.1', port: 1 }, silent);
  listening.listen('work', () => {
    throw new Error('nobody can have called');
  });
  await listening.close();
});

test('a hint says what it is about; nothing, when any may have been missed', async () => {
  const { listen } = listener();
  const heard: string[] = [];
  listen('work', (about) => heard.push(about));
  await expect.poll(() => heard).toEqual(['']);
  await database.pool.query("SELECT pg_notify('work', 'run_1')");
  await expect.poll(() => heard).toEqual(['', 'run_1']);
});

test('a channel may have any name', async () => {
  const { listen } = listener();
  let heard = 0;
  listen('Belay "quoted" work', () => heard++);
  await expect.poll(() => heard).toBe(1);
  await database.pool.query(`NOTIFY "Belay ""quoted"" work"`);
  await expect.poll(() => heard).toBe(2);
});
