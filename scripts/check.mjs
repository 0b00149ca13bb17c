// `npm run check`: the single gate, the same on a laptop and in CI. A change is good when this and the tests pass.
// Every step prints its time; a step that fails prints what is wrong and where. `--fix` mends what a tool can mend;
// a word runs only the steps whose name has it: `npm run check -- links`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyNames, leftUndone, longFiles, testRatio } from './check/budgets.mjs';
import { brokenLinks, compiledBlocks, missingFiles, quotedBlocks } from './check/docs.mjs';
import { forbiddenCalls, machinePaths, sharedHooks } from './check/forbidden.mjs';
import { referencePages } from './check/reference.mjs';
import { readTree } from './check/tree.mjs';
import { lostGuards } from './mutants/kinds.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const fix = process.argv.includes('--fix');
const shownLines = 40;

const tool = (script, ...args) => {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
  return done.status === 0 ? [] : `${done.stdout}\n${done.stderr}`.trim().split('\n');
};
const biomeReport = ['--reporter=concise', '--diagnostic-level=warn', '--error-on-warnings', '--max-diagnostics=200'];
const tsc = (...args) => tool('typescript/bin/tsc', ...args, '--pretty', 'false');

const isThere = (path) => existsSync(join(root, path));

const write = ({ path, text }) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

const reference = async (files) => {
  const now = new Map(files.map((file) => [file.path, file.text]));
  const stale = (await referencePages(root)).filter((page) => now.get(page.path) !== page.text);
  if (fix) for (const page of stale) write(page);
  return fix
    ? []
    : stale.map((page) => `${page.path}: differs from its catalogue. \`npm run check -- --fix\` writes it.`);
};

const quoted = (files) => {
  const { problems, mended } = quotedBlocks(files);
  if (!fix || mended.length === 0) return problems;
  for (const page of mended) write(page);
  return quotedBlocks(readTree(root)).problems;
};

const ratio = (files) => {
  const { tests, code, ratio } = testRatio(files);
  console.log(`      test/code ${ratio.toFixed(2)} (${tests} lines of test, ${code} of code)`);
  return [];
};

const steps = [
  [
    'format and lint',
    () => tool('@biomejs/biome/bin/biome', 'check', ...(fix ? ['--write'] : []), ...biomeReport, '.'),
  ],
  ['types', () => tsc('-b')],
  ['types of the tests', () => tsc('-p', 'tsconfig.test.json')],
  [
    'types of the inbox',
    () => (existsSync(join(root, 'packages/inbox/tsconfig.json')) ? tsc('--noEmit', '-p', 'packages/inbox') : []),
  ],
  ['dead code and unused dependencies', () => tool('knip/bin/knip.js', '--no-progress')],
  [
    'architecture',
    () => tool('vitest/vitest.mjs', 'run', '--reporter=dot', 'packages/server/test/architecture.test.ts'),
  ],
  ['file sizes', longFiles],
  ['names', emptyNames],
  ['nothing left undone', leftUndone],
  ['forbidden calls', forbiddenCalls],
  ['shared hooks', sharedHooks],
  ['machine paths', machinePaths],
  ['guards of the mutants', (files) => lostGuards(files)],
  ['reference pages', reference],
  ['quoted code in documents', quoted],
  ['code in documents compiles', (files) => compiledBlocks(root, files)],
  ['links in documents', (files) => brokenLinks(files, isThere)],
  ['files named in documents', (files) => missingFiles(files, isThere)],
  ['tests per line of code', ratio],
];

const words = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const wanted = steps.filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));

/** A step that cannot even be carried out has failed. */
const run = async (step) => {
  try {
    return await step(readTree(root));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
};

const failed = [];
for (const [name, step] of wanted) {
  const startedAt = performance.now();
  const problems = await run(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${seconds} s  ${name}`);
  for (const line of problems.slice(0, shownLines)) console.log(`      ${line}`);
  if (problems.length > shownLines) console.log(`      ... and ${problems.length - shownLines} lines more`);
  if (problems.length > 0) failed.push(name);
}
console.log(failed.length === 0 ? 'The gate is open.' : `The gate is shut: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
