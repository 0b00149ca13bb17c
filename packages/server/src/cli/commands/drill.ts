/** `belay drill`: does somebody really take over? The stop test that auditors ask for. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseDuration } from '@belay/control';
import { type AnswerOf, sayTarget } from '@belay/protocol';
import type { Api } from '../api.ts';
import { type Command, type Given, type Io, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { columns, harmless, instantText, type Paint } from '../paint.ts';

type Drill = AnswerOf<'getDrill'>;

const lookAgainMs = 1_000;

const minutesOf = (given: Given): number => {
  const text = given.text('within') ?? '15m';
  const ms = parseDuration(text);
  if (ms !== null && ms >= 60_000 && ms <= 86_400_000) return Math.round(ms / 60_000);
  throw wrongUsage(`"${text}" is no time for a drill.`, 'Write --within 15m; at least a minute, at most a day.');
};

const targetOf = (given: Given): string => {
  const [word = ''] = given.words;
  if (/^(person|role|oncall):./.test(word)) return word;
  const name = word.replace(/^.*:/, '') || 'treasury';
  throw wrongUsage(
    `"${word}" is nobody to announce a drill to.`,
    `Write oncall:${name} for a schedule, role:${name} for a role, person:${name} for one person.`,
  );
};

const untilOver = async (api: Api, started: Drill): Promise<Drill> => {
  for (let drill = started; ; drill = await api.call('getDrill', { params: { runId: started.runId } })) {
    if (drill.state !== 'running') return drill;
    await pause(lookAgainMs);
  }
};

const tell = (io: Io, drill: Drill): void => {
  const word = drill.state === 'passed' ? io.paint('cyan', 'Passed') : io.paint('red', 'Failed');
  io.out(`${word}: ${harmless(drill.sentence)}\nKept as evidence: belay evidence run ${drill.runId}\n`);
};

const drill: Command = {
  name: 'drill',
  summary: 'Announce a drill: whoever is on duty takes a sample run over, timed and kept as evidence.',
  takes: ['TARGET'],
  options: {
    within: { type: 'string', value: 'TIME', about: 'how long they have (default 15m)' },
    'no-wait': { type: 'boolean', about: 'do not wait for its result' },
    ...connecting,
  },
  examples: [
    { line: 'belay drill oncall:treasury', about: 'exit code 1 when nobody takes over in time' },
    { line: 'belay drill role:desk-agent --within 5m --no-wait', about: 'then: belay drill list' },
  ],
  run: async (given, io) => {
    const body = { target: targetOf(given), withinMinutes: minutesOf(given) };
    const api = connect(given);
    const started = await api.call('startDrill', { body });
    if (!io.json) io.out(`${harmless(started.sentence)}\n`);
    if (given.flag('no-wait')) {
      if (io.json) printJson(io, started);
      return 0;
    }
    const over = await untilOver(api, started);
    if (io.json) printJson(io, over);
    else tell(io, over);
    return over.state === 'passed' ? 0 : 1;
  },
};

export const drillsText = (drills: readonly Drill[], paint: Paint): string => {
  if (drills.length === 0) return 'No drill so far. Announce one: belay drill oncall:SCHEDULE\n';
  const rows = drills.map(({ startedAt, target, state, sentence }) => [
    instantText(startedAt),
    sayTarget(target),
    state,
    harmless(sentence),
  ]);
  return columns(rows, (cell, _row, column) => (column === 2 && cell.startsWith('failed') ? paint('red', cell) : cell));
};

const list: Command = {
  name: 'drill list',
  summary: 'Drills and their results, newest first.',
  takes: [],
  options: connecting,
  examples: [{ line: 'belay drill list', about: 'when somebody last proved that they can stop an agent' }],
  run: async (given, io) => {
    const page = await connect(given).call('listDrills', { query: {} });
    if (io.json) printJson(io, page);
    else io.out(drillsText(page.items, io.paint));
    return 0;
  },
};

export const drillCommands: Command[] = [drill, list];
