/** `belay cases`: proposes what a decision table lacks, for a person to confirm. */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { proposeCases, writeCases } from '@belay/control';
import { counted } from '@belay/protocol';
import { casesBeside, casesFileOf } from '../cases-file.ts';
import { type Command, printJson, wrongUsage } from '../command.ts';
import { readControlFile } from '../control-file.ts';

const heading = `# Proposed by \`belay cases\`: each says what the control decides today, with its reason above it.
# Confirm it, or mend the control; give the people and things in it names that you know.
`;

const write = (file: string, text: string): void => {
  if (existsSync(file)) appendFileSync(file, `\n${heading}${text}`);
  else writeFileSync(file, `${heading}${text}`);
};

const added = (count: number): string => `${counted(count, 'case')} ${count === 1 ? 'was' : 'were'}`;

export const cases: Command = {
  name: 'cases',
  summary: 'Propose the few cases that show every rule and both sides of every threshold.',
  takes: ['FILE'],
  options: {
    write: { type: 'boolean', about: 'write them to the case file beside the control; what stands there stays' },
  },
  examples: [
    { line: 'belay cases controls/payment-approval.control.yaml', about: 'what the cases beside it do not show yet' },
    { line: 'belay cases refunds.control.yaml --write', about: 'to refunds.cases.yaml' },
  ],
  run: async (given, io) => {
    const [file = ''] = given.words;
    const { control } = readControlFile(file);
    const target = casesFileOf(file);
    if (given.flag('write') && target === null)
      throw wrongUsage(`${file} does not end in .control.yaml, so its case file has no name.`, 'Leave out --write.');
    const existing = casesBeside(file);
    const { cases: proposed, missing } = proposeCases(control, existing);
    const text = proposed.length === 0 ? '' : writeCases(proposed, existing);
    if (given.flag('write') && target !== null && text !== '') write(target, text);
    if (io.json) printJson(io, { cases: proposed, missing, yaml: text });
    else {
      if (given.flag('write'))
        io.out(`${added(proposed.length)} added to ${target}. Read each: does it say what you mean?\n`);
      else io.out(text === '' ? 'The cases show every rule and both sides of every threshold.\n' : heading + text);
      if (missing.length > 0) io.err(`No case was found for: ${missing.join('; ')}. Write it by hand.\n`);
    }
    return 0;
  },
};
