/** `belay fmt`: controls written the way the house writes them. Comments stay, and so does what a control says. */
import { writeFileSync } from 'node:fs';
import { formatControl, parseControl } from '@belay/control';
import { type Command, printJson, wrongUsage } from '../command.ts';
import { invalid, placed, readTextFile } from '../host.ts';

type Formatted = { file: string; changed: boolean; text: string };

/** A control may be formatted before it is right, but it has to be YAML. */
const formatFile = (file: string): Formatted => {
  const text = readTextFile(file, 'control');
  const garbled = parseControl(text, file).problems.filter(({ code }) => code === 'yaml');
  if (garbled.length > 0) throw invalid('control_invalid', placed(file, garbled));
  const formatted = formatControl(text);
  return { file, changed: formatted !== text, text: formatted };
};

export const fmt: Command = {
  name: 'fmt',
  summary: 'Format controls; without --write, print them formatted.',
  takes: ['FILE...'],
  options: {
    write: { type: 'boolean', about: 'write the files' },
    check: { type: 'boolean', about: 'only say which files are not formatted; exit code 1 when there is one' },
  },
  examples: [
    { line: 'belay fmt --write controls/*.control.yaml', about: 'format in place' },
    { line: 'belay fmt --check controls/*.control.yaml', about: 'in CI' },
  ],
  run: async (given, io) => {
    const [write, check] = [given.flag('write'), given.flag('check')];
    if (write && check) throw wrongUsage('--write and --check exclude each other.', 'Leave one of them out.');
    const formatted = given.words.map(formatFile);
    const changed = formatted.filter((one) => one.changed);
    if (write) for (const { file, text } of changed) writeFileSync(file, text);
    if (io.json) printJson(io, { items: formatted.map(({ file, changed }) => ({ file, changed })) });
    else if (!write && !check) for (const { text } of formatted) io.out(text);
    else {
      for (const { file } of changed) io.out(`${file} ${write ? 'was formatted' : 'is not formatted'}.\n`);
      if (changed.length === 0) io.out('Every file is formatted.\n');
    }
    return check && changed.length > 0 ? 1 : 0;
  },
};
