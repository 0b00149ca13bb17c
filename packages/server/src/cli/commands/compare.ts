/** `belay compare`: which cases two versions of a control decide differently, and in which direction. */
import { compareControls } from '@belay/control';
import { type Command, printJson } from '../command.ts';
import { connecting } from '../connection.ts';
import { readControlNamed } from '../control-file.ts';
import { harmless } from '../paint.ts';

export const compare: Command = {
  name: 'compare',
  summary: 'Say which cases two versions of a control decide differently, less oversight first.',
  takes: ['BEFORE', 'AFTER'],
  options: connecting,
  examples: [
    { line: 'belay compare payment-approval payment-approval.control.yaml', about: 'what is published with a file' },
    {
      line: 'belay compare old.control.yaml new.control.yaml',
      about: 'exit code 1 when something gets less oversight',
    },
  ],
  run: async (given, io) => {
    const [before = '', after = ''] = given.words;
    const [old, next] = await Promise.all([readControlNamed(before, given), readControlNamed(after, given)]);
    const { changes, notes, weaker } = compareControls(old.control, next.control);
    if (io.json) printJson(io, { weaker, changes, notes });
    else {
      for (const { sentence, weaker: less } of [...changes, ...notes])
        io.out(
          `${less ? io.paint('red', 'less oversight') : io.paint('green', 'no less       ')}  ${harmless(sentence)}\n`,
        );
      if (changes.length + notes.length === 0) io.out('Every case is decided as before.\n');
    }
    return weaker ? 1 : 0;
  },
};
