/** `belay publish`. */
import { type Command, printJson } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { controlText } from '../host.ts';

export const publish: Command = {
  name: 'publish',
  summary: 'Publish a version of each control. Runs that are under way keep theirs.',
  takes: ['FILE...'],
  options: connecting,
  examples: [{ line: 'belay publish controls/payment-approval.control.yaml', about: 'new runs start under it' }],
  run: async (given, io) => {
    const api = connect(given);
    const texts = given.words.map((file) => ({ file, source: controlText(file) }));
    const published = [];
    for (const body of texts) published.push(await api.call('publishControl', { body }));
    if (io.json) printJson(io, { items: published });
    else
      for (const { name, version, digest } of published)
        io.out(`${name} version ${version} is in force. ${io.paint('dim', digest)}\n`);
    return 0;
  },
};
