/** Starts the stand-in for Belay, stops it, and reads what it says went wrong. */
import { expect, onTestFinished } from 'vitest';
import { binaries } from './machine.ts';
import { bundle, type Message, type Program, type ProgramOptions, run } from './program.ts';

type HolderOptions = {
  readonly dataDir: string;
  readonly binaries?: string;
  readonly copies?: string;
  /** How many callers commit rows at once. */
  readonly writers?: number;
  readonly exitWhenOpen?: boolean;
};

let bundled: Promise<string> | undefined;

export async function startHolder(options: HolderOptions, user: ProgramOptions = {}): Promise<Program> {
  bundled ??= bundle('holder.ts');
  const program = run(await bundled, { binaries, writers: 0, ...options }, user);
  onTestFinished(async () => {
    program.child.kill('SIGTERM');
    await program.ended;
  });
  return program;
}

export async function stop(program: Program): Promise<void> {
  program.child.kill('SIGTERM');
  expect(await program.ended).toEqual({ code: 0, signal: null });
}

export async function startAndStop(options: HolderOptions, user: ProgramOptions = {}): Promise<Message> {
  const program = await startHolder(options, user);
  const open = await program.next('open');
  await stop(program);
  return open;
}

/** What it tells a person; fails when it is not a plain sentence but a bug. */
export async function problemOf(program: Program): Promise<string> {
  const { message, plain } = await program.next('problem');
  expect(plain, String(message)).toBe(true);
  return String(message);
}

export const idsOf = (messages: readonly Message[]) =>
  messages.filter(({ event }) => event === 'kept').map(({ id }) => id);
