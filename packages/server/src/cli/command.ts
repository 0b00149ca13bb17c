/** What a command of `belay` is: its words for the help and the reference, its options, and what it does. */
import { type ErrorCode, errorCatalogue, type Json } from '@belay/protocol';
import type { Paint } from './paint.ts';

/** 0: done. 1: refused, or a negative finding. 2: called wrongly. 3: the server cannot be reached. */
export type Exit = 0 | 1 | 2 | 3;

export type Option = {
  type: 'string' | 'boolean';
  /** what stands for the value in the help, e.g. FILE */
  value?: string;
  about: string;
  /** may be given more than once */
  multiple?: true;
};

export type Io = {
  out(text: string): void;
  err(text: string): void;
  paint: Paint;
  /** columns of the terminal, or null when there is none */
  width: number | null;
  json: boolean;
};

export type Given = {
  /** what stands without a name, in the order of `takes` */
  words: string[];
  text(name: string): string | undefined;
  texts(name: string): string[];
  flag(name: string): boolean;
};

export type Command = {
  /** as it is typed: `serve`, `case claim` */
  name: string;
  summary: string;
  /** what stands without a name: `CASE`, `[RUN]`, `FILE...` */
  takes: string[];
  options: Record<string, Option>;
  examples: { line: string; about: string }[];
  run(given: Given, io: Io): Promise<Exit>;
};

/** Says what is wrong and how to mend it; ends the command with its exit code. */
export class CliProblem extends Error {
  readonly exit: Exit;
  readonly remedy: string;
  readonly code: string;
  readonly errors: { path: string; message: string }[];

  constructor(
    exit: Exit,
    message: string,
    remedy: string,
    { code = 'cli', errors = [] }: { code?: string; errors?: { path: string; message: string }[] } = {},
  ) {
    super(message);
    this.exit = exit;
    this.remedy = remedy;
    this.code = code;
    this.errors = errors;
  }
}

export const wrongUsage = (message: string, remedy: string): CliProblem =>
  new CliProblem(2, message, remedy, { code: 'usage' });

/** The instant of an option, in ms: with its zone, because nobody's clock is assumed. */
export const instantIn = (option: string, text: string): number => {
  const at = /T.+(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw wrongUsage(
    `--${option} ${text} is not an instant.`,
    'Write date, time and zone, as in 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00.',
  );
};

export const refusal = (code: ErrorCode, message: string): CliProblem =>
  new CliProblem(1, message, errorCatalogue[code].remedy, { code });

export const printJson = (io: Io, value: Json | object): void => io.out(`${JSON.stringify(value, null, 2)}\n`);

/** Options that every command has. */
export const everywhere: Record<string, Option> = {
  json: { type: 'boolean', about: 'print JSON of a stable shape' },
  help: { type: 'boolean', about: 'show this help' },
};
