// Runs a program of this folder; installs what it needs when that is not here. The folder is a package of its own, so
// that nobody who works on the product has to install real MCP servers and a conformance suite.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const run = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status ?? 1;
const [program = '', ...args] = process.argv.slice(2);
if (args.includes('--help')) {
  // What a program takes stands at its top.
  const [about = ''] = /^(\/\/.*\n)+/.exec(readFileSync(`${here}${program}`, 'utf8')) ?? [];
  console.log(about.replaceAll(/^\/\/ ?/gm, '').trim());
  process.exit(0);
}
const installed = existsSync(`${here}node_modules`)
  ? 0
  : run('npm', ['--prefix', here, 'ci', '--no-audit', '--no-fund']);
process.exitCode = installed === 0 ? run(process.execPath, [`${here}${program}`, ...args]) : installed;
