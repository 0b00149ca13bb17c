/** `belay why`. */

import { whyText } from '../case-text.ts';
import { type Command, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';

export const why: Command = {
  name: 'why',
  summary: 'Say which rules and facts led to a case.',
  takes: ['CASE'],
  options: connecting,
  examples: [{ line: 'belay why case_…', about: 'rules, citations, facts with their origin' }],
  run: async (given, io) => {
    const kase = await connect(given).call('getCase', { params: { caseId: given.words[0] ?? '' } });
    const { caseId, control, because, reasons, step } = kase;
    if (io.json)
      printJson(io, {
        caseId,
        control,
        because,
        reasons,
        requirements: step?.requirements ?? [],
        facts: step?.facts ?? [],
      });
    else io.out(whyText(kase, io.paint));
    return 0;
  },
};
