/**
 * Firing rungs while up to a million cases are open, beside one set-based statement that makes the same writes, in pairs
 * on the same database, at 10,000, 100,000 and up to `--cases` open ones. What it is doing is said on standard error.
 * `npm run bench:time -- [--json] [--cases N] [--pairs N] [--fire N]`; default 1000000, 5 and 5000.
 */
import { parseArgs } from 'node:util';
import { databaseCpuMs, ownCpuMs } from '../gate/cpu.ts';
import { median } from '../gate/measure.ts';
import { fireBare } from './bare.ts';
import { type Pages, pagesTouched } from './buffers.ts';
import { fill, makeDue, notDue } from './fill.ts';
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
  /** CPU of this process and of the database for one fired rung, median of the pairs: what no crowded machine changes */
  cpuMsPerRung: Speeds;
  /** ours beside that of the smallest size: flat is 1 */
  cpuBesideFirst: number;
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
type Speeds = { ours: number; bare: number };
type Pair = { perSecond: Speeds; cpuMs: Speeds };
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

type Fired = { perSecond: number; cpuMs: number };
const fired = async ({ postmaster }: House, n: number, work: () => Promise<number>): Promise<Fired> => {
  const cpu = (): number => ownCpuMs() + databaseCpuMs(postmaster);
  const [before, cpuBefore] = [performance.now(), cpu()];
  const done = await work();
  const tookMs = performance.now() - before;
  if (done < n) throw new Error(`${done} of ${n} were fired`);
  return { perSecond: (done * 1_000) / tookMs, cpuMs: (cpu() - cpuBefore) / done };
};

const startedAt = performance.now();
const say = (text: string): void =>
  void process.stderr.write(`${Math.round((performance.now() - startedAt) / 1_000)} s: ${text}\n`);

let round = 0;
let pairsDone = 0;

const makeFireDue = async (house: House, cases: number, { fire }: Pick<Options, 'fire'>): Promise<void> => {
  round++;
  const at = start + round * 1_000;
  await makeDue(house.pool, cases, fire, at - 1);
  await settle(house);
  house.clock.set(at);
};

/** Both fire `fire` cases that came due at the same instant; who goes first alternates from pair to pair. */
const pair = async (house: House, cases: number, { fire }: Options): Promise<Pair> => {
  const measured = { perSecond: { ours: 0, bare: 0 }, cpuMs: { ours: 0, bare: 0 } };
  const order = pairsDone++ % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
  for (const who of order) {
    await makeFireDue(house, cases, { fire });
    const at = house.clock.now();
    const work = who === 'ours' ? house.app.fireDue : () => fireBare(house.pool, at, far, `${round}_`);
    const { perSecond, cpuMs } = await fired(house, fire, work);
    measured.perSecond[who] = perSecond;
    measured.cpuMs[who] = cpuMs;
    // What fired moves out of the way of the next round.
    await house.pool.query('UPDATE runs SET next_due_at = $1 WHERE next_due_at < $1', [new Date(far)]);
  }
  return measured;
};

const three = (value: number): number => Number(value.toPrecision(3));

/** `before`: cases of the levels before, whose first ones were claimed there. */
const measureLevel = async (house: House, before: number, cases: number, options: Options): Promise<Level> => {
  const pairs: Pair[] = [];
  say(`${cases} cases are open; firing`);
  await pair(house, cases, options);
  for (let i = 0; i < options.pairs; i++) pairs.push(await pair(house, cases, options));
  const ratios = pairs.map(({ perSecond: { ours, bare } }) => three(ours / bare));
  const middle = (of: (one: Pair) => number): number => three(median(pairs.map(of)));
  say('asking');
  const asked = await inbox(house, cases, 400);
  await makeFireDue(house, cases, options);
  const scanned = await dueScan(house, 300);
  const pages = await pagesTouched(house);
  say('claiming while rungs fire');
  const claimed = await claims(
    house,
    () => makeFireDue(house, cases, options),
    notDue(before + 1, cases, options.fire),
  );
  return {
    cases,
    firedPerSecond: Math.round(middle(({ perSecond }) => perSecond.ours)),
    barePerSecond: Math.round(middle(({ perSecond }) => perSecond.bare)),
    ratio: median(ratios),
    ratios,
    cpuMsPerRung: { ours: middle(({ cpuMs }) => cpuMs.ours), bare: middle(({ cpuMs }) => cpuMs.bare) },
    cpuBesideFirst: 1,
    ...scanned,
    ...asked,
    inboxRatioP99: three(asked.inbox.p99 / asked.byKey.p99),
    ...claimed,
    claimRatioP99: three(claimed.claim.p99 / claimed.commit.p99),
    pages,
    sizes: await sizes(house),
    nodeMb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
  };
};

const shown = (level: Level): string =>
  [
    `${level.cases} open cases`,
    `  rungs fired: ${level.firedPerSecond}/s; bare statement: ${level.barePerSecond}/s; ratio ${level.ratio} (${level.ratios.join(', ')})`,
    `  CPU for one rung: ${level.cpuMsPerRung.ours} ms; bare ${level.cpuMsPerRung.bare} ms; ${level.cpuBesideFirst} of what it costs at the first size`,
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
      say(`opening cases up to ${cases}`);
      await fill(house.pool, house.pattern, filled + 1, cases, far);
      const level = await measureLevel(house, filled, cases, options);
      filled = cases;
      level.cpuBesideFirst = three(level.cpuMsPerRung.ours / (levels[0] ?? level).cpuMsPerRung.ours);
      levels.push(level);
      if (!values.json) console.log(shown(level));
    }
    say('done');
  } finally {
    await house.close();
  }
  if (values.json) console.log(JSON.stringify({ levels, pairs: options.pairs, fired: options.fire }, null, 2));
};

await main();
