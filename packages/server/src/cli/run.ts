/** From what was typed to a command, its options and its exit code. Mistakes are answered with what was probably meant. */
import { parseArgs } from 'node:util';
import { didYouMean } from '@belay/protocol';
import { ConfigProblem } from '../config.ts';
import { version } from '../version.ts';
import {
  CliProblem,
  type Command,
  type Exit,
  everywhere,
  type Given,
  type Io,
  type Option,
  wrongUsage,
} from './command.ts';
import { allHelp, commandHelp, groupHelp } from './help.ts';
import { harmless } from './paint.ts';

type Found = { command: Command; rest: string[] } | { group: Command[]; name: string };

const isWord = (text: string | undefined): text is string => text !== undefined && !text.startsWith('-');

const find = (commands: Command[], argv: string[]): Found => {
  const [first = '', second] = argv;
  const single = commands.find((command) => command.name === first);
  const double = commands.find(({ name }) => name === `${first} ${second}`);
  const group = commands.filter((command) => command.name.startsWith(`${first} `));
  const misspelt = group.length > 0 && single?.takes.length === 0 && isWord(second);
  if (single !== undefined && double === undefined && !misspelt) return { command: single, rest: argv.slice(1) };
  if (group.length === 0) {
    const known = [...new Set(commands.map((command) => command.name.split(' ')[0] ?? ''))];
    throw wrongUsage(`There is no command "${first}".${didYouMean(first, known)}`, '`belay --help` lists them.');
  }
  if (!isWord(second)) return { group, name: first };
  const command = group.find(({ name }) => name === `${first} ${second}`);
  if (command !== undefined) return { command, rest: argv.slice(2) };
  const known = group.map(({ name }) => name.slice(first.length + 1));
  throw wrongUsage(
    `\`belay ${first}\` has no command "${second}".${didYouMean(second, known)}`,
    `It has ${known.join(', ')}.`,
  );
};

/** Which words a command takes: at least, at most. */
const bounds = (takes: string[]): [number, number] => [
  takes.filter((word) => !word.startsWith('[')).length,
  takes.some((word) => word.endsWith('...') || word.endsWith('...]')) ? Number.POSITIVE_INFINITY : takes.length,
];

const parse = (command: Command, rest: string[]): Given => {
  const options: Record<string, Option> = { ...command.options, ...everywhere };
  const names = Object.keys(options);
  const { tokens } = parseArgs({ args: rest, options: {}, strict: false, tokens: true, allowPositionals: true });
  for (const token of tokens) {
    if (token.kind !== 'option' || names.includes(token.name)) continue;
    const meant = didYouMean(token.name, names).replace(/"(.+)"/, '"--$1"');
    throw wrongUsage(
      `\`belay ${command.name}\` has no option "${token.rawName}".${meant}`,
      `\`belay ${command.name} --help\` lists them.`,
    );
  }
  const known = Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  );
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: rest, options: known, allowPositionals: true });
  } catch (error) {
    const said = (error as Error).message.split('. ')[0]?.replace(/\.$/, '') ?? '';
    throw wrongUsage(`${said}.`, `\`belay ${command.name} --help\` shows how it is called.`);
  }
  const { values, positionals: words } = parsed;
  return {
    words,
    text: (name) => values[name] as string | undefined,
    texts: (name) => (values[name] as string[] | undefined) ?? [],
    flag: (name) => values[name] === true,
  };
};

const checkWords = ({ name, takes }: Command, words: string[]): void => {
  const [least, most] = bounds(takes);
  if (words.length >= least && words.length <= most) return;
  const missing = takes[words.length]?.replace('...', '');
  const message =
    words.length < least
      ? `\`belay ${name}\` needs ${missing}.`
      : `"${words[most]}" is too much for \`belay ${name}\`.`;
  throw wrongUsage(message, `Call it as: belay ${[name, ...takes].join(' ')}`);
};

const tell = (io: Io, problem: CliProblem): Exit => {
  const { exit, code, remedy, errors, message } = problem;
  if (io.json) io.out(`${JSON.stringify({ error: { code, message, remedy, errors } }, null, 2)}\n`);
  else io.err(`${harmless(message)}\n${harmless(remedy)}\n`);
  return exit;
};

/** What the operating system says of a file. */
type Unusable = Pick<NodeJS.ErrnoException, 'code' | 'path' | 'message'>;

/** What a person can mend has a `remedy`; everything else is a bug and shows where it happened. */
const problemOf = (error: unknown): CliProblem | null => {
  if (error instanceof CliProblem) return error;
  if (error instanceof ConfigProblem) return wrongUsage(error.message, '`belay serve --help` lists what can be set.');
  const { problem, remedy, code, path, message } = error as { problem?: unknown; remedy?: unknown } & Unusable;
  if (typeof problem === 'string' && typeof remedy === 'string') return new CliProblem(1, problem, remedy);
  if (typeof code === 'string' && typeof path === 'string')
    return new CliProblem(2, `${path} cannot be used: ${message}.`, 'Name a file or folder that this user may use.');
  return null;
};

export const runCommand = async (commands: Command[], argv: string[], terminal: Io): Promise<Exit> => {
  const io: Io = { ...terminal, json: argv.includes('--json') };
  try {
    const [first] = argv;
    if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
      io.out(allHelp(commands, io.paint));
      return first === undefined ? 2 : 0;
    }
    if (first === '--version' || first === '-v') {
      io.out(io.json ? `${JSON.stringify({ version })}\n` : `belay ${version}\n`);
      return 0;
    }
    const found = find(commands, argv);
    if ('group' in found) {
      io.out(groupHelp(found.name, found.group, io.paint));
      return argv.includes('--help') ? 0 : 2;
    }
    const given = parse(found.command, found.rest);
    if (given.flag('help')) {
      io.out(commandHelp(found.command, io.paint));
      return 0;
    }
    checkWords(found.command, given.words);
    return await found.command.run(given, io);
  } catch (error) {
    const problem = problemOf(error);
    if (problem === null) throw error;
    return tell(io, problem);
  }
};
