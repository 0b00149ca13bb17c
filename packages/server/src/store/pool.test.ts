import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { parseInstant, parseWhole } from './pool.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase({ empty: true });
});

afterAll(() => database.close());

async function one(sql: string, values: unknown[] = []): Promise<unknown> {
  const { rows } = await database.pool.query({ text: sql, values, rowMode: 'array' });
  return rows[0]?.[0];
}

test('an instant comes back as the epoch milliseconds that were written', async () => {
  const instants = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2200, 0, 1) });
  const written = fc.sample(instants, 500);
  const read = await one(
    'SELECT array_agg(to_timestamp(ms::double precision / 1000) ORDER BY place) FROM unnest($1::bigint[]) WITH ORDINALITY AS t (ms, place)',
    [written],
  );
  expect(read).toEqual(written);
});

test('an instant means the same whatever the time zone of the session', async () => {
  for (const zone of ['UTC', 'America/New_York', 'Asia/Kathmandu']) {
    const client = await database.pool.connect();
    await client.query(`SET timezone = '${zone}'`);
    const { rows } = await client.query("SELECT timestamptz '2026-03-29 01:30:00.125+00' AS at");
    expect(rows).toEqual([{ at: Date.UTC(2026, 2, 29, 1, 30, 0, 125) }]);
    client.release(true);
  }
});

test('microseconds are cut off, and infinity stays what it is', () => {
  expect(parseInstant('2026-01-01 00:00:00.123999+00')).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
  expect(parseInstant('infinity')).toBe(Number.POSITIVE_INFINITY);
});

test('whole numbers are numbers, and one that is not exact is refused instead of rounded', async () => {
  expect(await one('SELECT 9007199254740991::bigint')).toBe(Number.MAX_SAFE_INTEGER);
  expect(await one('SELECT ARRAY[1, NULL, -5]::bigint[]')).toEqual([1, null, -5]);
  await expect(one('SELECT 9007199254740993::bigint')).rejects.toThrow(/9007199254740993 is beyond/);
  expect(await one('SELECT 1')).toBe(1);
  fc.assert(fc.property(fc.maxSafeInteger(), (number) => parseWhole(String(number)) === number));
});

test('a date stays the text that it is, and a decimal keeps its digits', async () => {
  expect(await one("SELECT date '2026-02-28'")).toBe('2026-02-28');
  expect(await one('SELECT 0.10::numeric')).toBe('0.10');
});

test('waits are bounded in each session', async () => {
  expect(await one("SELECT current_setting('lock_timeout')")).toBe('8s');
  expect(await one("SELECT current_setting('statement_timeout')")).toBe('30s');
  expect(await one("SELECT current_setting('idle_in_transaction_session_timeout')")).toBe('10s');
  expect(await one("SELECT current_setting('application_name')")).toBe('belay');
});

test('a connection lost within a transaction fails that transaction and nothing else', async () => {
  const client = await database.pool.connect();
  const { rows } = await client
    .query<{ pid: number }>('BEGIN; SELECT pg_backend_pid() AS pid')
    .then((results) => (results as unknown as [unknown, { rows: { pid: number }[] }])[1]);
  await one('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  await expect(client.query('SELECT 1')).rejects.toThrow();
  client.release(true);
  expect(await one('SELECT 2')).toBe(2);
});
