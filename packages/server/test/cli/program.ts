/** `belay` as a process of its own, as somebody at a terminal starts it. Needs the built code, like the other processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/belay.js', import.meta.url));

export type Program = {
  pid: number;
  written: { out: string; err: string };
  /** resolves when standard output matches; fails when it has not for a minute and a half, or cannot any more */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
  ended: Promise<number>;
  signal: (signal: NodeJS.Signals) => void;
};

const started = new Set<ChildProcess>();
const patienceMs = 90_000;

export const startProgram = (
  argv: string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd?: string } = {},
): Program => {
  const { DATABASE_URL: _unset, ...inherited } = process.env;
  const child = spawn(process.execPath, [program, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  started.add(child);
  const written = { out: '', err: '' };
  const looks = new Set<() => void>();
  const take = (to: 'out' | 'err') => (chunk: Buffer) => {
    written[to] += chunk.toString('utf8');
    for (const look of looks) look();
  };
  child.stdout.on('data', take('out'));
  child.stderr.on('data', take('err'));
  const ended = once(child, 'close').then(([code, signal]) => {
    started.delete(child);
    for (const look of looks) look();
    return typeof code === 'number' ? code : -Number(signal !== null);
  });
  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const unsaid = (why: string) => reject(new Error(`${why} ${pattern}: ${written.out}${written.err}`));
      const timer = setTimeout(() => unsaid(`In ${patienceMs / 1_000} s it has not said`), patienceMs);
      const look = (): void => {
        const found = pattern.exec(written.out);
        if (found === null && started.has(child)) return;
        clearTimeout(timer);
        looks.delete(look);
        if (found === null) unsaid('It ended before it said');
        else resolve(found);
      };
      looks.add(look);
      look();
    });
  return { pid: child.pid ?? 0, written, says, ended, signal: (signal) => void child.kill(signal) };
};

/** Runs to its end. */
export const runProgram = async (argv: string[], options: Parameters<typeof startProgram>[1] = {}) => {
  const started = startProgram(argv, options);
  return { exit: await started.ended, ...started.written };
};

const graceMs = 20_000;

/** What a test left running. */
export const endPrograms = async (): Promise<void> => {
  for (const child of started) {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await closed;
    clearTimeout(timer);
  }
};
