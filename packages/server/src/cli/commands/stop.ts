/** `belay stop`: stops in force, and their end. `belay run stop` orders one. */
import { type Command, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { columns, instantText, oneLine } from '../paint.ts';

const list: Command = {
  name: 'stop list',
  summary: 'List stops: in force first, then lifted ones.',
  takes: [],
  options: connecting,
  examples: [{ line: 'belay stop list', about: 'who stopped what, and why' }],
  run: async (given, io) => {
    const page = await connect(given).call('listStops', { query: {} });
    if (io.json) printJson(io, page);
    else if (page.items.length === 0) io.out('Nothing is stopped.\n');
    else {
      const rows = page.items.map(({ stopId, scope, name, byName, at, liftedAt, because }) => [
        stopId,
        name === null ? scope : `${scope} ${name}`,
        liftedAt === null ? 'in force' : `lifted ${instantText(liftedAt)}`,
        `${oneLine(byName)}, ${instantText(at)}`,
        oneLine(because),
      ]);
      io.out(
        columns(rows, (cell, _row, column) =>
          cell.startsWith('in force') && column === 2 ? io.paint('red', cell) : cell,
        ),
      );
    }
    return 0;
  },
};

export const becauseOf = (text: string | undefined, example: string): string => {
  if (text !== undefined && text.trim() !== '') return text;
  throw wrongUsage('A reason is needed: it is what others will read.', `Add --because "${example}".`);
};

const lift: Command = {
  name: 'stop lift',
  summary: 'Let agents start and attach again. Runs that were taken stay with the person.',
  takes: ['STOP'],
  options: { because: { type: 'string', value: 'TEXT', about: 'why' }, ...connecting },
  examples: [{ line: 'belay stop lift stop_… --because "The rule is mended."', about: 'new runs may start' }],
  run: async (given, io) => {
    const body = { because: becauseOf(given.text('because'), 'The rule is mended.') };
    const answer = await connect(given).call('liftStop', { params: { stopId: given.words[0] ?? '' }, body });
    if (io.json) printJson(io, answer);
    else io.out(`Stop ${answer.stopId} is lifted.\n`);
    return 0;
  },
};

export const stopCommands = [list, lift];
