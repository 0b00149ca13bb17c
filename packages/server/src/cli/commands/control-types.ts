/** `belay types`. */
import { type Command, printJson } from '../command.ts';
import { connecting } from '../connection.ts';
import { readControlNamed } from '../control-file.ts';
import { controlTypes } from '../control-types.ts';

export const controlTypesCommand: Command = {
  name: 'types',
  summary: 'Print TypeScript for controls: subjects, steps, arguments and facts.',
  takes: ['CONTROL...'],
  options: connecting,
  examples: [
    { line: 'belay types controls/payment-approval.control.yaml > belay.d.ts', about: 'from a file' },
    { line: 'belay types payment-approval support-escalation > belay.d.ts', about: 'as they are published' },
  ],
  run: async (given, io) => {
    const controls = await Promise.all(given.words.map((name) => readControlNamed(name, given)));
    const typescript = controlTypes(controls.map(({ control }) => control));
    if (io.json) printJson(io, { typescript });
    else io.out(typescript);
    return 0;
  },
};
