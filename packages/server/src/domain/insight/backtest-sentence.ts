/** A backtest in one sentence: how many steps change and in which direction, and how many could not be decided again. */
import type { Backtest } from './backtest.ts';

const steps = (count: number): string => `${count} ${count === 1 ? 'step' : 'steps'}`;

export const backtestSentence = ({ steps: all, same, changes, notReplayable, dangers }: Backtest): string => {
  if (all === 0) return 'No step was asked for in this period.';
  const count = (which: (change: Backtest['changes'][number]) => boolean): number =>
    changes.filter(which).reduce((sum, change) => sum + change.steps, 0);
  const less = count((change) => change.less);
  const others = count((change) => change.others && !change.less);
  const more = count((change) => !change.less && !change.others);
  const unknown = notReplayable.reduce((sum, one) => sum + one.steps, 0);
  const wrong = dangers.filter(({ kind }) => kind === 'wouldGo').length;
  const parts = [
    ...(less > 0 ? [`${less} with less oversight`] : []),
    ...(more > 0 ? [`${more} with more`] : []),
    ...(others > 0 ? [`${others} with other people asked`] : []),
    ...(unknown > 0 ? [`${unknown} cannot be decided again`] : []),
  ];
  const danger = wrong > 0 ? ` ${steps(wrong)} that people refused or changed would go through alone.` : '';
  if (parts.length === 0) return `All ${steps(all)} would be decided as they were.`;
  return `Of ${steps(all)}, ${same} would be decided as they were, ${parts.join(', ')}.${danger}`;
};
