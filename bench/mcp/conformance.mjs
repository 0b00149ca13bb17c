// `npm run test:mcp-conformance`: the official suite against one server, directly and through the gated proxy, for both
// versions of the specification. What passes directly has to pass gated, check by check. Prints the counts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openBelay } from './belay.mjs';
import { tools } from './fixture-tools.mjs';

const beside = (path) => fileURLToPath(new URL(path, import.meta.url));
const node22 = beside('node_modules/node/bin/node');
const suite = beside('node_modules/@modelcontextprotocol/conformance/dist/index.js');
const versions = ['2025-11-25', '2026-07-28'];

/** Everything may go on: what is compared is what the proxy does to what it lets through. */
const control = `control: conformance
about: Lets every tool of the suite through, with a permit and a report.
owner: role:finance-operations
steps:
${Object.keys(tools)
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

const run = async (url, version, folder) => {
  mkdirSync(folder, { recursive: true });
  const args = [suite, 'server', '--url', url, '--suite', 'all', '--spec-version', version, '--output-dir', folder];
  const child = spawn(node22, args, { cwd: folder, stdio: 'ignore', timeout: 280_000 });
  const [status] = await once(child, 'exit');
  if (status === null) throw new Error(`The suite did not end within its time at ${url}.`);
  return checksIn(folder);
};

const count = (checks, wanted) => [...checks.values()].filter((status) => status === wanted).length;

let failed = false;
const belay = await openBelay(control);
try {
  const direct = await start([beside('fixture.mjs'), '0']);
  const options = ['--control', belay.control, '--pins', join(belay.folder, 'pins.json'), '--port', '0', '--json'];
  const gated = await start([belay.command, 'mcp', ...options, '--http', direct], belay.environment);
  const local = (url) => url.replace('127.0.0.1', 'localhost');
  for (const version of versions) {
    const one = await run(local(direct), version, join(belay.folder, version, 'direct'));
    const before = await belay.permitted();
    const other = await run(local(gated), version, join(belay.folder, version, 'gated'));
    const calls = (await belay.permitted()) - before;
    const different = [...one].filter(([name, status]) => other.get(name) !== status);
    const line = (name, checks) => `${name} ${count(checks, 'SUCCESS')} passed, ${count(checks, 'FAILURE')} failed`;
    console.log(`${version}: ${line('direct', one)}; ${line('gated', other)}; ${calls} calls gated`);
    for (const [name, status] of different)
      console.log(`  differs: ${name}: ${status} directly, ${other.get(name)} gated`);
    failed ||= different.length > 0 || one.size !== other.size || calls === 0 || count(other, 'FAILURE') > 0;
  }
} finally {
  for (const child of started) child.kill();
  await belay.close();
}
process.exitCode = failed ? 1 : 0;
