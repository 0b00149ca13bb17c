/**
 * What a framework says that its model has used, told to Belay, so that the budget of a control becomes a case. Frameworks
 * count tokens and know no prices: `price` makes a cost of them.
 */

import type { AnyControls } from './controls.ts';
import type { Run } from './run.ts';

/** USD for a million tokens. */
export type Price = { input: number; output: number };
export type Usage = { inputTokens?: number | undefined; outputTokens?: number | undefined };
type Reporting = Pick<Run<AnyControls[string]>, 'report'>;

const million = 1_000_000;
/** Models say nothing, or nonsense, too. */
const counted = (tokens: unknown): number => (typeof tokens === 'number' && tokens > 0 ? Math.round(tokens) : 0);

/** What the model of a run costs, said once where its tools are put under the gate. */
const prices = new WeakMap<Reporting, Price>();
export const setPrice = (run: Reporting, price: Price): void => void prices.set(run, price);
export const hasPrice = (run: Reporting): boolean => prices.has(run);

export const reportUsage = (run: Reporting, usage: Usage | undefined): void => {
  const input = counted(usage?.inputTokens);
  const output = counted(usage?.outputTokens);
  if (input + output === 0) return;
  const price = prices.get(run);
  const cost = price === undefined ? {} : { costUsd: (input * price.input + output * price.output) / million };
  run.report({ tokens: input + output, ...cost });
};
