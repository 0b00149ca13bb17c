import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { createSqlAsker } from './lookup-sql.ts';

let database: TestDatabase;
const { ask, close } = createSqlAsker();
beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query(`CREATE TABLE paid (id text, beneficiary text, amount numeric, on_day date, items bigint);
    INSERT INTO paid VALUES ('1', 'ben', 12.50, '2026-01-31', 3), ('2', 'two', 1, '2026-02-01', 1), ('3', 'two', 2, '2026-02-02', 1)`);
});
afterAll(async () => {
  await close();
  await database.close();
});

const source = (query: string, timeoutMs = 2_000) => ({ name: 'ledger', database: database.url, query, timeoutMs });
const answer = (query: string, args: Record<string, string> = {}, timeoutMs?: number) =>
  ask(source(query, timeoutMs), { args, subject: {} });

describe('a system of record that is a database', () => {
  it('gives one row: amounts as their text, days as days, counts as numbers', async () => {
    const query = `SELECT 'EUR ' || amount AS amount, on_day AS "onDay", items FROM paid WHERE beneficiary = {args.who}`;
    expect(await answer(query, { who: 'ben' })).toEqual({ amount: 'EUR 12.50', onDay: '2026-01-31', items: 3 });
  });

  it('binds what fills the query: an argument is never part of the statement', async () => {
    const query = 'SELECT count(*) AS found FROM paid WHERE beneficiary = {args.who}';
    expect(await answer(query, { who: "ben' OR '1' = '1" })).toEqual({ found: 0 });
    expect(await answer(query, { who: "'; DROP TABLE paid; --" })).toEqual({ found: 0 });
    expect(await answer(query, { who: 'ben' })).toEqual({ found: 1 });
  });

  it.each([
    ['SELECT 1 AS x WHERE false', 'ledger has no record of this.'],
    ["SELECT id FROM paid WHERE beneficiary = 'two'", 'ledger has 2 records of this, not one.'],
    ['SELECT {args.nothing} AS x', 'ledger could not be asked: the arguments lack what its query needs.'],
  ])('%s fails in a sentence', async (query, problem) => {
    await expect(answer(query)).rejects.toThrow(problem);
  });

  it('changes nothing, whatever the query says', async () => {
    await expect(answer("UPDATE paid SET amount = 0 WHERE beneficiary = 'ben'")).rejects.toThrow('read-only');
    await expect(answer('SELECT 1; COMMIT; DELETE FROM paid WHERE id <> {args.id}', { id: 'x' })).rejects.toThrow();
    expect((await database.pool.query('SELECT count(*)::int AS n FROM paid')).rows[0].n).toBe(3);
  });

  it('is not waited for longer than its time, and can be asked again', async () => {
    await expect(answer('SELECT pg_sleep(5)', {}, 50)).rejects.toThrow('ledger did not answer within 50 ms.');
    expect(await answer('SELECT 1 AS one', {}, 50)).toEqual({ one: 1 });
  });
});
