/** `belay test`: decides the cases of a decision table, and says which differ from what is expected and why. */
import { existsSync } from 'node:fs';
import { type CaseReport, compileControl, runCases } from '@belay/control';
import { casesFileOf, controlFileOf, readCases } from '../cases-file.ts';
import { type Command, type Io, printJson, wrongUsage } from '../command.ts';
import { readControlFile } from '../control-file.ts';
import { harmless } from '../paint.ts';

type Tested = { file: string; control: string; cases: CaseReport[]; untested: string[] };

const filesOf = (word: string): { control: string; cases: string } => {
  if (/\.cases\.ya?ml$/.test(word)) return { control: controlFileOf(word), cases: word };
  const cases = casesFileOf(word);
  if (cases === null)
    throw wrongUsage(
      `${word} is no control and no case file by its name.`,
      'Name NAME.control.yaml or NAME.cases.yaml.',
    );
  if (existsSync(word) && !existsSync(cases))
    throw wrongUsage(
      `${word} has no cases: ${cases} does not exist.`,
      `\`belay cases ${word} --write\` proposes them.`,
    );
  return { control: word, cases };
};

const testFile = (word: string): Tested => {
  const files = filesOf(word);
  const { control } = readControlFile(files.control);
  const cases = runCases(compileControl(control), readCases(files.cases));
  const fired = new Set(cases.flatMap(({ verdict }) => verdict.fired));
  const untested = control.rules.map(({ id }) => id).filter((id) => !fired.has(id));
  return { file: files.cases, control: control.name, cases, untested };
};

const say = ({ file, cases, untested }: Tested, io: Io): void => {
  const failed = cases.filter(({ ok }) => !ok);
  for (const { name, line, problems } of failed) {
    io.out(`${io.paint('red', 'failed')}  ${file}:${line}  ${harmless(name)}\n`);
    for (const problem of problems) io.out(`        ${harmless(problem)}\n`);
  }
  const rules =
    untested.length === 0 ? 'every rule fires in one' : `no case in which these fire: ${untested.join(', ')}`;
  io.out(`${file}: ${cases.length - failed.length} of ${cases.length} cases as expected; ${rules}.\n`);
};

export const test: Command = {
  name: 'test',
  summary: 'Decide the cases of a decision table and say which are not as expected.',
  takes: ['FILE...'],
  options: {},
  examples: [
    {
      line: 'belay test controls/payment-approval.control.yaml',
      about: 'the cases beside it; exit code 1 when one fails',
    },
    { line: 'belay test controls/*.cases.yaml', about: 'all of them' },
  ],
  run: async (given, io) => {
    const tested = given.words.map(testFile);
    if (io.json)
      printJson(io, {
        items: tested.map(({ cases, ...rest }) => ({
          ...rest,
          cases: cases.map(({ verdict: _, ...report }) => report),
        })),
      });
    else for (const one of tested) say(one, io);
    return tested.some(({ cases }) => cases.some(({ ok }) => !ok)) ? 1 : 0;
  },
};
