/** `belay move`: live runs go on under the stricter version that is in force; how many is said before. */
import { counted, type MoveView } from '@belay/protocol';
import { type Command, type Io, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { sayComparison } from './publish.ts';

const fateOf = ({ movable, moved, runs: count }: MoveView['from'][number], io: Io): string => {
  if (!movable)
    return io.paint('red', count === 1 ? 'stays: it would be weaker for it' : 'stay: it would be weaker for them');
  return moved === null ? 'can be moved' : `${moved} moved`;
};

const endOf = ({ name, from, movable, moved }: MoveView): string => {
  if (from.length === 0) return 'No run is under way under an older version.';
  if (moved !== null) return `${counted(moved, 'run')} moved.`;
  if (movable === 0) return 'Nothing would be moved.';
  return `${counted(movable, 'run')} would be moved: \`belay move ${name} --because TEXT\`. Permits that are not redeemed end; a sign-off that the version asks for otherwise is asked for again.`;
};

const sayMove = (shown: MoveView, io: Io): void => {
  io.out(`${io.paint('bold', shown.name)} version ${shown.version} is in force.\n`);
  for (const each of shown.from) {
    io.out(`\nVersion ${each.version}, ${counted(each.runs, 'run')}: ${fateOf(each, io)}.\n`);
    sayComparison(each.comparison, io);
  }
  io.out(`\n${endOf(shown)}\n`);
};
export const move: Command = {
  name: 'move',
  summary: 'Move live runs to the version in force, where it is not weaker than theirs. Administrators.',
  takes: ['CONTROL'],
  options: {
    because: { type: 'string', value: 'TEXT', about: 'why; kept as evidence in each run' },
    'dry-run': { type: 'boolean', about: 'only say how many runs, and what would be decided otherwise' },
    ...connecting,
  },
  examples: [
    { line: 'belay move payment-approval --dry-run', about: 'how many runs, from which versions' },
    {
      line: 'belay move payment-approval --because "Fraud wave: lower limit."',
      about: 'their next step is decided by it',
    },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const params = { name: given.words[0] ?? '' };
    const because = given.text('because');
    if (because === undefined && !given.flag('dry-run'))
      throw wrongUsage('Say why the runs are moved.', 'Add --because TEXT, or --dry-run to only look.');
    const shown = await api.call('previewMove', { params });
    const done =
      because === undefined || given.flag('dry-run')
        ? shown
        : await api.call('moveRuns', { params, body: { digest: shown.digest, because } });
    if (io.json) printJson(io, done);
    else sayMove(done, io);
    return 0;
  },
};
