/**
 * Firing rungs while up to a million cases are open, beside one set-based statement that makes the same writes, in pairs
 * on the same database. `npm run bench:time -- [--json] [--cases N] [--pairs N] [--fire N]`.
 */
import { parseArgs } from 'node:util';
import { median } from '../gate/measure.ts';
import { fireBare } from './bare.ts';
import { type Pages, pagesTouched } from './buffers.ts';
import { fill, makeDue } from './fill.ts';
import { createHouse, type House } from './house.ts';
import { claims, dueScan, inbox, type Sizes, sizes, type Times } from './questions.ts';

const start = Date.parse('2026-12-07T09:00:00Z');
const hour = 3_600_000;
const far = start + 400 * 24 * hour;

type Level = {
  cases: number;
  firedPerSecond: number;
  barePerSecond: number;
  ratio: number;
  ratios: number[];
  dueScan: Times;
  take: Times;
  inbox: Times;
  byKey: Times;
  inboxRatioP99: number;
  claim: Times;
  commit: Times;
  claimRatioP99: number;
  claimed: number;
  pages: Pages;
  sizes: Sizes;
  nodeMb: number;
};
type Options = { pairs: number; fire: number };
/** The entries of this many firings are in the log before the next ones: nobody measures beside a backlog. */
const settle = async ({ pool }: House): Promise<void> => {
  await pool.query('UPDATE entries SET log_index = position WHERE log_index IS NULL');
  await pool.query(
    'UPDATE outbox SET next_attempt_at = NULL, delivered_at = created_at WHERE next_attempt_at IS NOT NULL',
  );
  for (const table of ['runs', 'cases', 'entries', 'outbox']) await pool.query(`VACUUM ANALYZE ${table}`);
  await pool.query('CHECKPOINT');
};

const perSecond = async (n: number, work: () => Promise<number>): Promise<number> => {
  const before = performance.now();
  const done = await work();
  if (done < n) throw new Error(`${done} of ${n} were fired`);
  return (done * 1_000) / (performance.now() - before);
};

let round = 0;

/** Both fire `fire` cases that came due at the same instant; who goes first alternates. */
const pair = async (house: House, cases: number, { fire }: Options): Promise<{ ours: number; bare: number }> => {
  const speeds = { ours: 0, bare: 0 };
  const order = round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
  for (const who of order) {
    round++;
    const at = start + round * 1_000;
    await makeDue(house.pool, cases, fire, at - 1);
    await settle(house);
    house.clock.set(at);
    const work = who === 'ours' ? house.app.fireDue : () => fireBare(house.pool, at, far, `${round}_`);
    speeds[who] = await perSecond(fire, work);
    // What fired moves out of the way of the next round.
    await house.pool.query('UPDATE runs SET next_due_at = $1 WHERE next_due_at < $1', [new Date(far)]);
  }
  return speeds;
};

const measureLevel = async (house: House, cases: number, options: Options): Promise<Level> => {
  const pairs: { ours: number; bare: number }[] = [];
  await pair(house, cases, options);
  for (let i = 0; i < options.pairs; i++) pairs.push(await pair(house, cases, options));
  const ratios = pairs.map(({ ours, bare }) => Number((ours / bare).toPrecision(3)));
  const asked = await inbox(house, cases, 400);
  round++;
  house.clock.set(start + round * 1_000);
  await makeDue(house.pool, cases, options.fire, house.clock.now() - 1);
  await settle(house);
  const scanned = await dueScan(house, 300);
  const pages = await pagesTouched(house);
  const claimed = await claims(house, house.app.fireDue(), 2);
  return {
    cases,
    firedPerSecond: Math.round(median(pairs.map(({ ours }) => ours))),
    barePerSecond: Math.round(median(pairs.map(({ bare }) => bare))),
    ratio: median(ratios),
    ratios,
    ...scanned,
    ...asked,
    inboxRatioP99: Number((asked.inbox.p99 / asked.byKey.p99).toPrecision(3)),
    ...claimed,
    claimRatioP99: Number((claimed.claim.p99 / claimed.commit.p99).toPrecision(3)),
    pages,
    sizes: await sizes(house),
    nodeMb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
  };
};

const shown = (level: Level): string =>
  [
    `${level.cases} open cases`,
    `  rungs fired: ${level.firedPerSecond}/s; bare statement: ${level.barePerSecond}/s; ratio ${level.ratio} (${level.ratios.join(', ')})`,
    `  due scan: p50 ${level.dueScan.p50}, p99 ${level.dueScan.p99} ms; taking a batch of 250: p50 ${level.take.p50}, p99 ${level.take.p99} ms`,
    `  inbox of one owner: p50 ${level.inbox.p50}, p99 ${level.inbox.p99} ms; one case by key: p50 ${level.byKey.p50}, p99 ${level.byKey.p99} ms; p99 ratio ${level.inboxRatioP99}`,
    `  claim while firing (${level.claimed}): p50 ${level.claim.p50}, p99 ${level.claim.p99} ms; bare commit: p50 ${level.commit.p50}, p99 ${level.commit.p99} ms; p99 ratio ${level.claimRatioP99}`,
    `  pages touched: ${Object.entries(level.pages)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')}`,
    `  sizes: ${Object.entries(level.sizes)
      .map(([name, { rows, tableMb, indexesMb }]) => `${name} ${rows} rows ${tableMb} + ${indexesMb} MB`)
      .join('; ')}; node ${level.nodeMb} MB`,
  ].join('\n');

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      cases: { type: 'string', default: '1000000' },
      pairs: { type: 'string', default: '5' },
      fire: { type: 'string', default: '5000' },
    },
  });
  const most = Number(values.cases);
  const options = { pairs: Number(values.pairs), fire: Number(values.fire) };
  const house = await createHouse(start);
  const levels: Level[] = [];
  try {
    let filled = 0;
    for (const cases of [10_000, 100_000, 1_000_000].filter((n) => n < most).concat(most)) {
      await fill(house.pool, house.pattern, filled + 1, cases, far);
      filled = cases;
      const level = await measureLevel(house, cases, options);
      levels.push(level);
      if (!values.json) console.log(shown(level));
    }
  } finally {
    await house.close();
  }
  if (values.json) console.log(JSON.stringify({ levels, pairs: options.pairs, fired: options.fire }, null, 2));
};

await main();
