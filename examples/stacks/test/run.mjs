// Each adapter against the real server, with the framework's own offline test model: one row per promise, one column per
// stack. `node test/run.mjs STACK WORD` runs one stack, or the promises that have the word in them; `all` is every stack.
// `--report FILE` writes how many were kept, and which were broken.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { placeBelay } from './place.mjs';
import { openWork, promises } from './promises.mjs';
import { openWorld } from './world.mjs';

/** An agent is a process, and some frameworks are slow to load. */
const stacksAtOnce = 2;
const here = fileURLToPath(new URL('..', import.meta.url));
const stacks = {
  'ai-sdk': 'ai',
  'openai-agents': '@openai/agents',
  langchain: 'langchain',
  mastra: '@mastra/core',
  claude: '@anthropic-ai/claude-agent-sdk',
};

/** Lines of a stack's example that are there for Belay: imported, added, or changed. Without going on, which is one more. */
const linesIn = (stack) => {
  const source = readFileSync(join(here, `${stack}.mjs`), 'utf8');
  const [, region = ''] = source.match(/\/\/ region run\n([\s\S]*?)\/\/ endregion/) ?? [];
  const lines = region.split('\n');
  const own = /\b(guard|belayMiddleware|runOptions|counted)\(/;
  const imports = source.match(/^import .* from '@belay\/.*$/gm)?.length ?? 0;
  return {
    added: imports + lines.filter((line) => /\bcreateBelay\(/.test(line)).length,
    changed: lines.filter((line) => own.test(line)).length,
  };
};
const linesToAdd = (stack) => `${linesIn(stack).added} and ${linesIn(stack).changed} changed`;
const mostLinesToAdd = 3;

const versionOf = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;

const { values, positionals } = parseArgs({ options: { report: { type: 'string' } }, allowPositionals: true });
const { report } = values;
const [onlyStack, word = ''] = positionals;
const wanted = Object.keys(stacks).filter((stack) => [undefined, 'all', stack].includes(onlyStack));
placeBelay();

const failures = [];
const tsc = spawnSync(
  process.execPath,
  [join(here, '../../node_modules/typescript/bin/tsc'), '-p', join(here, 'test')],
  {
    encoding: 'utf8',
  },
);
if (tsc.status !== 0) failures.push(`types.ts does not compile against the frameworks' types\n${tsc.stdout}`);

for (const stack of wanted) {
  const { added, changed } = linesIn(stack);
  if (changed === 0 || added > mostLinesToAdd)
    failures.push(`${stack}: ${linesToAdd(stack)}; at most ${mostLinesToAdd} lines to add are promised`);
}

const world = await openWorld();
const rows = Object.keys(promises)
  .filter((name) => name.includes(word))
  .map((promise) => ({ promise }));

const keepAll = async (stack, people, agent) => {
  for (const row of rows) {
    const jobs = [];
    const work = (name, more = {}) => {
      jobs.push(openWork(world, stack, people, agent, name, more));
      return jobs.at(-1);
    };
    try {
      row[stack] = (await promises[row.promise](work, world)) ?? 'kept';
    } catch (error) {
      row[stack] = 'BROKEN';
      failures.push(`${stack}: ${row.promise}\n    ${error.message}`);
    }
    for (const job of jobs) job.end();
  }
};

try {
  const people = Object.fromEntries(
    await Promise.all(['bruno', 'chidi', 'dana'].map(async (id) => [id, await world.person(id)])),
  );
  const left = [...wanted];
  const worker = async () => {
    for (let stack = left.pop(); stack !== undefined; stack = left.pop())
      await keepAll(stack, people, await world.agent(`payables-${stack}`));
  };
  await Promise.all(Array.from({ length: stacksAtOnce }, worker));
} finally {
  await world.close();
}

const heading = (stack) => `${stack} (${stacks[stack]} ${versionOf(stacks[stack])})`;
const cells = [
  ['promise', ...wanted.map(heading)],
  ...rows.map((row) => [row.promise, ...wanted.map((stack) => row[stack])]),
  ['fits the types of its framework (all in one)', ...wanted.map(() => (tsc.status === 0 ? 'yes' : 'BROKEN'))],
  ['lines to add', ...wanted.map(linesToAdd)],
];
const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
for (const row of cells)
  console.log(
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
for (const failure of failures) console.log(`\n${failure}`);
const asked = (rows.length + 1) * wanted.length + 1;
if (report !== undefined)
  writeFileSync(report, JSON.stringify({ passed: asked - failures.length, failed: failures.length, broken: failures }));
process.exitCode = failures.length === 0 && rows.length > 0 ? 0 : 1;
