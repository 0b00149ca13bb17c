/** `belay run`: what agents are at, and taking control of them. */
import { type AnswerOf, counted, type RunView } from '@belay/protocol';
import { type Command, type Given, type Io, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { columns, harmless, instantText, moreText, oneLine } from '../paint.ts';
import { becauseOf } from './stop.ts';

const subjectText = ({ subject }: RunView): string => oneLine(Object.values(subject).map(String).join(' '));

const list: Command = {
  name: 'run list',
  summary: 'List runs, newest first; without --all those that are not finished.',
  takes: [],
  options: {
    status: { type: 'string', value: 'STATUS', about: 'running, held, taken or finished' },
    control: { type: 'string', value: 'NAME', about: 'only those of one control' },
    agent: { type: 'string', value: 'NAME', about: 'only those of one agent' },
    all: { type: 'boolean', about: 'finished ones as well' },
    ...connecting,
  },
  examples: [{ line: 'belay run list --agent payables', about: 'what one agent is at' }],
  run: async (given, io) => {
    const [status, control, agentId] = ['status', 'control', 'agent'].map((name) => given.text(name));
    const page = await connect(given).call('listRuns', {
      query: {
        ...(status === undefined ? {} : { status: status as RunView['status'] }),
        ...(control === undefined ? {} : { control }),
        ...(agentId === undefined ? {} : { agentId }),
        ...(given.flag('all') || status !== undefined ? {} : { unfinished: 'true' }),
        limit: 200,
      },
    });
    if (io.json) printJson(io, page);
    else if (page.items.length === 0) io.out('There is no such run.\n');
    else {
      const rows = page.items.map((run) => [
        run.runId,
        run.agentId,
        run.control.name,
        subjectText(run),
        run.status,
        run.nextDueAt === null ? '' : `${instantText(run.nextDueAt)} ${oneLine(run.nextDue ?? '')}`,
      ]);
      const head = ['run', 'agent', 'control', 'subject', 'status', 'next look'];
      io.out(columns([head, ...rows], (cell, row) => (row === 0 ? io.paint('dim', cell) : cell)) + moreText(page));
    }
    return 0;
  },
};

const showRun = (run: RunView, entries: AnswerOf<'runEntries'>['items'], io: Io): void => {
  io.out(`${io.paint('bold', `${run.agentId}, ${subjectText(run)}`)}: ${run.status}\n`);
  io.out(`  run       ${run.runId} under ${run.control.name} version ${run.control.version}\n`);
  io.out(`  control   ${oneLine(run.holder.name)} since ${instantText(run.holder.since)}\n`);
  if (run.caseId !== null) io.out(`  case      ${run.caseId}\n`);
  if (run.nextDueAt !== null) io.out(`  next      ${oneLine(run.nextDue ?? '')} at ${instantText(run.nextDueAt)}\n`);
  if (run.instructions !== null)
    io.out(`  told      ${oneLine(run.instructions.byName)}: ${oneLine(run.instructions.text)}\n`);
  for (const permit of run.inFlight) io.out(`  ${io.paint('red', 'in flight')} ${permit.step} (${permit.permitId})\n`);
  io.out('\n');
  const rows = entries.map(({ at, byName, sentence }) => [instantText(at), oneLine(byName), harmless(sentence)]);
  io.out(columns(rows, (cell, _row, column) => (column === 0 ? io.paint('dim', cell) : cell)));
};

const show: Command = {
  name: 'run show',
  summary: 'Show a run: who has control, what is next, and its timeline.',
  takes: ['RUN'],
  options: connecting,
  examples: [{ line: 'belay run show run_…', about: 'everything that happened, in order' }],
  run: async (given, io) => {
    const api = connect(given);
    const params = { runId: given.words[0] ?? '' };
    const run = await api.call('getRun', { params });
    const entries: AnswerOf<'runEntries'>['items'] = [];
    for (let after: string | null = '0'; after !== null; ) {
      const page: AnswerOf<'runEntries'> = await api.call('runEntries', { params, query: { after, limit: 1_000 } });
      entries.push(...page.items);
      after = page.next;
    }
    if (io.json) printJson(io, { run, entries });
    else showRun(run, entries, io);
    return 0;
  },
};

const takeOver: Command = {
  name: 'run take-over',
  summary: 'Take control of a run, whether or not anybody asked for you.',
  takes: ['RUN'],
  options: {
    reason: { type: 'string', value: 'TEXT', about: 'why; needed when another person has control' },
    'break-glass': { type: 'boolean', about: 'without being entitled: a second person is told, a review is due' },
    ...connecting,
  },
  examples: [{ line: 'belay run take-over run_…', about: 'the agent is fenced when this answers' }],
  run: async (given, io) => {
    const body = { reason: given.text('reason') ?? '', breakGlass: given.flag('break-glass') };
    const kase = await connect(given).call('takeOver', { params: { runId: given.words[0] ?? '' }, body });
    if (io.json) printJson(io, kase);
    else {
      io.out(`You have control of ${kase.runId}. Give it back with \`belay case return ${kase.caseId}\`.\n`);
      for (const { step, permitId } of kase.inFlight)
        io.out(`${io.paint('red', 'In flight')}: ${step} (${permitId})\n`);
    }
    return 0;
  },
};

type Scope = { scope: 'agent' | 'control' | 'everything'; name?: string };

const scopeOf = (given: Given): Scope => {
  const agent = given.text('agent');
  const control = given.text('control');
  const scopes: Scope[] = [
    ...(agent === undefined ? [] : [{ scope: 'agent' as const, name: agent }]),
    ...(control === undefined ? [] : [{ scope: 'control' as const, name: control }]),
    ...(given.flag('everything') ? [{ scope: 'everything' as const }] : []),
  ];
  if (scopes.length === 1 && scopes[0] !== undefined) return scopes[0];
  throw wrongUsage(
    'Say what is to be stopped: exactly one of --agent, --control and --everything.',
    'For a single run: `belay run take-over RUN`.',
  );
};

const stop: Command = {
  name: 'run stop',
  summary: 'Take every run of an agent, of a control, or of all, and let none start until the stop is lifted.',
  takes: [],
  options: {
    agent: { type: 'string', value: 'NAME', about: 'stop one agent' },
    control: { type: 'string', value: 'NAME', about: 'stop one control' },
    everything: { type: 'boolean', about: 'stop all agents' },
    because: { type: 'string', value: 'TEXT', about: 'why; the agents and everybody here read it' },
    ...connecting,
  },
  examples: [{ line: 'belay run stop --agent payables --because "Wrong invoices."', about: 'answers when none runs' }],
  run: async (given, io) => {
    const body = { ...scopeOf(given), because: becauseOf(given.text('because'), 'Wrong invoices.') };
    const answer = await connect(given).call('stop', { body });
    if (io.json) printJson(io, answer);
    else
      io.out(
        `Stopped; ${counted(answer.runsTaken, 'run')} taken. Lift it with \`belay stop lift ${answer.stopId}\`.\n`,
      );
    return 0;
  },
};

export const runCommands = [list, show, takeOver, stop];
