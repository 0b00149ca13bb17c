/** `belay schema`: what an editor needs to complete and to underline while a control is written. */
import { writeFileSync } from 'node:fs';
import { casesSchema, controlSchema } from '@belay/control';
import { type Command, wrongUsage } from '../command.ts';

const schemas = { control: controlSchema, cases: casesSchema };

export const schema: Command = {
  name: 'schema',
  summary: 'Print the JSON Schema of control files or case files, for an editor.',
  takes: ['[control|cases]'],
  options: { out: { type: 'string', value: 'FILE', about: 'write it there' } },
  examples: [
    {
      line: 'belay schema --out control.schema.json',
      about: 'then, first in a control: # yaml-language-server: $schema=control.schema.json',
    },
    { line: 'belay schema cases', about: 'of case files' },
  ],
  run: async (given, io) => {
    const [which = 'control'] = given.words;
    if (which !== 'control' && which !== 'cases')
      throw wrongUsage(
        `There is no schema of "${which}".`,
        'There is one of control files and one of case files: control, cases.',
      );
    const text = `${JSON.stringify(schemas[which](), null, 2)}\n`;
    const out = given.text('out');
    if (out === undefined) io.out(text);
    else writeFileSync(out, text);
    return 0;
  },
};
