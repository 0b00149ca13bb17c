// `npm run demo`: builds, and is the demo then, in this very process: what stops npm stops it, with its agents and its
// database. Whoever kills npm, or the shell that npm started, ends it too: it would go on with nobody to stop it.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const built = spawnSync(process.execPath, [at('scripts/build.mjs')], { stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

/** npm starts a shell, and the shell this process. Where nobody can be asked, the shell alone is watched. */
const parentOf = (pid) =>
  Number(spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).stdout) || pid;
const shell = process.ppid;
const npm = process.env.npm_lifecycle_event === 'demo' ? parentOf(shell) : shell;
const isThere = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};
const watch = setInterval(() => {
  if (process.ppid === shell && isThere(npm)) return;
  clearInterval(watch);
  process.kill(process.pid, 'SIGTERM');
}, 500);
watch.unref();

const main = at('packages/server/dist/cli/main.js');
process.argv = [process.execPath, main, 'demo', ...process.argv.slice(2)];
await import(main);
