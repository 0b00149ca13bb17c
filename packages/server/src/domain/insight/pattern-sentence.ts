/** A pattern as one plain sentence: counts with what they are of, and what stands out about them. */
import { formatDuration } from '@belay/control';
import type { Pattern } from './patterns.ts';
import type { End } from './recorded.ts';

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

const endWords: Partial<Record<End, string>> = {
  unchanged: 'through with nothing changed',
  edited: 'through with other arguments',
  rejected: 'refused',
  resolved: 'resolved by the person',
  done: 'done by the person',
  returned: 'given back with instructions',
  cancelled: 'cancelled or taken over',
  expired: 'without an answer in time',
  waiting: 'still waiting',
};

const reasonWords: Record<Pattern['kind'], string> = {
  rule: '',
  forbidden: '',
  continued: '',
  outsidePolicy: 'because no rule let it through',
  badFact: 'because a fact could not be used',
  unknownStep: 'because the control does not know this step',
  incomplete: 'because too little was known to sign',
  asked: 'because the agent asked for a person',
  persistent: 'because the agent kept asking for what is forbidden',
  silent: 'because the agent went silent',
  stuck: 'because the agent did not get on',
  inDoubt: 'because nobody knows whether a step happened',
  notTakenUp: 'because the agent did not take up what was decided',
  approvalExpired: 'because nobody signed in time',
  judgedWrong: 'because a step was judged wrong afterwards',
  takenOver: 'because somebody took over unasked',
  stopped: 'because somebody stopped the agent',
};

const verbs: Record<Pattern['asks'], string> = {
  approval: 'waited for a sign-off',
  handoff: 'was handed to a person',
  forbid: 'was forbidden',
  continue: 'continued and was looked at afterwards',
};

const spoken = (step: string): string => step.replaceAll('-', ' ');

const headOf = ({ kind, step, rule, asks, steps, of, judged }: Pattern): string => {
  const why = rule === null ? reasonWords[kind] : `because of "${rule}"`;
  if (step === null) return `${times(steps)} in ${of} runs a person was called ${why}`;
  if (asks === 'continue')
    return `${spoken(step)} ${verbs.continue} ${times(steps)} of ${of}; ${times(judged.wrong)} it was judged wrong`;
  return `${spoken(step)} ${verbs[asks]} ${why} ${times(steps)} of ${of}`.replace('  ', ' ');
};

const everyOne = (steps: number): string => (steps === 1 ? '1' : steps === 2 ? 'both' : `all ${steps}`);

const endsOf = ({ ends, steps }: Pattern): string[] =>
  (Object.keys(endWords) as End[])
    .filter((end) => ends[end] > 0)
    .toSorted((a, b) => ends[b] - ends[a])
    .slice(0, 3)
    .map((end) => `${ends[end] === steps ? everyOne(steps) : ends[end]} ${endWords[end]}`);

const people = ({ late, toPersonMs, declined, facts }: Pattern): string[] => {
  const wrong = declined.reduce((sum, { count }) => sum + count, 0);
  return [
    ...(wrong > 0 ? [`${times(wrong)} somebody said that it was not theirs`] : []),
    ...(late > 0 ? [`${times(late)} the first rung did not answer`] : []),
    ...(toPersonMs === null
      ? []
      : [`half were answered within ${formatDuration(Math.round(toPersonMs.median / 1_000) * 1_000)}`]),
    ...(facts[0] === undefined ? [] : [`most often ${facts[0].name.replace(/\.$/, '')}`]),
  ];
};

export const patternSentence = (pattern: Pattern): string => {
  const parts = [headOf(pattern), ...endsOf(pattern), ...people(pattern)];
  const [head = '', ...rest] = parts;
  return `${head[0]?.toUpperCase()}${head.slice(1)}${rest.length > 0 ? `: ${rest.join(', ')}` : ''}.`;
};
