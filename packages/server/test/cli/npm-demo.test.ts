/** `npm run demo`, as the README says it: whatever ends npm ends everything that it started. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Processes that inherited the mark. Where there is no /proc, nobody can tell. */
const marked = (mark: string): number[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(mark) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });

const endBy = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'belay-npm-demo-'));
  const mark = `BELAY_TEST_MARK=${folder}`;
  const argv = ['run', 'demo', '--', '--data', join(folder, 'data'), '--port', '0', '--speed', 'fast'];
  const { DATABASE_URL: _unset, ...inherited } = process.env;
  const env = { ...inherited, BELAY_TEST_MARK: folder };
  const npm = spawn('npm', argv, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let out = '';
    npm.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    await expect.poll(() => out, { timeout: 120_000 }).toMatch(/INV-2041 /);
    // npm, the demo, its two agents, and the database.
    expect(marked(mark).length).toBeGreaterThan(4);
    const exited = once(npm, 'exit');
    npm.kill(signal);
    await exited;
    await expect.poll(() => marked(mark), { timeout: 30_000 }).toEqual([]);
  } finally {
    for (const pid of marked(mark)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
};

it.skipIf(process.platform !== 'linux').each(['SIGTERM', 'SIGKILL'] as const)(
  '%s of npm leaves nothing running: no agent, no database',
  { timeout: 180_000 },
  endBy,
);
