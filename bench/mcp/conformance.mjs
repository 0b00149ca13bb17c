// `npm run test:mcp-conformance`: the official suite, for both versions of the specification against one server, and its
// scenarios of input and of tasks against the gate server's own machinery; each directly and through the gated proxy. What
// passes directly has to pass gated, check by check. Prints a table.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openBelay } from './belay.mjs';
import { tools } from './fixture-tools.mjs';
import { taskTools } from './tool-fixture-tools.mjs';

const beside = (path) => fileURLToPath(new URL(path, import.meta.url));
const node22 = beside('node_modules/node/bin/node');
const suite = beside('node_modules/@modelcontextprotocol/conformance/dist/index.js');
const versions = ['2025-11-25', '2026-07-28'];

/** Everything may go on: what is compared is what the proxy does to what it lets through. */
const control = `control: conformance
about: Lets every tool of the suite through, with a permit and a report.
owner: role:finance-operations
steps:
${[...Object.keys(tools), ...Object.keys(taskTools)]
  .map((name) => `  ${name.replaceAll('_', '-')}: { risk: low, effect: reversible }`)
  .join('\n')}
stuck: { idle: 1h, same-step: 1000, attempts: 1000, steps: 100000 }
`;

const started = [];
const start = async (args, env = process.env) => {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line).url;
};

/** Every check of every scenario, by name. */
const checksIn = (folder) => {
  const checks = new Map();
  for (const scenario of readdirSync(folder).sort()) {
    const seen = new Map();
    for (const { id, status } of JSON.parse(readFileSync(join(folder, scenario, 'checks.json'), 'utf8'))) {
      const count = (seen.get(id) ?? 0) + 1;
      seen.set(id, count);
      // The folder's name ends in the time of its run.
      checks.set(`${scenario.replace(/-\d{4}-\d\d-\d\dT.*$/, '')} ${id} ${count}`, status);
    }
  }
  return checks;
};

const suiteRun = async (args, folder) => {
  mkdirSync(folder, { recursive: true });
  const child = spawn(node22, [suite, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], timeout: 280_000 });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  const [status] = await once(child, 'close');
  if (status === null) throw new Error(`The suite did not end within its time: ${args.join(' ')}`);
  return said;
};

const scenarios = async (beginning) => {
  const listed = await suiteRun(['list', '--server'], belay.folder);
  return [...listed.matchAll(/^\s+- (\S+)/gm)].map(([, name]) => name).filter((name) => name.startsWith(beginning));
};

const outOf = (url, folder) => ['--url', url.replace('127.0.0.1', 'localhost'), '--output-dir', folder];
/** Everything that a version of the specification asks for. */
const all = (version) => async (url, folder) => {
  await suiteRun(['server', '--suite', 'all', '--spec-version', version, ...outOf(url, folder)], folder);
  return checksIn(folder);
};
/** Scenarios by name: those of an extension belong to no version. */
const only = (beginning) => async (url, folder) => {
  const named = await scenarios(beginning);
  if (named.length === 0) throw new Error(`The suite has no scenario ${beginning}*.`);
  for (const name of named) await suiteRun(['server', '--scenario', name, ...outOf(url, folder)], folder);
  return checksIn(folder);
};

const count = (checks, wanted) => [...checks.values()].filter((status) => status === wanted).length;
const cell = (checks) => `${count(checks, 'SUCCESS')} passed, ${count(checks, 'FAILURE')} failed`;

const gatedBy = (belay, name, direct) => {
  const options = ['--control', belay.control, '--pins', join(belay.folder, `${name}.json`), '--port', '0', '--json'];
  return start([belay.command, 'mcp', ...options, '--http', direct], belay.environment);
};

const belay = await openBelay(control);
const rows = [['', 'direct', 'through the proxy', 'calls gated']];
const differences = [];
let failed = false;
try {
  const server = await start([beside('fixture.mjs'), '0']);
  const gateServer = await start([beside('tool-fixture.mjs'), '0']);
  const urls = {
    server: { direct: server, gated: await gatedBy(belay, 'server', server) },
    gateServer: { direct: gateServer, gated: await gatedBy(belay, 'gate-server', gateServer) },
  };
  const asked = [
    ...versions.map((version) => [`${version}, the whole suite`, urls.server, all(version)]),
    ['input-required-* on the gate server', urls.gateServer, only('input-required-')],
    ['tasks-* on the gate server', urls.gateServer, only('tasks-')],
  ];
  for (const [index, [name, { direct, gated }, run]] of asked.entries()) {
    const one = await run(direct, join(belay.folder, `${index}-direct`));
    const before = await belay.permitted();
    const other = await run(gated, join(belay.folder, `${index}-gated`));
    const calls = (await belay.permitted()) - before;
    rows.push([name, cell(one), cell(other), String(calls)]);
    for (const checked of new Set([...one.keys(), ...other.keys()]))
      if (one.get(checked) !== other.get(checked))
        differences.push(`${name}: ${checked}: ${one.get(checked)} directly, ${other.get(checked)} through the proxy`);
    failed ||= calls === 0 || count(one, 'SUCCESS') === 0 || count(one, 'FAILURE') + count(other, 'FAILURE') > 0;
  }
} finally {
  for (const child of started) child.kill();
  await belay.close();
}
const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
for (const row of rows)
  console.log(
    row
      .map((text, column) => text.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
for (const difference of differences) console.log(`differs: ${difference}`);
process.exitCode = failed || differences.length > 0 ? 1 : 0;
