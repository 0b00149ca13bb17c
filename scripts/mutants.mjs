/**
 * Guards are proven by removing them: each mutant takes one guard out, and the tests beside it have to turn red. A survivor
 * is a missing test. `npm run test:mutants [-- --json] [WORD...]` takes those of the domain and those by which somebody acts on
 * a channel, as CI does. `--channels` takes all of the channels, which are proven by their contract with real databases and
 * local vendors; `--agents` those of the agent's side (SDK, adapters, MCP proxy), whose tests start servers; `--sign-in` those
 * of the ways in, proven with an identity provider.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kinds, staleGuards } from './mutants/kinds.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const json = process.argv.includes('--json');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const asked = kinds[Object.keys(kinds).find((kind) => process.argv.includes(kind)) ?? ''];

/** Words choose: guards whose sentence or file has one of them. */
const isChosen = ([name, file]) =>
  words.length === 0 || words.some((word) => name.includes(word) || file.includes(word));
const chosen = asked
  .map((kind) => ({ ...kind, guards: kind.guards.filter(isChosen) }))
  .filter(({ guards }) => guards.length > 0);
if (chosen.length === 0) {
  console.error(`No guard has ${words.join(' or ')} in its sentence or its file.`);
  process.exit(2);
}

const run = (mutant, tests, { options, longestMs }) =>
  new Promise((resolve) => {
    const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', '--bail=1', ...options];
    const child = spawn(process.execPath, [...vitest, ...tests], {
      cwd: root,
      env: { ...process.env, BELAY_MUTANT: mutant === null ? '' : JSON.stringify(mutant) },
      stdio: 'ignore',
      timeout: longestMs,
    });
    child.on('close', (code) => resolve(code));
  });

/** Of every kind: the text that a guard of another names may be gone as well. */
const stale = staleGuards((path) => readFileSync(join(root, path), 'utf8'));
for (const { because } of stale) console.error(because);
const isStale = ([name]) => stale.some((one) => one.name === name);

const survivors = [];
const takeOut = async (kind, guard) => {
  const [name, file, from, to] = guard;
  const killed = (await run({ file: kind.pathOf(file), from, to }, kind.testsOf(guard), kind)) !== 0;
  if (!killed) survivors.push(name);
  if (!json) console.log(`${killed ? 'killed  ' : 'SURVIVED'}  ${name}`);
};

for (const kind of chosen) {
  if ((await run(null, kind.first ?? [...new Set(kind.guards.flatMap(kind.testsOf))], kind)) !== 0) {
    console.error('The tests are red without any mutant: mend them first.');
    process.exit(1);
  }
  const waiting = kind.guards.filter((guard) => !isStale(guard));
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await takeOut(kind, next);
  };
  await Promise.all(Array.from({ length: kind.atOnce }, lane));
}

const all = chosen.flatMap(({ guards }) => guards);
const summary = {
  guards: all.length,
  killed: all.length - survivors.length - all.filter(isStale).length,
  survivors,
  stale: stale.map(({ name }) => name),
};
console.log(json ? JSON.stringify(summary) : `${summary.killed} of ${summary.guards} mutants killed.`);
process.exit(survivors.length + stale.length === 0 ? 0 : 1);
