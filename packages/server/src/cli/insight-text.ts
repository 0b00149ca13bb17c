/** Patterns and backtests as a terminal shows them. */
import { type AnswerOf, type BacktestView, counted, type PatternView } from '@belay/protocol';
import { columns, harmless, instantText, oneLine, type Paint } from './paint.ts';

type Found = Pick<AnswerOf<'listPatterns'>, 'runs' | 'steps' | 'erased' | 'cut' | 'since' | 'until'>;

const foundText = ({ runs, steps, erased, cut, since, until }: Found): string[] => [
  `${counted(steps, 'step')} in ${counted(runs, 'run')} from ${instantText(since)} to ${instantText(until)}`,
  ...(cut === null
    ? []
    : [`Only runs from ${instantText(cut)} on: the period has more than is read at once. Ask for less of it.`]),
  ...(erased > 0 ? [`Erased and not counted: ${counted(erased, 'decision')}.`] : []),
];

const exampleText = ({ runId, caseId, approvalId, because }: PatternView['examples'][number]): string =>
  `${caseId ?? approvalId ?? runId}: ${oneLine(because)}`;

export const patternsText = (found: AnswerOf<'listPatterns'>, paint: Paint): string => {
  const lines = foundText(found).map((line) => paint('dim', line));
  if (found.items.length === 0) lines.push('Nothing came back: no person was asked, and no sample was judged.');
  for (const pattern of found.items) {
    lines.push('', paint('bold', oneLine(pattern.sentence)));
    if (pattern.advice !== null) lines.push(`  ${oneLine(pattern.advice)}`);
    for (const { name, count } of pattern.instructions.slice(0, 2)) lines.push(`  ${count} × "${oneLine(name)}"`);
    if (pattern.takenBy.length > 0)
      lines.push(`  taken by ${pattern.takenBy.map(({ name, count }) => `${oneLine(name)} (${count})`).join(', ')}`);
    for (const example of pattern.examples) lines.push(`  ${paint('dim', exampleText(example))}`);
  }
  return `${lines.join('\n')}\n`;
};

const signs = { same: ' ', removed: '-', added: '+' } as const;
const directions = { less: 'less oversight', more: 'more oversight', others: 'other people are asked' } as const;

export const proposalsText = (found: AnswerOf<'listProposals'>, paint: Paint): string => {
  const lines = foundText(found).map((line) => paint('dim', line));
  if (found.items.length === 0)
    lines.push(
      `Nothing is proposed: it takes ${found.least} askings that speak for one change, or ${found.leastForMore} samples judged wrong.`,
    );
  for (const [index, { direction, sentence, diff, backtest }] of found.items.entries()) {
    const head = `${index + 1}. ${directions[direction]}`;
    lines.push('', paint(direction === 'less' ? 'red' : 'green', head), oneLine(sentence), '');
    for (const { kind, text } of diff) {
      const line = `  ${signs[kind]} ${harmless(text)}`;
      lines.push(kind === 'same' ? paint('dim', line) : paint(kind === 'added' ? 'green' : 'red', line));
    }
    lines.push('', `  Backtest: ${oneLine(backtest.sentence)}`);
  }
  return `${lines.join('\n')}\n`;
};

const changeText = (change: BacktestView['changes'][number], paint: Paint): string[] => {
  const { step, from, to, less, steps, example } = change;
  const head = `${steps} × ${step}: ${from === to ? `${to}, other people asked` : `${from} → ${to}`}`;
  return [
    paint(less ? 'red' : 'green', `  ${head}`),
    `    ${paint('dim', `${example.caseId ?? example.approvalId ?? example.runId}: ${oneLine(example.because)}`)}`,
    `    ${paint('dim', `now: ${oneLine(example.now)}`)}`,
  ];
};

const dangerWords: Record<string, string> = {
  edited: 'people changed it',
  rejected: 'people refused it',
  resolved: 'a person resolved it',
  done: 'a person did it',
  returned: 'a person gave instructions',
};

const dangerText = ({ kind, end, step, runId, caseId, approvalId, arguments: args }: BacktestView['dangers'][number]) =>
  `  ${caseId ?? approvalId ?? runId} ${step} ${oneLine(JSON.stringify(args))}: ${kind === 'stillGoes' ? 'judged wrong afterwards' : dangerWords[end]}`;

const loadText = ({ load }: BacktestView): string[] => {
  const names = [...new Map([...load.after, ...load.before].map(({ personId, name }) => [personId, name]))];
  if (names.length === 0) return [];
  const side = (loads: BacktestView['load']['before'], id: string): string => {
    const one = loads.find(({ personId }) => personId === id);
    if (one === undefined) return 'not asked';
    const atOnce = one.atOnce === null ? '' : `, ${one.atOnce} at once`;
    return `${one.asks} (at most ${one.most} a day${atOnce})`;
  };
  const rows = names.map(([id, name]) => [`  ${oneLine(name)}`, side(load.before, id), '→', side(load.after, id)]);
  return ['', 'Who is asked, before and now', columns(rows, (cell) => cell).trimEnd()];
};

export const backtestText = (view: BacktestView, paint: Paint): string => {
  const { changes, dangers, dangerCount, notReplayable, notes, comparison } = view;
  const section = (title: string, lines: string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines]);
  const text = (less: boolean) => changes.filter((one) => one.less === less).flatMap((one) => changeText(one, paint));
  const more = dangerCount > dangers.length ? [`  … and ${dangerCount - dangers.length} more`] : [];
  return `${[
    paint('bold', view.sentence),
    ...foundText(view).map((line) => paint('dim', line)),
    ...section(paint('red', 'Would go through alone, although people thought otherwise'), [
      ...dangers.map(dangerText),
      ...more,
    ]),
    ...section(paint('red', 'Less human oversight than before'), text(true)),
    ...section(paint('green', 'Other differences'), text(false)),
    ...section(
      'Not replayable',
      notReplayable.map(({ steps, because }) => `  ${steps} because ${oneLine(because)}`),
    ),
    ...loadText(view),
    ...section('Note', [
      ...notes.map((note) => `  ${note}`),
      ...(comparison?.weaker ? ['  Over every case, not only those recorded, it is weaker: see `belay compare`.'] : []),
    ]),
  ].join('\n')}\n`;
};
