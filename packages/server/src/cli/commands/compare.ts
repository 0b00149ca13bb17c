/** `belay compare`: which cases two versions of a control decide differently, and in which direction. */
import { compareControls } from '@belay/control';
import { type Command, printJson } from '../command.ts';
import { connecting } from '../connection.ts';
import { readControlNamed } from '../control-file.ts';
import { harmless } from '../paint.ts';

export const compare: Command = {
  name: 'compare',
  summary: 'Say which cases two versions of a control decide differently, less human oversight first.',
  takes: ['BEFORE', 'AFTER'],
  options: {
    'fail-on-weaker': { type: 'boolean', about: 'exit code 1 when something gets less human oversight, for CI' },
    ...connecting,
  },
  examples: [
    { line: 'belay compare payment-approval payment-approval.control.yaml', about: 'what is published with a file' },
    { line: 'belay compare --fail-on-weaker old.control.yaml new.control.yaml', about: 'in CI' },
  ],
  run: async (given, io) => {
    const [before = '', after = ''] = given.words;
    const [old, next] = await Promise.all([readControlNamed(before, given), readControlNamed(after, given)]);
    const { changes, notes, weaker } = compareControls(old.control, next.control);
    const told = [...changes, ...notes.map((note) => ({ ...note, example: '' }))];
    const say = ({ sentence, example }: (typeof told)[number]): void => {
      io.out(`  ${harmless(sentence)}\n`);
      if (example !== '') io.out(`    ${io.paint('dim', harmless(example))}\n`);
    };
    if (io.json) printJson(io, { weaker, changes, notes });
    else {
      const [less, rest] = [told.filter((one) => one.weaker), told.filter((one) => !one.weaker)];
      if (less.length > 0) io.out(`${io.paint('red', 'Less human oversight than before')}\n`);
      less.forEach(say);
      if (rest.length > 0) io.out(`${io.paint('green', 'Other differences')}\n`);
      rest.forEach(say);
      if (told.length === 0) io.out('Every case is decided as before.\n');
    }
    return weaker && given.flag('fail-on-weaker') ? 1 : 0;
  },
};
