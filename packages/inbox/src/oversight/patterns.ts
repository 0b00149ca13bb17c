/** The words of the page of patterns, and the lengths of its bars. */
import type { AnswerOf, PatternView } from '@belay/protocol';

export const periods = [
  { days: 7, label: 'The last 7 days' },
  { days: 30, label: 'The last 30 days' },
  { days: 90, label: 'The last 90 days' },
] as const;

export type PatternsSearch = { control?: string; days?: number };

export const patternsSearch = ({ control, days }: Record<string, unknown>): PatternsSearch => ({
  ...(typeof control === 'string' && control !== '' && { control }),
  ...(periods.some((one) => one.days === Number(days)) && { days: Number(days) }),
});

type End = keyof PatternView['ends'];
type Tone = 'fine' | 'contrary' | 'open';

const names: Record<End, [string, Tone]> = {
  unchanged: ['Through, nothing changed', 'fine'],
  edited: ['Through, with other arguments', 'contrary'],
  rejected: ['Refused', 'contrary'],
  resolved: ['Resolved by the person', 'contrary'],
  done: ['Done by the person', 'contrary'],
  returned: ['Given back with instructions', 'contrary'],
  expired: ['No answer in time', 'open'],
  cancelled: ['Cancelled or taken over', 'open'],
  forbidden: ['Forbidden', 'open'],
  waiting: ['Still waiting', 'open'],
  alone: ['Continued alone', 'fine'],
};

export type Bar = { name: string; count: number; share: number; tone: Tone };

/** What became of the steps, each as its share; of steps that continued, how they were judged. */
export const barsOf = ({ asks, ends, judged, steps }: PatternView): Bar[] => {
  const share = (count: number): number => (steps === 0 ? 0 : Math.round((count / steps) * 100));
  const bars: [string, Tone, number][] =
    asks === 'continue'
      ? [
          ['Judged right', 'fine', judged.right],
          ['Judged wrong', 'contrary', judged.wrong],
        ]
      : (Object.keys(names) as End[]).map((end) => [...names[end], ends[end] ?? 0]);
  return bars
    .filter(([, , count]) => count > 0)
    .map(([name, tone, count]) => ({ name, tone, count, share: share(count) }));
};

const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** What was read, and what of it was not. */
export const foundText = ({ steps, runs, cut, erased, since }: AnswerOf<'listPatterns'>): string =>
  [
    `${steps} steps in ${runs} runs that started since ${date.format(Date.parse(since))}.`,
    ...(cut === null
      ? []
      : [`There are more than are read at once: only runs from ${date.format(Date.parse(cut))} on.`]),
    ...(erased > 0 ? [`${erased} decisions were erased and are not counted.`] : []),
  ].join(' ');

/** The patterns as rows of a spreadsheet, each end in a column of its own. */
export const patternHead: readonly string[] = [
  ...['pattern', 'step', 'rule', 'asks', 'times', 'of', 'runs'],
  ...Object.values(names).map(([name]) => name.toLowerCase()),
  ...['judged right', 'judged wrong', 'advice'],
];

export const patternRows = (items: readonly PatternView[]): string[][] =>
  items.map((one) => [
    ...[one.sentence, one.step ?? '', one.rule ?? '', one.asks],
    ...[one.steps, one.of, one.runs].map(String),
    ...(Object.keys(names) as End[]).map((end) => String(one.ends[end] ?? 0)),
    ...[one.judged.right, one.judged.wrong].map(String),
    one.advice ?? '',
  ]);
