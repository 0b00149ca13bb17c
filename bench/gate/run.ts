/**
 * What the gate costs beside a bare commit: decisions over HTTP on loopback at 1, 8 and 32 callers, in pairs with a bare
 * `pg` loop that commits the same rows on the same server. `npm run bench:gate -- [--json] [--pairs N] [--build DIR] [--profile FILE]`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseOrganisation } from '../../packages/server/src/domain/oncall/parse.ts';
import { type Connection, open } from './connection.ts';
import { type Compared, compare, type Measured, measure } from './measure.ts';
import { type Program, start } from './process.ts';
import { ruleShare } from './profile.ts';
import type { Ready, Sample } from './server.ts';

type Level = { callers: number; commits: number };
const levels: Level[] = [
  { callers: 1, commits: 150 },
  { callers: 8, commits: 600 },
  { callers: 32, commits: 1_600 },
];
const callersMax = 32;
const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

type Bench = { server: Program; bare: Program; connect: () => Promise<Connection> };
export type Report = { levels: (Level & Compared)[]; ruleShare: number; pairs: number };

const gateBody = (runId: string): string =>
  JSON.stringify({
    epoch: 1,
    step: 'release',
    arguments: { invoiceId: runId, beneficiaryId: 'ben-1', amount: 'EUR 120.00' },
    key: 'release-1',
    attempt: 'a',
    facts: { matched: true, country: 'fr', ageDays: 400 },
    redeem: true,
  });

const started = async (connection: Connection, invoiceId: string): Promise<string> => {
  const body = JSON.stringify({ control: 'bench-payments', subject: { invoiceId } });
  const { status, text } = await connection.post('/v1/runs', body);
  if (status !== 200) throw new Error(text);
  return (JSON.parse(text) as { run: { runId: string } }).run.runId;
};

/** Each gate call is the first of a run of its own; connections and runs are there before the clock runs. */
const gates = async ({ connect, server }: Bench, { callers, commits }: Level): Promise<Measured> => {
  const connections = await Promise.all(Array.from({ length: callersMax }, connect));
  const calls: { path: string; body: string }[] = [];
  const invoices = Array.from({ length: commits }, (_, index) => `invoice-${index}`);
  await measure(connections, invoices, async (connection, invoice) => {
    const runId = await started(connection, invoice);
    calls.push({ path: `/v1/runs/${runId}/gate`, body: gateBody(runId) });
  });
  await server.ask({ ask: 'integrated' });
  const measured = await measure(connections.slice(0, callers), calls, async (connection, { path, body }) => {
    const { status, text } = await connection.post(path, body);
    if (status !== 200 || !text.startsWith('{"kind":"continue"')) throw new Error(text);
  });
  for (const connection of connections) connection.close();
  await server.ask({ ask: 'integrated' });
  return measured;
};

/** Who goes first alternates, so that neither always meets the warmer machine. */
const pair = async (bench: Bench, level: Level, gateFirst: boolean) => {
  const bare = () => bench.bare.ask<Measured>({ ask: 'measure', ...level });
  if (gateFirst) {
    const measured = await gates(bench, level);
    return { measured, baseline: await bare() };
  }
  const baseline = await bare();
  return { measured: await gates(bench, level), baseline };
};

const openBench = async (build: string, dataDir: string): Promise<Bench> => {
  const organisation = parseOrganisation(readFileSync(inProject('controls/organisation.yaml'), 'utf8'), 'it');
  if (!organisation.ok) throw new Error(JSON.stringify(organisation.problems));
  const control = inProject('bench/gate/gate.control.yaml');
  const server = start('server.ts', { build, dataDir, control, organisation: organisation.organisation });
  const { url, key, bareUrl } = await server.said<Ready>();
  const connect = () => open(url, key);
  const connection = await connect();
  const runId = await started(connection, 'sample');
  connection.close();
  const call = { path: `/v1/runs/${runId}/gate`, body: JSON.parse(gateBody(runId)) as object };
  const { sample } = await server.ask<{ sample: Sample }>({ ask: 'sample', call });
  const bare = start('bare.ts', { databaseUrl: bareUrl, sample, callersMax });
  await bare.said();
  return { server, bare, connect };
};

const shareOfRules = async (bench: Bench, level: Level, file: string | undefined): Promise<number> => {
  await bench.server.ask({ ask: 'profile' });
  await gates(bench, level);
  const { profile } = await bench.server.ask<{ profile: Profiler.Profile }>({ ask: 'profiled' });
  if (file !== undefined) writeFileSync(file, JSON.stringify(profile));
  return ruleShare(profile);
};

const runAll = async (bench: Bench, pairs: number, profile: string | undefined): Promise<Report> => {
  const report: Report = { levels: [], ruleShare: 0, pairs };
  for (const level of levels) {
    const warm = { callers: level.callers, commits: Math.ceil(level.commits / 3) };
    await pair(bench, warm, true);
    const measured = [];
    for (let index = 0; index < pairs; index++) measured.push(await pair(bench, level, index % 2 === 0));
    report.levels.push({ ...level, ...compare(measured) });
  }
  report.ruleShare = await shareOfRules(bench, levels.at(-1) as Level, profile);
  return report;
};

const shown = ({ levels: all, ruleShare, pairs }: Report): string => {
  const rows = all.map(
    ({ callers, measured, baseline, ratio, ratiosPerSecond }) =>
      `${String(callers).padStart(7)}  ${measured.p50} / ${measured.p99} ms, ${measured.perSecond}/s` +
      `   bare: ${baseline.p50} / ${baseline.p99} ms, ${baseline.perSecond}/s` +
      `   ratio: p50 ${ratio.p50}, p99 ${ratio.p99}, per second ${ratio.perSecond} (${ratiosPerSecond.join(', ')})`,
  );
  const rules = `Evaluating rules takes ${(ruleShare * 100).toFixed(2)} % of the server's working time at ${callersMax} callers.`;
  return [
    `Medians of ${pairs} pairs. callers: gate p50 / p99, per second; the bare commit loop; their ratio.`,
    ...rows,
    rules,
  ].join('\n');
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      pairs: { type: 'string', default: '5' },
      profile: { type: 'string' },
      build: { type: 'string', default: inProject('packages/server/dist') },
    },
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  try {
    const bench = await openBench(values.build, join(dataDir, 'data'));
    try {
      const report = await runAll(bench, Number(values.pairs), values.profile);
      console.log(values.json ? JSON.stringify(report) : shown(report));
    } finally {
      await bench.bare.end();
      await bench.server.end();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
};

await main();
