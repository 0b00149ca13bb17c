/** Lists stay short work however much there is: rows that the database looks at are counted, not timed. */
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { createInsightQueries } from './insight.ts';
import { listCases, listRuns } from './queries.ts';

const many = 10_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.pool.query(
    `INSERT INTO runs (run_id, control_name, control_version, agent_id, status, holder_kind, holder_id, epoch, revision, state,
       next_due_at, next_due, started_at, finished_at)
     SELECT 'run_' || n, 'desk-work', 1, CASE WHEN n % 2000 = 0 THEN 'night-clerk' ELSE 'clerk' END, CASE WHEN n % 3000 = 0 THEN 'taken' WHEN n % 10 = 0 THEN 'running' ELSE 'finished' END,
       'agent', 'clerk', 1, 1, jsonb_build_object('runId', 'run_' || n, 'startedAt', n * 1000, 'publishedBy', NULL), now(), 'it is asked after',
       to_timestamp(n), CASE WHEN n % 10 > 0 THEN now() END
     FROM generate_series(1, $1::int) n`,
    [many],
  );
  await database.pool.query(
    `INSERT INTO cases (case_id, run_id, control_name, status, priority, owner, opened_at, closed_at, state)
     SELECT 'case_' || n, 'run_' || n, 'desk-work', CASE WHEN n % 300 = 0 THEN 'open' ELSE 'resolved' END, 0, 'role:desk', to_timestamp(n), NULL,
       jsonb_build_object('caseId', 'case_' || n, 'priority', 0, 'openedAt', n, 'nextRungAt', n)
     FROM generate_series(1, $1::int) n`,
    [many],
  );
  await database.pool.query('ANALYZE');
});
afterAll(() => database.close());

type Plan = { 'Actual Rows': number; 'Actual Loops': number; 'Rows Removed by Filter'?: number; Plans?: Plan[] };
const rowsIn = ({ Plans = [], ...plan }: Plan): number =>
  (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'] +
  Plans.reduce((sum, part) => sum + rowsIn(part), 0);

/** The rows that one list looks at, at every step of its plan, and how many it lists. */
const costOf = async (list: (pool: Pool) => Promise<{ items: unknown[] }>) => {
  let looked = 0;
  const query = async (text: string, values: unknown[]) => {
    const explained = await database.pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
    looked += rowsIn(explained.rows[0]?.['QUERY PLAN'][0].Plan);
    return database.pool.query(text, values);
  };
  const { items } = await list({ query } as unknown as Pool);
  return { looked, listed: items.length };
};

const page = { limit: 50 } as const;

it.each([
  ['the newest runs', {}, 50],
  ['the ones that are not finished', { unfinished: true }, 50],
  ['the few that somebody has taken over', { status: 'taken' }, 3],
  ['the few of an agent', { agentId: 'night-clerk' }, 5],
  ['the few of an agent that are not finished', { agentId: 'night-clerk', unfinished: true }, 5],
  ['none of an agent that nobody knows', { agentId: 'nobody' }, 0],
] as const)('of runs: %s', async (_which, query, listed) => {
  const cost = await costOf((pool) => listRuns(pool, { ...page, ...query }));
  expect(cost.listed).toBe(listed);
  expect(cost.looked).toBeLessThan(many / 5);
});

it('of the runs of an agent: page by page, newest first, and each page is short work too', async () => {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { agentId: 'night-clerk', limit: 2, ...(cursor === undefined ? {} : { cursor }) };
    const cost = await costOf(async (pool) => {
      const listed = await listRuns(pool, query);
      cursor = listed.next ?? undefined;
      found.push(...listed.items.map(({ run }) => run.runId));
      return listed;
    });
    expect(cost.looked).toBeLessThan(20);
  } while (cursor !== undefined);
  expect(found).toEqual(['run_10000', 'run_8000', 'run_6000', 'run_4000', 'run_2000']);
});

it.each([
  ['the live ones', 'live', 33],
  ['the closed ones', 'closed', 50],
] as const)('of cases: %s', async (_which, status, listed) => {
  const cost = await costOf((pool) => listCases(pool, { ...page, status }, 'ann', []));
  expect(cost.listed).toBe(listed);
  expect(cost.looked).toBeLessThan(many / 5);
});

it('of the runs of a period: those of one control, and only the newest of them', async () => {
  const period = { control: 'desk-work', since: 0, until: Date.now() };
  const cost = await costOf(async (pool) => ({ items: await createInsightQueries(pool).runsOfPeriod(period, 50) }));
  expect(cost.listed).toBe(50);
  expect(cost.looked).toBeLessThan(many / 5);
});
