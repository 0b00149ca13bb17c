/**
 * Gate policy side by side: the same 20 and 1,000 rules in Belay, by hand, and in the libraries that people pick.
 * Every engine runs in a process of its own and has to decide as the others. `npm run bench:policy -- --json`.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engines } from './engines.ts';

type Timing = { cpuNs: number; bestNs: number };
type Row = {
  engine: string;
  rules: number;
  nothingFires: Timing;
  mixture: Timing;
  readyMs: number;
  compared: number;
  note: string;
};

const measure = (engine: string, rules: number): Row => {
  const script = fileURLToPath(new URL('measure.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, engine, String(rules)], {
    encoding: 'utf8',
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Row;
};

type Check = { cpuMs: number; findings: number; notProved: number };

const checkOf = (rules: number): Check => {
  const script = fileURLToPath(new URL('check.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, String(rules)], { encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Check;
};

const shown = (ns: number): string =>
  ns < 1_000 ? `${ns} ns` : ns < 1_000_000 ? `${(ns / 1_000).toFixed(1)} µs` : `${(ns / 1_000_000).toFixed(1)} ms`;

type Advantage = { fastest: string; times: number };

/** How many times faster Belay is than the fastest of these when nothing fires. */
const over = (rows: Row[], named: (engine: string) => boolean): Advantage => {
  const [fastest] = rows
    .filter(({ engine }) => named(engine))
    .sort((a, b) => a.nothingFires.cpuNs - b.nothingFires.cpuNs);
  const own = rows.find(({ engine }) => engine === 'belay');
  if (fastest === undefined || own === undefined) throw new Error('Nothing was measured.');
  const times = Math.round((fastest.nothingFires.cpuNs / own.nothingFires.cpuNs) * 10) / 10;
  return { fastest: fastest.engine, times };
};

const isLibrary = (engine: string): boolean => !engine.startsWith('belay') && !engine.startsWith('by hand');

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const report = [20, 1000].map((rules) => {
  const rows = Object.keys(engines).map((engine) => measure(engine, rules));
  return {
    rules,
    rows,
    /** its rules grouped by step by hand, as Belay does by itself */
    grouped: over(rows, (engine) => isLibrary(engine) && engine.includes('grouped')),
    asItIs: over(rows, (engine) => isLibrary(engine) && !engine.includes('grouped')),
    check: checkOf(rules),
    floor: over(rows, (engine) => engine === 'by hand, facts validated'),
  };
});

if (values.json) process.stdout.write(`${JSON.stringify({ node: process.version, report }, null, 2)}\n`);
else {
  for (const { rules, rows, grouped, asItIs, floor, check } of report) {
    console.log(`\n${rules} rules, CPU time of one decision (the same ${rows[0]?.compared} decisions by all)`);
    for (const { engine, nothingFires, mixture, readyMs, note } of rows) {
      const columns = [shown(nothingFires.cpuNs), shown(mixture.cpuNs), `${readyMs} ms`].map((text) =>
        text.padStart(10),
      );
      console.log(`${engine.padEnd(40)}${columns.join('')}  ${note}`);
    }
    for (const { fastest, times } of [grouped, asItIs]) console.log(`Belay is ${times} times faster than ${fastest}.`);
    console.log(`Written by hand, with the same validation: ${floor.times} times Belay's time.`);
    console.log(`The design check: ${check.cpuMs} ms, ${check.findings} findings, ${check.notProved} not proved.`);
  }
}
