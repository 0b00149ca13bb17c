// `npm run example NAME`: builds, and runs one of the programs of examples/ that need nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'examples');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'main.ts')));
const [name = ''] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`${name === '' ? 'Name an example' : `There is no example "${name}"`}: ${names.join(', ')}.`);
  process.exit(2);
}
const run = (...argv) => spawnSync(process.execPath, argv, { stdio: 'inherit', cwd: root }).status ?? 1;
const built =
  run(join(root, 'scripts/build.mjs')) || run(join(root, 'node_modules/typescript/bin/tsc'), '-b', 'examples');
process.exit(built || run(join(folder, 'dist', name, 'main.js')));
