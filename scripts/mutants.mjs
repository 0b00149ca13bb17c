/**
 * Guards are proven by removing them: each mutant takes one guard out, and the tests beside it have to turn red. A survivor
 * is a missing test. `npm run test:mutants [-- --json] [WORD...]` takes those of the domain, as CI does. `--channels` takes
 * those of the channels, which are proven by the contract of channels with real databases and local vendors, and take
 * minutes; `--agents` those of the agent's side (SDK, adapters, MCP proxy), whose tests start servers; `--sign-in` those of
 * the ways in, proven with an identity provider.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentSide } from './mutants/agent-side.mjs';
import { channelGuards } from './mutants/channels.mjs';
import { running } from './mutants/running.mjs';
import { signInGuards } from './mutants/sign-in.mjs';
import { signing } from './mutants/signing.mjs';
import { timing } from './mutants/time.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const domain = 'packages/server/src/domain';

/** Where a guard outside the domain is proven; the domain proves its own. */
const elsewhere = {
  'packages/server/src/engine/delivery/cards.ts': ['packages/server/src/engine/delivery/cards.test.ts'],
  'packages/server/src/channels/card.ts': ['packages/server/src/channels/card.test.ts'],
  'packages/sdk/src/verify.ts': ['packages/sdk/src/verify.test.ts'],
  'packages/server/src/store/due.ts': ['packages/server/test/faults/nodes-time.test.ts'],
};

const json = process.argv.includes('--json');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));

/** The calendar and the ladder have tests of their own; all else is proven by those of the deciders. */
const folders = { oncall: ['oncall', 'ladder'], ladder: ['ladder', 'case'] };
const decidersOf = (file) =>
  (folders[file.split('/')[0]] ?? ['run', 'case', 'approval']).map((folder) => `${domain}/${folder}`);

const several = Math.max(1, Math.min(4, availableParallelism()));
/** One process: the tests of the pure rooms share nothing, and starting them is most of the time. */
const together = ['--pool=threads', '--maxWorkers=1'];
const domainGuards = {
  guards: [...running, ...signing, ...timing],
  pathOf: (file) => (file in elsewhere ? file : `${domain}/${file}`),
  testsOf: ([, file]) => elsewhere[file] ?? decidersOf(file),
  options: together,
  atOnce: several,
  longestMs: 120_000,
};
const kinds = {
  /** Each names its test file and words of its title; without any mutant, only that the tests start at all is looked at. */
  '--channels': {
    ...domainGuards,
    guards: channelGuards,
    pathOf: (file) => `packages/server/src/${file}`,
    testsOf: ([, , , , tests, title]) => [tests, '-t', title],
    first: ['packages/server/src/engine/delivery/pace.test.ts'],
  },
  /** Each names its test files. */
  '--agents': {
    guards: agentSide,
    pathOf: (file) => file,
    testsOf: ([, , , , tests]) => tests,
    options: [],
    atOnce: 1,
    longestMs: 600_000,
  },
  /** Each names its test files. */
  '--sign-in': {
    guards: signInGuards,
    pathOf: (file) => file,
    testsOf: ([, , , , tests]) => tests,
    options: [],
    atOnce: 1,
    longestMs: 300_000,
  },
};
const asked = Object.keys(kinds).find((kind) => process.argv.includes(kind));
const { guards, pathOf, testsOf, options, atOnce, longestMs, first } = kinds[asked] ?? domainGuards;

/** Words choose: guards whose sentence or file has one of them. */
const chosen = guards.filter(
  ([name, file]) => words.length === 0 || words.some((word) => name.includes(word) || file.includes(word)),
);
if (chosen.length === 0) {
  console.error(`No guard has ${words.join(' or ')} in its sentence or its file.`);
  process.exit(2);
}

const run = (mutant, tests) =>
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

/** Of every kind: CI runs one of them, and the text that a guard of another names may be gone as well. */
const stale = [domainGuards, ...Object.values(kinds)].flatMap((kind) =>
  kind.guards.filter(([name, file, from]) => {
    const path = kind.pathOf(file);
    const found = readFileSync(join(root, path), 'utf8').includes(from);
    if (!found) console.error(`The guard "${name}" is not found in ${path}: mend its text in scripts/mutants/.`);
    return !found;
  }),
);
if ((await run(null, first ?? [...new Set(chosen.flatMap(testsOf))])) !== 0) {
  console.error('The tests are red without any mutant: mend them first.');
  process.exit(1);
}

const survivors = [];
const waiting = chosen.filter((guard) => !stale.includes(guard));
const work = async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, file, from, to] = next;
    const killed = (await run({ file: pathOf(file), from, to }, testsOf(next))) !== 0;
    if (!killed) survivors.push(name);
    if (!json) console.log(`${killed ? 'killed  ' : 'SURVIVED'}  ${name}`);
  }
};
await Promise.all(Array.from({ length: atOnce }, work));
const summary = {
  guards: chosen.length,
  killed: chosen.length - survivors.length - chosen.filter((guard) => stale.includes(guard)).length,
  survivors,
  stale: stale.map(([name]) => name),
};
console.log(json ? JSON.stringify(summary) : `${summary.killed} of ${summary.guards} mutants killed.`);
process.exit(survivors.length + stale.length === 0 ? 0 : 1);
