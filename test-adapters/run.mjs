// Each adapter against the real server, with the framework's own offline test model: one row per promise, one column per
// stack. `node run.mjs STACK WORD` runs one stack, or the promises that have the word in them.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endAll } from './agent-process.mjs';
import { openWork, promises } from './promises.mjs';
import { openWorld } from './world.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const stacks = {
  'ai-sdk': 'ai',
  'openai-agents': '@openai/agents',
  langchain: 'langchain',
};

/** As an application gets them: what the packages' `files` list, beside the frameworks and not linked to the workspace. */
const place = (name) => {
  const to = join(here, 'node_modules/@belay', name);
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const part of ['package.json', 'dist'])
    cpSync(join(here, '../packages', name, part), join(to, part), { recursive: true });
};

/** Lines between the regions of a stack's program that name what the adapter gives. */
const linesToAdd = (stack) => {
  const source = readFileSync(join(here, `stacks/${stack}.mjs`), 'utf8');
  const [, region = ''] = source.match(/\/\/ region one-line\n([\s\S]*?)\/\/ endregion/) ?? [];
  const changed = region.split('\n').filter((line) => /\b(guard|belayMiddleware|runOptions)\(/.test(line)).length;
  return `1 import, ${changed} changed`;
};

const versionOf = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;

const [onlyStack, word = ''] = process.argv.slice(2);
const wanted = Object.keys(stacks).filter(
  (stack) => existsSync(join(here, `stacks/${stack}.mjs`)) && [undefined, 'all', stack].includes(onlyStack),
);
for (const name of ['sdk', 'protocol']) place(name);

const failures = [];
const tsc = spawnSync(process.execPath, [join(here, '../node_modules/typescript/bin/tsc'), '-p', here], {
  encoding: 'utf8',
});
if (tsc.status !== 0) failures.push(`types.ts does not compile against the frameworks' types\n${tsc.stdout}`);

const world = await openWorld();
const rows = [];
try {
  const people = Object.fromEntries(
    await Promise.all(['bruno', 'chidi', 'dana'].map(async (id) => [id, await world.person(id)])),
  );
  const agents = Object.fromEntries(
    await Promise.all(wanted.map(async (stack) => [stack, await world.agent(`payables-${stack}`)])),
  );
  for (const [promise, keep] of Object.entries(promises).filter(([name]) => name.includes(word))) {
    const row = { promise };
    for (const stack of wanted) {
      const work = (name, more = {}) => openWork(world, stack, people, agents[stack], name, more);
      try {
        row[stack] = (await keep(work, world)) ?? 'kept';
      } catch (error) {
        row[stack] = 'BROKEN';
        failures.push(`${stack}: ${promise}\n    ${error.message}`);
      }
      endAll();
    }
    rows.push(row);
  }
} finally {
  endAll();
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
process.exitCode = failures.length === 0 && rows.length > 0 ? 0 : 1;
