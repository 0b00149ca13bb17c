/**
 * Summaries that cannot invent anything: whole sentences of the messages, chosen by what they are about. The same messages
 * give the same sentences, each with who said it.
 */
import type { Json } from '@belay/protocol';
import type { TakeSpec } from '../model.ts';

export type Message = { text: string; from: string | null };
type About = Exclude<TakeSpec['how'], 'median' | 'count'>;

const when =
  /\b(today|tonight|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|midnight|week|month|january|february|march|april|may|june|july|august|september|october|november|december|\d{1,2}[:.]\d{2}|\d{4}-\d{2}-\d{2}|\d{1,2}(st|nd|rd|th)|\d+ (minutes?|hours?|days?))\b/i;
const due = /\b(by|before|until|deadline|no later than|at the latest|due|go[- ]?live|expires?)\b/i;

type Choice = { whose: 'theirs' | 'ours' | 'any'; most: number; says: (sentence: string) => boolean };

const matches =
  (...patterns: RegExp[]) =>
  (sentence: string): boolean =>
    patterns.every((pattern) => pattern.test(sentence));

const choices: Record<About, Choice> = {
  issue: {
    whose: 'theirs',
    most: 2,
    says: matches(
      /\b(not|cannot|can't|won't|doesn't|isn't|no longer|fail\w*|error\w*|wrong|broken|missing|lost|stuck|crash\w*|unable|charged|twice|down|slow|refus\w*|never)\b/i,
    ),
  },
  impact: {
    whose: 'theirs',
    most: 2,
    says: matches(
      /\b(customers?|users?|orders?|revenue|team|everyone|nobody|all of|production|payroll|business|losing|lose|blocked|stopped|cannot work|per hour|an hour|people)\b/i,
      /\d|\b(all|every\w*|nobody|whole|entire|blocked|stopped|losing|lose|cannot|can't)\b/i,
    ),
  },
  tried: {
    whose: 'any',
    most: 3,
    says: matches(
      /\b(tried|restart\w*|reboot\w*|reinstall\w*|cleared|reset|rolled back|re-?sent|checked|updated|upgraded|logged (out|in)|switched|replaced|already)\b/i,
    ),
  },
  promises: {
    whose: 'ours',
    most: 3,
    says: matches(
      /\b(we|i) (will|shall|promise|guarantee)\b|\b(we|i)['’]ll\b|\byou will (get|receive|have|hear)\b|\b(refund|credit)\b.*\b(you|your)\b/i,
    ),
  },
  deadline: { whose: 'any', most: 2, says: matches(due, when) },
};

const theirs = /^(customer|client|user|requester|end-user|reporter)$/i;

const sentencesOf = (text: string): string[] =>
  text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

/** At most a few whole sentences about this, in the order in which they were said; null when there are none. */
export const extract = (about: About, messages: readonly Message[]): string | null => {
  const { whose, most, says } = choices[about];
  const chosen: string[] = [];
  for (const { text, from } of messages) {
    const isTheirs = from === null || theirs.test(from);
    if (whose !== 'any' && (whose === 'theirs') !== isTheirs) continue;
    for (const sentence of sentencesOf(text)) {
      const said = `“${sentence}”${from === null ? '' : ` (${from})`}`;
      if (chosen.length < most && says(sentence) && !chosen.includes(said)) chosen.push(said);
    }
  }
  return chosen.length === 0 ? null : chosen.join('\n');
};

export const messageOf = (text: Json | undefined, from: Json | undefined): Message | null =>
  typeof text === 'string' ? { text, from: typeof from === 'string' ? from : null } : null;
