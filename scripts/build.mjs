// `npm run build`: everything that has to be made before Belay can run from this checkout.
// Parts that no single tool covers: TypeScript, the SQL migrations beside the built code, the Belay for tests, the inbox.
// Quiet but for the first time and for what fails; does again only what has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

const run = (what, script, args, cwd = root) => {
  if (!existsSync(script)) fail(`${what}: ${script} is missing. Run \`npm install\` first.`);
  const done = spawnSync(process.execPath, [script, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0) fail(`${what} failed:\n${done.stdout}${done.stderr}`);
};

const fail = (message) => {
  console.error(message.trimEnd());
  process.exit(1);
};

const compile = () => run('Compiling', at('node_modules/typescript/bin/tsc'), ['-b']);

/** The server finds its migrations beside its own compiled files, in a checkout as in an installed package. */
const copyMigrations = () => {
  const target = at('packages/server/dist/store/migrations');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const source = at('packages/server/src/store/migrations');
  for (const name of readdirSync(source).filter((name) => name.endsWith('.sql')))
    cpSync(join(source, name), join(target, name));
};

/** The demo brings its sample controls along: an installed package has no controls/ folder. */
const copyControls = () => {
  const target = at('packages/server/dist/controls');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const name of ['payment-approval.control.yaml', 'support-escalation.control.yaml', 'organisation.yaml'])
    cpSync(at('controls', name), join(target, name));
};

const filesBelow = (path) => {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** Contents, not times: a checkout gives every file a new time. */
const inboxDigest = () => {
  const inputs = ['packages/inbox/src', 'packages/inbox/public', 'packages/protocol/src', 'packages/control/src'];
  const single = ['index.html', 'package.json', 'vite.config.ts', 'tsconfig.json'].map((name) =>
    at('packages/inbox', name),
  );
  const hash = createHash('sha256');
  for (const file of [...inputs.flatMap((path) => filesBelow(at(path))), ...single.filter(existsSync)].sort()) {
    if (/\.test\.tsx?$/.test(file)) continue;
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
};

const buildInbox = () => {
  const digest = inboxDigest();
  const placed = at('packages/server/inbox');
  const seal = join(placed, '.sources');
  const isBuilt = existsSync(at('packages/inbox/dist/index.html')) && existsSync(seal);
  if (isBuilt && readFileSync(seal, 'utf8') === digest) return;
  const local = at('packages/inbox/node_modules/vite/bin/vite.js');
  const vite = existsSync(local) ? local : at('node_modules/vite/bin/vite.js');
  run('Building the inbox', vite, ['build', '--logLevel', 'warn'], at('packages/inbox'));
  rmSync(placed, { recursive: true, force: true });
  cpSync(at('packages/inbox/dist'), placed, { recursive: true });
  writeFileSync(seal, digest);
};

/** `@belay/sdk/testing` brings the server's rules along as one file. */
const bundleTestBelay = () => {
  const vite = at('node_modules/vite/bin/vite.js');
  run('Bundling the Belay for tests', vite, ['build', '--config', at('packages/sdk/vite.config.ts')]);
  cpSync(at('packages/sdk/src/memory-belay.d.ts'), at('packages/sdk/dist/memory-belay.d.ts'));
};

if (!existsSync(at('packages/server/inbox'))) console.error('Building Belay; the next start is quicker.');
compile();
copyMigrations();
copyControls();
bundleTestBelay();
buildInbox();
