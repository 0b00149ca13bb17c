/** A house that works for years keeps its work and its evidence, and not every answer and delivery there ever was. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { clearOver } from './clearing.ts';

const now = Date.UTC(2026, 10, 23, 9);
const daysAgo = (days: number) => new Date(now - days * 86_400_000);
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  for (const [name, days] of [
    ['old', 31],
    ['young', 29],
  ] as const) {
    const at = daysAgo(days);
    await database.pool.query(
      `INSERT INTO idempotency (caller, key, body_digest, answer, created_at) SELECT 'ann', $1 || n, '', '{}', $2 FROM generate_series(1, 6000) n`,
      [name, at],
    );
    await database.pool.query(
      `INSERT INTO outbox (kind, lane, target, body, created_at, delivered_at, next_attempt_at)
       VALUES ('card', 'slack', $1, '{}', $2, $2, NULL), ('card', 'slack', $1 || ' owed', '{}', $2, NULL, $2),
         ('card', 'slack', $1 || ' given up', '{}', $2, NULL, NULL), ('card', 'slack', $1 || ' owed again', '{}', $2, $2, $2)`,
      [name, at],
    );
  }
  for (const [name, days] of [
    ['over', 2],
    ['just over', 0.5],
    ['valid', -1],
  ] as const) {
    const values = [name, daysAgo(days)];
    await database.pool.query(
      `INSERT INTO login_links (token_digest, person_id, expires_at) VALUES ($1, 'ann', $2)`,
      values,
    );
    await database.pool.query(
      `INSERT INTO sessions (token_digest, person_id, csrf, created_at, expires_at) VALUES ($1, 'ann', '', $2, $2)`,
      values,
    );
  }
  await clearOver(database.pool, now);
});
afterAll(() => database.close());

const names = async (sql: string) =>
  (await database.pool.query<{ name: string }>(sql)).rows.map(({ name }) => name).sort();

it('keeps an answer for thirty days, for a request that is sent again, and takes away all that are older', async () => {
  expect(await names('SELECT DISTINCT left(key, 5) AS name FROM idempotency')).toEqual(['young']);
  expect(await names("SELECT key AS name FROM idempotency WHERE key LIKE 'old%'")).toEqual([]);
});

it('never takes away what is still owed, or was not delivered, however old', async () => {
  expect(await names('SELECT target AS name FROM outbox')).toEqual([
    'old given up',
    'old owed',
    'old owed again',
    'young',
    'young given up',
    'young owed',
    'young owed again',
  ]);
});

it('takes away links and sessions that ended more than a day ago', async () => {
  expect(await names('SELECT token_digest AS name FROM login_links')).toEqual(['just over', 'valid']);
  expect(await names('SELECT token_digest AS name FROM sessions')).toEqual(['just over', 'valid']);
});
