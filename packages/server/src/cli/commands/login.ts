/** `belay login`. */
import { type Command, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { harmless } from '../paint.ts';

export const login: Command = {
  name: 'login',
  summary: 'Print a link that signs a person in, once, within 15 minutes.',
  takes: ['PERSON'],
  options: connecting,
  examples: [{ line: 'belay login ann', about: 'a link for Ann' }],
  run: async ({ words: [personId = ''], ...given }, io) => {
    const answer = await connect({ words: [], ...given }).call('createLoginLink', { body: { personId } });
    if (io.json) printJson(io, answer);
    else io.out(`${harmless(answer.person.name)} signs in here, once, within 15 minutes:\n${answer.url}\n`);
    return 0;
  },
};
