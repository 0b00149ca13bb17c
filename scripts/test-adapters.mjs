// `npm run test:adapters`: each adapter of @belay/sdk against the built server, with its framework's own offline test model.
// examples/stacks/ is a package of its own, because the frameworks are heavy. Installs it when first used, then prints a table.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../examples/stacks', import.meta.url));
const run = (command, ...args) => spawnSync(command, args, { stdio: 'inherit', cwd: folder }).status ?? 1;

const installed = existsSync(join(folder, 'node_modules/@mastra/core'))
  ? 0
  : run('npm', 'ci', '--no-audit', '--no-fund');
process.exitCode = installed === 0 ? run(process.execPath, 'test/run.mjs', ...process.argv.slice(2)) : installed;
