/** `belay doctor`. */
import { readConfig } from '../../config.ts';
import { type Command, printJson } from '../command.ts';
import { harmless } from '../paint.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Say what keeps Belay from starting here, or makes it unsafe, and how to mend it.',
  takes: [],
  options: { data: { type: 'string', value: 'DIR', about: 'data directory (BELAY_DATA; default .belay)' } },
  examples: [
    { line: 'belay doctor', about: 'beside a running Belay too; changes nothing' },
    { line: 'belay doctor --json', about: 'exit code 1 when something is to be mended' },
  ],
  run: async (given, io) => {
    const { examine } = await import('../../server.ts');
    const data = given.text('data');
    const findings = await examine(readConfig(data === undefined ? {} : { data }));
    const wrong = findings.filter(({ ok }) => !ok);
    if (io.json) printJson(io, { ok: wrong.length === 0, findings });
    else {
      for (const { check, ok, detail, remedy } of findings) {
        io.out(`${ok ? io.paint('green', 'fine') : io.paint('red', 'WRONG')}  ${check}: ${harmless(detail)}\n`);
        if (remedy !== null) io.out(`       ${harmless(remedy)}\n`);
      }
      io.out(wrong.length === 0 ? 'Nothing is to be mended.\n' : `${wrong.length} to be mended.\n`);
    }
    return wrong.length === 0 ? 0 : 1;
  },
};
