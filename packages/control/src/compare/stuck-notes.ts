/** When a run counts as stuck: a budget that allows more than before brings a person later, so it is less oversight. */
import { outageMsOf } from '../defaults.ts';
import type { Control } from '../model.ts';
import { sayDuration } from '../words/names.ts';
import type { Note } from './note.ts';

type Budget = { name: string; of: (stuck: Control['stuck']) => number | null; say: (most: number) => string };

const times = (most: number): string => `${most} times`;

/** Null: nothing is ever too much. */
const budgets: Budget[] = [
  { name: 'The agent may be silent', of: ({ idleMs }) => idleMs, say: sayDuration },
  {
    name: 'An agent that sends signs of life may be silent',
    of: ({ heartbeatMs }) => heartbeatMs ?? null,
    say: sayDuration,
  },
  { name: 'The agent may work without a look of a person', of: ({ timeMs }) => timeMs ?? null, say: sayDuration },
  { name: 'Systems outside may fail', of: outageMsOf, say: sayDuration },
  { name: 'The same step may be asked for', of: ({ sameStep }) => sameStep, say: times },
  { name: 'A step may be tried', of: ({ attempts }) => attempts, say: times },
  { name: 'The steps of a run may be', of: ({ steps }) => steps, say: String },
  { name: 'A run may cost', of: ({ costUsd }) => costUsd, say: (usd) => `USD ${usd.toFixed(2)}` },
];

export const stuckNotes = ({ stuck: old }: Control, { stuck: next }: Control): Note[] =>
  budgets.flatMap(({ name, of, say }): Note[] => {
    const [was, is] = [of(old), of(next)];
    if (was === is) return [];
    const said = (most: number | null): string => (most === null ? 'no bound of its own' : say(most));
    const sentence = `${name}: ${said(was)} before, ${said(is)} now.`;
    return [{ sentence, weaker: (is ?? Number.POSITIVE_INFINITY) > (was ?? Number.POSITIVE_INFINITY) }];
  });
