/**
 * What the gate costs beside a bare commit: decisions over HTTP on loopback at 1, 8 and 32 callers, in pairs with a bare
 * `pg` loop that commits the same rows on the same server. `npm run bench:gate -- [--json] [--pairs N] [--build DIR] [--profile FILE]`.
 */
import { writeFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { parseArgs } from 'node:util';
import { type Bench, builtServer, callersMax, gateBody, started, withBench } from './bench.ts';
import type { Connection } from './connection.ts';
import { databaseCpuMs, ownCpuMs } from './cpu.ts';
import { type Compared, compare, type Measured, measure } from './measure.ts';
import { ruleShare } from './profile.ts';

type Level = { callers: number; commits: number };
const levels: Level[] = [
  { callers: 1, commits: 150 },
  { callers: 8, commits: 600 },
  { callers: 32, commits: 1_600 },
];
export type Report = { levels: (Level & Compared)[]; ruleShare: number; pairs: number };

/** Each gate call is the first of a run of its own; connections and runs are there before the clock runs. */
const gates = async ({ connect, server, ready }: Bench, { callers, commits }: Level): Promise<Measured> => {
  const connections = await Promise.all(Array.from({ length: callersMax }, () => connect()));
  const calls: { path: string; body: string }[] = [];
  const invoices = Array.from({ length: commits }, (_, index) => `invoice-${index}`);
  await measure(connections, invoices, async (connection, invoice) => {
    const runId = await started(connection, invoice);
    calls.push({ path: `/v1/runs/${runId}/gate`, body: gateBody(runId) });
  });
  await server.ask({ ask: 'integrated' });
  const ask = async (connection: Connection, { path, body }: (typeof calls)[number]): Promise<void> => {
    const { status, text } = await connection.post(path, body);
    if (status !== 200 || !text.startsWith('{"kind":"continue"')) throw new Error(text);
  };
  const cpuMs = async (): Promise<number> =>
    ownCpuMs() + databaseCpuMs(ready.postmaster) + (await server.ask<{ cpuMs: number }>({ ask: 'cpu' })).cpuMs;
  const measured = await measure(connections.slice(0, callers), calls, ask, cpuMs);
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

const shareOfRules = async (bench: Bench, level: Level, file: string | undefined): Promise<number> => {
  await bench.server.ask({ ask: 'profile' });
  await gates(bench, level);
  const { profile } = await bench.server.ask<{ profile: Profiler.Profile }>({ ask: 'profiled' });
  if (file !== undefined) writeFileSync(file, JSON.stringify(profile));
  return ruleShare(profile);
};

const runAll = async (bench: Bench, pairs: number, profile: string | undefined): Promise<Report> => {
  const report: Report = { levels: [], ruleShare: 0, pairs };
  for (const level of levels.toReversed()) await pair(bench, level, true); // both compiled and cached, as in daily use
  for (const level of levels) {
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
      `   ratio: p50 ${ratio.p50}, p99 ${ratio.p99}, per second ${ratio.perSecond} (${ratiosPerSecond.join(', ')})` +
      `   CPU: ${measured.cpu} and ${baseline.cpu} ms each, ratio ${ratio.cpu}`,
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
      build: { type: 'string', default: builtServer },
    },
  });
  await withBench(values.build, async (bench) => {
    const report = await runAll(bench, Number(values.pairs), values.profile);
    console.log(values.json ? JSON.stringify(report) : shown(report));
  });
};

await main();
