/** What people and the engine ask while a million cases are open, each beside the cheapest thing of its kind. */
import { decideCase } from '../../packages/server/src/domain/case/decide.ts';
import { createDueStore } from '../../packages/server/src/store/due.ts';
import * as queries from '../../packages/server/src/store/queries.ts';
import { percentile } from '../gate/measure.ts';
import type { House } from './house.ts';

export type Times = { p50: number; p99: number };
const round = (ms: number): number => Number(ms.toPrecision(3));
const timesOf = (took: number[]): Times => ({ p50: round(percentile(took, 0.5)), p99: round(percentile(took, 0.99)) });

const timed = async (took: number[], work: () => Promise<unknown>): Promise<void> => {
  const before = performance.now();
  await work();
  took.push(performance.now() - before);
};

/** Finding that something is due, and taking a batch of it, decided as nothing: its rows read and locked. */
export const dueScan = async ({ pool, clock }: House, times: number): Promise<{ dueScan: Times; take: Times }> => {
  const store = createDueStore(pool);
  const found: number[] = [];
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    let urgency = 0;
    await timed(found, async () => {
      const [first] = await store.urgencies(clock.now());
      if (first === undefined) throw new Error('nothing is due');
      urgency = first.urgency;
    });
    if (i % 3 === 0)
      await timed(taken, () => store.take({ urgency, at: clock.now(), except: [], limit: 250 }, async () => []));
  }
  return { dueScan: timesOf(found), take: timesOf(taken) };
};

/** The inbox of somebody who owns a five-hundredth of all cases, interleaved with reading one case by its key. */
export const inbox = async ({ pool }: House, total: number, times: number): Promise<{ inbox: Times; byKey: Times }> => {
  const mine: number[] = [];
  const byKey: number[] = [];
  const query = { status: 'live' as const, mine: true, limit: 50 };
  for (let i = 0; i < times; i++) {
    await timed(mine, () =>
      queries.listCases(pool, query as never, 'ann', ['person:ann', 'role:first', 'role:team-7']),
    );
    const caseId = `case_${1 + ((i * 7_919) % total)}`;
    await timed(byKey, () =>
      pool.query({ name: 'by-key', text: 'SELECT state FROM cases WHERE case_id = $1', values: [caseId] }),
    );
  }
  return { inbox: timesOf(mine), byKey: timesOf(byKey) };
};

type Took = { claim: number[]; commit: number[] };

const claimBeside = async ({ app, pool }: House, fresh: Iterator<number>, { claim, commit }: Took): Promise<void> => {
  let over = false;
  const firing = app.fireDue().finally(() => {
    over = true;
  });
  for (let next = fresh.next(); !over && next.done !== true; next = fresh.next()) {
    const runId = `run_${next.value}`;
    await timed(claim, async () => {
      const taken = await app.services.handle({
        runId,
        by: { kind: 'person', id: 'cleo' },
        decide: (run, context) =>
          decideCase(run, { type: 'takeOver', kind: 'takenOver', reason: '', breakGlass: false }, context),
        present: () => null,
      });
      if (!taken.ok) throw new Error(JSON.stringify(taken.refused));
    });
    await timed(commit, () => pool.query('UPDATE bare_commit SET n = n + 1 WHERE id = 1'));
  }
  await firing;
};

/** A p99 of fewer would be the worst of a few. */
const claimsAtLeast = 300;
const firingsAtMost = 8;

/**
 * Claims of cases that nobody has claimed yet while rungs of others fire, interleaved with the smallest durable commit
 * there is; as many firings as that takes, each prepared by `makeDue`.
 */
export const claims = async (
  house: House,
  makeDue: () => Promise<void>,
  fresh: Iterator<number>,
): Promise<{ claim: Times; commit: Times; claimed: number }> => {
  const took: Took = { claim: [], commit: [] };
  await house.pool.query('CREATE TABLE IF NOT EXISTS bare_commit (id int PRIMARY KEY, n int NOT NULL)');
  await house.pool.query('INSERT INTO bare_commit VALUES (1, 0) ON CONFLICT DO NOTHING');
  for (let firing = 0; firing < firingsAtMost && took.claim.length < claimsAtLeast; firing++) {
    await makeDue();
    await claimBeside(house, fresh, took);
  }
  return { claim: timesOf(took.claim), commit: timesOf(took.commit), claimed: took.claim.length };
};

export type Sizes = Record<string, { rows: number; tableMb: number; indexesMb: number }>;

export const sizes = async ({ pool }: House): Promise<Sizes> => {
  const { rows } = await pool.query<{ name: string; rows: number; table: number; indexes: number }>(
    `SELECT relname AS name, n_live_tup AS rows, pg_table_size(relid) AS table, pg_indexes_size(relid) AS indexes
     FROM pg_stat_user_tables WHERE relname IN ('runs', 'cases', 'entries', 'outbox') ORDER BY relname`,
  );
  const mb = (bytes: number): number => Math.round(bytes / 1024 / 1024);
  return Object.fromEntries(
    rows.map(({ name, rows: n, table, indexes }) => [name, { rows: n, tableMb: mb(table), indexesMb: mb(indexes) }]),
  );
};
