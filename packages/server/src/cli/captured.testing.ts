/** Runs `belay` within a test and keeps what it wrote. */
import type { Exit, Io } from './command.ts';
import { noColours } from './paint.ts';
import { runCommand } from './run.ts';
import { commands } from './table.ts';

export type Captured = { exit: Exit; out: string; err: string; json: () => never };

export const belay = async (...argv: string[]): Promise<Captured> => {
  const written = { out: '', err: '' };
  const io: Io = {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    paint: noColours,
    width: null,
    json: false,
  };
  const exit = await runCommand(commands, argv, io);
  return { exit, ...written, json: () => JSON.parse(written.out) as never };
};
