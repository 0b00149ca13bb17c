/** What is owed is taken in its order, whichever way the database goes to the rows. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { createCardStore } from './cards.ts';
import { createOutboxStore } from './outbox.ts';

let database: TestDatabase;
const pools: pg.Pool[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.close();
});

const owed = (lane: string, target: string, urgency: number) => ({ kind: 'card', lane, target, body: {}, urgency });
const storeOf = (pool: pg.Pool) =>
  createCardStore(pool, () => Promise.reject(new Error('no entry of the house is written here')));

it.each(['enable_hashjoin', 'enable_nestloop', 'enable_mergejoin'])(
  'urgent first, then what is due for longest, with %s off',
  async (way) => {
    const pool = new pg.Pool({ connectionString: database.url, options: `-c ${way}=off` });
    pools.push(pool);
    const { owe } = storeOf(pool);
    for (const urgency of [0, 3, 1, 2]) await owe([owed(way, `${way} late ${urgency}`, urgency)], 2_000);
    for (const urgency of [2, 1, 3, 0]) await owe([owed(way, `${way} early ${urgency}`, urgency)], 1_000);
    const rows = await createOutboxStore(pool).take(way, 5_000, 60_000, 8);
    const inOrder = [3, 2, 1, 0].flatMap((urgency) => [`${way} early ${urgency}`, `${way} late ${urgency}`]);
    expect(rows.map(({ target }) => target)).toEqual(inOrder);
  },
);

it('what is urgent stays so when it is owed again by somebody who does not know', async () => {
  const { owe } = storeOf(database.pool);
  await owe([owed('again', 'plain', 1)], 1_000);
  await owe([owed('again', 'urgent', 40)], 2_000);
  await owe([owed('again', 'urgent', 0)], 3_000);
  const rows = await createOutboxStore(database.pool).take('again', 5_000, 60_000, 8);
  expect(rows.map(({ target }) => target)).toEqual(['urgent', 'plain']);
});
