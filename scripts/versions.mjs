// `npm run test:versions`: the tests of the adapters with the lowest and the newest version of each framework that
// `@belay/sdk` declares, on each Node that Belay runs on. What is done is kept and not done again, so that a night that was
// cut short goes on where it stopped.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const help = `npm run test:versions [-- OPTIONS]

Runs the tests of the adapters (examples/stacks/test) with the lowest and the newest version of each framework that
@belay/sdk declares, on Node 20, 22 and 24. A framework that has one version alone is not run twice.

  --only WORD   only cells with the word in their name, e.g. "node 22", lowest, langchain; may be given several times
  --fresh       do again what was done
  --json        the results as JSON
  --help        this text

Results are kept in .artifacts/versions/results.json, for as long as the adapters, the examples and the versions stay what
they were. Exit code 1 when a promise is broken or a cell did not run.
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    fresh: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const place = at('.artifacts/versions');
const resultsFile = join(place, 'results.json');
const nodes = [20, 22, 24];
const stacks = {
  'ai-sdk': ['ai'],
  'openai-agents': ['@openai/agents'],
  langchain: ['langchain', '@langchain/langgraph', '@langchain/core'],
  mastra: ['@mastra/core'],
  claude: ['@anthropic-ai/claude-agent-sdk'],
};
const longestCellMs = 900_000;
const longestInstallMs = 600_000;

const say = (text) => process.stderr.write(`${text}\n`);
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const npm = (args, cwd) => {
  const done = spawnSync('npm', args, { cwd, encoding: 'utf8', timeout: longestInstallMs });
  if (done.status !== 0)
    throw new Error(`npm ${args.join(' ')} failed: ${(done.stderr || done.stdout || '').slice(-600)}`);
  return done.stdout;
};

const compare = (one, other) => {
  const numbers = (version) => version.split('.').map(Number);
  const [a, b] = [numbers(one), numbers(other)];
  const index = a.findIndex((number, at) => number !== b[at]);
  return index < 0 ? 0 : a[index] - b[index];
};
/** The released versions of a range, lowest first. */
const versionsOf = (name, range) =>
  [JSON.parse(npm(['view', `${name}@${range}`, 'version', '--json'], root))]
    .flat()
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version))
    .sort(compare);

const setsOf = () => {
  const { peerDependencies } = readJson(at('packages/sdk/package.json'));
  const lowest = {};
  const newest = {};
  for (const [name, range] of Object.entries(peerDependencies)) {
    const released = versionsOf(name, range);
    if (released.length === 0)
      throw new Error(`${name}@${range} has no released version: mend packages/sdk/package.json.`);
    lowest[name] = released[0];
    newest[name] = released.at(-1);
  }
  return { lowest, newest };
};

/** As examples/stacks, with these versions, where its paths to the project still hold. */
const install = (set, versions) => {
  const folder = join(place, set);
  const packageFile = join(folder, 'package.json');
  const wanted = readJson(at('examples/stacks/package.json'));
  Object.assign(wanted.dependencies, versions, { '@openai/agents-core': versions['@openai/agents'] });
  const text = `${JSON.stringify(wanted, null, 2)}\n`;
  const same = existsSync(join(folder, '.installed')) && readFileSync(packageFile, 'utf8') === text;
  if (!same) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(packageFile, text);
    say(`installing the ${set} versions`);
    npm(['install', '--no-audit', '--no-fund', '--legacy-peer-deps'], folder);
    writeFileSync(join(folder, '.installed'), '');
  }
  for (const name of [...Object.keys(stacks).map((stack) => `${stack}.mjs`), 'test'])
    cpSync(at('examples/stacks', name), join(folder, name), { recursive: true });
  for (const name of ['packages', 'controls', 'node_modules']) {
    rmSync(at('.artifacts', name), { force: true });
    symlinkSync(at(name), at('.artifacts', name));
  }
  return folder;
};

/** A Node from npm: a package with nothing but the program. */
const nodeOf = (major) => {
  const folder = join(place, `node-${major}`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const program = join(folder, 'node_modules', name, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    say(`installing Node ${major}`);
    npm(
      ['install', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${versionsOf(name, String(major)).at(-1)}`],
      folder,
    );
  }
  return { program, version: spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim() };
};

/** What a result depends on besides the versions. */
const code = spawnSync('git', ['rev-parse', 'HEAD:packages/sdk', 'HEAD:packages/server', 'HEAD:examples/stacks'], {
  cwd: root,
  encoding: 'utf8',
}).stdout.trim();

const sets = setsOf();
const cells = Object.entries(sets).flatMap(([set, versions]) =>
  nodes.flatMap((major) =>
    Object.entries(stacks).flatMap(([stack, peers]) => {
      const one = peers.every((peer) => sets.lowest[peer] === sets.newest[peer]);
      if (set === 'lowest' && one) return [];
      const what = peers.map((peer) => `${peer} ${versions[peer]}`).join(', ');
      return [{ name: `node ${major}, ${one ? 'only' : set}, ${what}`, set, major, stack }];
    }),
  ),
);
const chosen = cells.filter(({ name, stack }) => values.only.every((word) => `${stack} ${name}`.includes(word)));
if (chosen.length === 0) {
  say(
    `No cell has ${values.only.join(' and ')} in its name. There are:\n${cells.map(({ name }) => `  ${name}`).join('\n')}`,
  );
  process.exit(2);
}

mkdirSync(place, { recursive: true });
const kept = existsSync(resultsFile) && !values.fresh ? readJson(resultsFile) : {};
const runCell = ({ name, set, major, stack }) => {
  const folder = install(set, sets[set]);
  const { program, version } = nodeOf(major);
  const report = join(place, 'report.json');
  rmSync(report, { force: true });
  say(`${name}: running`);
  const done = spawnSync(program, [join(folder, 'test/run.mjs'), stack, '--report', report], {
    cwd: folder,
    encoding: 'utf8',
    timeout: longestCellMs,
  });
  if (!existsSync(report)) throw new Error(`it did not end: ${(done.stderr || done.stdout).slice(-600)}`);
  const { passed, failed, broken } = readJson(report);
  return { node: version, passed, failed, broken };
};
for (const cell of chosen) {
  if (kept[cell.name]?.code === code && kept[cell.name].failed === 0) continue;
  try {
    kept[cell.name] = { code, ...runCell(cell) };
  } catch (error) {
    kept[cell.name] = { code, passed: 0, failed: 1, broken: [error.message] };
  }
  writeFileSync(resultsFile, `${JSON.stringify(kept, null, 2)}\n`);
}

const results = chosen.map(({ name }) => ({ name, ...kept[name] }));
if (values.json) console.log(JSON.stringify({ results }));
else
  for (const { name, node = '', passed, failed, broken } of results) {
    console.log(`${failed === 0 ? 'kept  ' : 'BROKEN'}  ${String(passed).padStart(2)} promises  ${name} (${node})`);
    for (const sentence of broken) console.log(`          ${sentence}`);
  }
process.exitCode = results.every(({ failed }) => failed === 0) ? 0 : 1;
