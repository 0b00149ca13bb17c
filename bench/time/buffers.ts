/**
 * How many pages of the database a question touches: a count, which no crowded machine changes. The statements that the
 * product sends are caught on their way and explained, each in a transaction that is rolled back.
 */
import type { Pool, PoolClient } from 'pg';
import { createAuditStore } from '../../packages/server/src/store/audit.ts';
import { createDueStore, overdue } from '../../packages/server/src/store/due.ts';
import * as queries from '../../packages/server/src/store/queries.ts';
import type { House } from './house.ts';

type Statement = { text: string; values: unknown[] };
type Plan = { 'Shared Hit Blocks'?: number; 'Shared Read Blocks'?: number };

const statementOf = (asked: unknown, values: unknown): Statement =>
  typeof asked === 'string'
    ? { text: asked, values: (values as unknown[] | undefined) ?? [] }
    : { text: (asked as Statement).text, values: (asked as Partial<Statement>).values ?? [] };

/** The same pool or client, which also writes down what it is asked. */
const listening = <T extends Pool | PoolClient>(to: T, heard: Statement[]): T =>
  new Proxy(to, {
    get: (target, key) => {
      if (key === 'query')
        return (asked: unknown, values: unknown) => {
          heard.push(statementOf(asked, values));
          return (target.query as (...given: unknown[]) => unknown).call(target, asked, values);
        };
      if (key === 'connect') return async () => listening(await (target as Pool).connect(), heard);
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const pagesOf = async (pool: Pool, { text, values }: Statement): Promise<number> => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      values,
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan ?? {};
    return (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
};

const pages = async ({ pool }: House, ask: (pool: Pool) => Promise<unknown>): Promise<number> => {
  const heard: Statement[] = [];
  await ask(listening(pool, heard));
  const read = heard.filter(({ text }) => /^\s*(SELECT|WITH)/.test(text));
  let sum = 0;
  for (const statement of read) sum += await pagesOf(pool, statement);
  return sum;
};

export type Pages = Record<'dueScan' | 'take' | 'inbox' | 'closed' | 'overdue' | 'audit', number>;

const mine = ['person:ann', 'role:first', 'role:team-7'];

/** Something has to be due. `take`: 250 of it locked and read. */
export const pagesTouched = async (house: House): Promise<Pages> => {
  const at = house.clock.now();
  const list = (status: 'live' | 'closed') =>
    pages(house, (pool) =>
      queries.listCases(pool, { status, mine: status === 'live', limit: 50 } as never, 'ann', mine),
    );
  const [first] = await createDueStore(house.pool).urgencies(at);
  const urgency = first?.urgency ?? 0;
  return {
    dueScan: await pages(house, (pool) => createDueStore(pool).urgencies(at)),
    take: await pages(house, (pool) =>
      createDueStore(pool).take({ urgency, at, except: [], limit: 250 }, async () => []),
    ),
    inbox: await list('live'),
    closed: await list('closed'),
    overdue: await pages(house, (pool) => overdue(pool, at)),
    audit: await pages(house, (pool) => createAuditStore(pool).counts([], at)),
  };
};
