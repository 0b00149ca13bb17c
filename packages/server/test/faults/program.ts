/**
 * Programs that tests start as processes of their own and kill. Each is bundled from its source into one
 * file, so that a test never meets yesterday's build and an unprivileged user needs nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import config from '../../../../vitest.config.ts';
import { directoryOfTheRun } from './machine.ts';

/** `source`: a file beside this one. Returns the path of the bundle. */
export async function bundle(source: string): Promise<string> {
  const outDir = directoryOfTheRun();
  await build({
    configFile: false,
    logLevel: 'silent',
    // A mutant that a test is to notice is taken out of the program too.
    plugins: config.plugins ?? [],
    resolve: { alias: config.resolve?.alias ?? [] },
    build: {
      ssr: fileURLToPath(new URL(source, import.meta.url)),
      outDir,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: '[name].mjs' } },
    },
    ssr: { noExternal: true, external: ['pg-native', 'pg-cloudflare'] },
  });
  return join(outDir, basename(source).replace(/\.ts$/, '.mjs'));
}

export type Message = { readonly event: string; readonly [field: string]: unknown };

export type Program = {
  readonly child: ChildProcess;
  readonly messages: readonly Message[];
  /** The first message of that name, past or to come; fails when the program ends before. */
  next(event: string): Promise<Message>;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
};

export type ProgramOptions = {
  readonly uid?: number;
  readonly gid?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
};

/** The program speaks in lines of JSON, each with an `event`. */
export function run(bundled: string, parameters: object, options: ProgramOptions = {}): Program {
  const args = ['--enable-source-maps', bundled, JSON.stringify(parameters)];
  const child = spawn(process.execPath, args, { ...options, stdio: 'pipe' });
  const messages: Message[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    messages.push(JSON.parse(line) as Message);
    wake();
  });
  let over = false;
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      wake();
      resolve({ code, signal });
    });
  });
  const next = (event: string) =>
    new Promise<Message>((resolve, reject) => {
      const look = () => {
        const found = messages.find((message) => message.event === event);
        if (found) resolve(found);
        else if (over) reject(new Error(`ended before "${event}": ${JSON.stringify(messages.slice(-3))} ${said}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return { child, messages, next, ended };
}
