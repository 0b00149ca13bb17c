/** `belay insight` and `belay backtest`: what keeps coming back, and what another control would have done with it. */
import { parseDuration } from '@belay/control';
import { type Command, type Given, type Option, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { readControlNamed } from '../control-file.ts';
import { backtestText, patternsText, proposalsText } from '../insight-text.ts';

const period: Record<string, Option> = {
  since: { type: 'string', value: 'WHEN', about: 'an instant, or how long ago, e.g. 30d (the default) or 12h' },
  until: { type: 'string', value: 'INSTANT', about: 'to here, this instant excluded; default: now' },
};

const instantOf = (name: string, text: string): string => {
  const ago = parseDuration(text);
  const at = ago === null ? Date.parse(text) : Date.now() - ago;
  if (Number.isNaN(at))
    throw wrongUsage(
      `--${name} ${text} is neither an instant nor a stretch of time.`,
      'Write 30d, 12h or 2026-11-01T00:00:00Z.',
    );
  return new Date(at).toISOString();
};

const periodOf = (given: Given): { since?: string; until?: string } => {
  const [since, until] = [given.text('since'), given.text('until')];
  return {
    ...(since === undefined ? {} : { since: instantOf('since', since) }),
    ...(until === undefined ? {} : { until: instantOf('until', until) }),
  };
};

const insight: Command = {
  name: 'insight',
  summary: 'Say what keeps coming back: why people were asked, what became of it, and how often.',
  takes: [],
  options: { control: { type: 'string', value: 'NAME', about: 'only of one control' }, ...period, ...connecting },
  examples: [
    { line: 'belay insight', about: 'of every control, the last 30 days' },
    { line: 'belay insight --control payment-approval --since 90d --json', about: 'a quarter, for a program' },
  ],
  run: async (given, io) => {
    const api = connect(given);
    const own = given.text('control');
    const names =
      own === undefined ? (await api.call('listControls', { query: {} })).items.map(({ name }) => name) : [own];
    const asked = periodOf(given);
    const found = [];
    for (const control of names) found.push(await api.call('listPatterns', { query: { control, ...asked } }));
    if (io.json) printJson(io, { items: found });
    else if (found.length === 0) io.out('No control is published yet.\n');
    else for (const one of found) io.out(`${io.paint('cyan', one.control)}\n${patternsText(one, io.paint)}\n`);
    return 0;
  },
};

const backtest: Command = {
  name: 'backtest',
  summary: 'Decide recorded steps again by another control, and say what would change. Changes nothing.',
  takes: ['FILE'],
  options: {
    ...period,
    'fail-on-danger': {
      type: 'boolean',
      about: 'exit code 1 when something that people refused or changed would go through alone, for CI',
    },
    ...connecting,
  },
  examples: [
    { line: 'belay backtest payment-approval.control.yaml --since 30d', about: 'a change, before it is published' },
    { line: 'belay backtest --json --fail-on-danger payment-approval.control.yaml', about: 'in CI' },
  ],
  run: async (given, io) => {
    const { text, file } = await readControlNamed(given.words[0] ?? '', given);
    const view = await connect(given).call('backtest', { body: { source: text, file, ...periodOf(given) } });
    if (io.json) printJson(io, view);
    else io.out(backtestText(view, io.paint));
    return view.dangerCount > 0 && given.flag('fail-on-danger') ? 1 : 0;
  },
};

const proposals: Command = {
  name: 'proposals',
  summary: 'Propose changes of a control that a period speaks for, each with its backtest. Applies nothing.',
  takes: ['CONTROL'],
  options: {
    ...period,
    take: { type: 'string', value: 'N', about: 'print the control with the change of this number, for a file' },
    ...connecting,
  },
  examples: [
    { line: 'belay proposals payment-approval', about: 'sentences, diffs, and what each would have done' },
    {
      line: 'belay proposals payment-approval --take 1 > next.control.yaml',
      about: 'then `belay publish --draft next.control.yaml`',
    },
  ],
  run: async (given, io) => {
    const query = { control: given.words[0] ?? '', ...periodOf(given) };
    const found = await connect(given).call('listProposals', { query });
    const take = given.text('take');
    const chosen = take === undefined ? undefined : found.items[Number(take) - 1];
    if (take !== undefined && chosen === undefined)
      throw wrongUsage(
        `There is no proposal ${take}.`,
        `There are ${found.items.length}; leave --take out to read them.`,
      );
    if (io.json) printJson(io, chosen ?? found);
    else io.out(chosen?.source ?? proposalsText(found, io.paint));
    return 0;
  },
};

export const insightCommands: Command[] = [insight, proposals, backtest];
