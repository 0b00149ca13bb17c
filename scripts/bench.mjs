// `npm run bench NAME`: bench/ is a package of its own (it installs the tools Belay is compared with), so that nobody who
// works on the product has to install them. Installs it when first used, then runs its script NAME.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('../bench', import.meta.url));
const npm = (...args) => spawnSync('npm', ['--prefix', bench, ...args], { stdio: 'inherit' }).status ?? 1;

const { scripts = {} } = JSON.parse(readFileSync(join(bench, 'package.json'), 'utf8'));
const name = process.argv[2];
if (name === undefined || !(name in scripts)) {
  console.error(`Say which benchmark: npm run bench NAME, one of ${Object.keys(scripts).join(', ')}.`);
  process.exit(1);
}
if (process.argv.includes('--help')) {
  // What a benchmark takes stands at the top of its program.
  const program = /[\w/.-]+\.(ts|mjs)$/.exec(scripts[name].trim())?.[0] ?? '';
  const [, about = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(bench, program), 'utf8')) ?? [];
  console.log(about.replaceAll(/^ ?\* ?/gm, '').trim());
  process.exit(0);
}
const installed = existsSync(join(bench, 'node_modules')) ? 0 : npm('install', '--no-audit', '--no-fund');
process.exitCode = installed === 0 ? npm('run', '--silent', name, '--', ...process.argv.slice(3)) : installed;
