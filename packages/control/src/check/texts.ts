/** Finds a text for which given tests hold and others fail: small and constructive, enough for conditions on one fact. */
import type { Atom } from '../expression/ir.ts';

type TextAtom = Extract<Atom, { kind: 'text' }>;

const holds = ({ op, value }: TextAtom, text: string): boolean =>
  op === 'contains' ? text.includes(value) : op === 'startsWith' ? text.startsWith(value) : text.endsWith(value);

const longest = (tests: TextAtom[], op: TextAtom['op']): string =>
  tests.filter((test) => test.op === op).reduce((best, { value }) => (value.length > best.length ? value : best), '');

/** `start` and `end` overlapping as far as they can. */
const overlapped = (start: string, end: string): string => {
  for (let shared = Math.min(start.length, end.length); shared > 0; shared--) {
    if (start.endsWith(end.slice(0, shared))) return start + end.slice(shared);
  }
  return start + end;
};

const candidates = (tests: TextAtom[]): string[] => {
  const start = longest(tests, 'startsWith');
  const end = longest(tests, 'endsWith');
  const inner = tests.filter(({ op }) => op === 'contains').map(({ value }) => value);
  const fills = ['', '-', ' other ', 'x'];
  const joined = fills.flatMap((fill) => [
    start + fill + inner.join(fill) + fill + end,
    start + fill + [...inner].reverse().join(fill) + fill + end,
  ]);
  return ['other', ...inner, start, end, overlapped(start, end), ...joined];
};

/** A text on which all of `holding` hold and all of `failing` fail, and that is none of `taken`; null: none was found. */
export const witnessText = (holding: TextAtom[], failing: TextAtom[], taken: string[]): string | null =>
  candidates(holding).find(
    (text) =>
      !taken.includes(text) &&
      holding.every((test) => holds(test, text)) &&
      failing.every((test) => !holds(test, text)),
  ) ?? null;
