/**
 * Guards are proven by removing them: each mutant takes one guard out, and the tests beside it have to turn red. A
 * survivor is a missing test. `npm run test:mutants [-- --json] [WORD...]`; CI runs all of them. `--channels` takes those of the
 * channels, which are proven by the contract of channels with real databases and local vendors, and take minutes; `--agents`
 * those of the agent's side (SDK, adapters, MCP proxy), whose tests start servers.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentSide } from './mutants/agent-side.mjs';
import { channelGuards } from './mutants/channels.mjs';
import { running } from './mutants/running.mjs';
import { signing } from './mutants/signing.mjs';
import { timing } from './mutants/time.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const domain = 'packages/server/src/domain';

/** Where a guard outside the domain is proven; the domain proves its own. */
const elsewhere = {
  'packages/server/src/engine/delivery/cards.ts': ['packages/server/src/engine/delivery/cards.test.ts'],
  'packages/server/src/channels/card.ts': ['packages/server/src/channels/card.test.ts'],
  'packages/sdk/src/verify.ts': ['packages/sdk/src/verify.test.ts'],
};

const json = process.argv.includes('--json');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
/** Words choose: guards whose sentence or file has one of them. */
const chosen = ([name, file]) => words.length === 0 || words.some((word) => name.includes(word) || file.includes(word));

const ofChannels = process.argv.includes('--channels');
const ofAgents = process.argv.includes('--agents');
const deciding = [...running, ...signing, ...timing];
const guards = ofChannels ? channelGuards : ofAgents ? agentSide : deciding;

const pathOf = (file) => {
  if (ofChannels) return `packages/server/src/${file}`;
  if (ofAgents) return file;
  return file in elsewhere ? file : `${domain}/${file}`;
};
/** The calendar and the ladder have tests of their own; all else is proven by those of the deciders. */
const folders = { oncall: ['oncall', 'ladder'], ladder: ['ladder', 'case'] };
const decidersOf = (file) =>
  (folders[file.split('/')[0]] ?? ['run', 'case', 'approval']).map((folder) => `${domain}/${folder}`);
/** A guard of the channels names its test file and words of its title, one of the agent's side its test files. */
const testsOf = ([, file, , , tests, title]) => {
  if (ofChannels) return [tests, '-t', title];
  return ofAgents ? tests : (elsewhere[file] ?? decidersOf(file));
};
const proving = ofAgents ? guards.filter(chosen) : guards;
const every = ofChannels
  ? ['packages/server/src/engine/delivery/pace.test.ts']
  : [...new Set(proving.flatMap(testsOf))];

/** One process without isolation: the tests of the pure rooms share nothing, and starting them is most of the time. */
const together = ['--pool=threads', '--no-isolate', '--maxWorkers=1'];
const options = ['--reporter=json', '--bail=1', ...(ofAgents ? [] : together)];
const run = (mutant, tests) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...options, ...tests], {
      cwd: root,
      env: { ...process.env, BELAY_MUTANT: mutant === null ? '' : JSON.stringify(mutant) },
      stdio: 'ignore',
      timeout: ofAgents ? 600_000 : 120_000,
    });
    child.on('close', (code) => resolve(code));
  });

const stale = guards.filter(([, file, from]) => !readFileSync(join(root, pathOf(file)), 'utf8').includes(from));
for (const [name, file] of stale)
  console.error(`The guard "${name}" is not found in ${pathOf(file)}: mend its text in scripts/mutants/.`);
if ((await run(null, every)) !== 0) {
  console.error('The tests are red without any mutant: mend them first.');
  process.exit(1);
}

const survivors = [];
const waiting = guards.filter((guard) => chosen(guard) && !stale.includes(guard));
const work = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, file, from, to] = next;
    const killed = (await run({ file: pathOf(file), from, to }, testsOf(next))) !== 0;
    if (!killed) survivors.push(name);
    if (!json) console.log(`${killed ? 'killed  ' : 'SURVIVED'}  ${name}`);
  }
};
await Promise.all(Array.from({ length: ofAgents ? 1 : Math.max(1, Math.min(4, availableParallelism())) }, work));
const summary = {
  guards: guards.filter(chosen).length,
  killed: guards.filter(chosen).length - survivors.length - stale.filter(chosen).length,
  survivors,
  stale: stale.map(([name]) => name),
};
console.log(json ? JSON.stringify(summary) : `${summary.killed} of ${summary.guards} mutants killed.`);
process.exit(survivors.length + stale.length === 0 ? 0 : 1);
