/**
 * What a fact asks for that is missing again and again. Where it could come from is not in what happened, so it is said in
 * words, and no change of the control's text is made of it.
 */
import { type FactView, labelAndName, sayName } from '@belay/protocol';
import { counted } from './counted.ts';
import type { RecordedStep } from './recorded.ts';

const remedies: Record<FactView['origin'], (fact: FactView) => string | null> = {
  agent: () =>
    'The agent is to say it: let it do so with this step, or fetch it from a system of record (from: lookup).',
  args: () =>
    'It is an argument: let the agent always send it, or declare it optional and ask with has() before it is read.',
  lookup: ({ source }) =>
    `${source} is to know it: mend it there, or declare it optional and ask with has() before it is read.`,
  system: () => null,
};

/** Of these steps, which could not be judged. Null: nothing was missing at least `least` times, or nobody can mend it. */
export const adviceOf = (steps: readonly Pick<RecordedStep, 'facts'>[], least: number): string | null => {
  const missing = steps.flatMap(({ facts }) =>
    facts.filter(({ value, problem }) => value === null && problem !== null),
  );
  const [most] = counted(missing.map(({ name }) => name));
  const fact = missing.find(({ name }) => name === most?.name);
  if (most === undefined || fact === undefined || most.count < least) return null;
  const remedy = remedies[fact.origin](fact);
  const name = labelAndName(sayName(fact.name), fact.name);
  return remedy === null ? null : `${name} was missing ${most.count} times of ${steps.length}. ${remedy}`;
};
