/** Mends what can be mended without asking: each edit is made in the text, read again, and kept only if it helped. */
import type { Control } from '../model.ts';
import { offsetAt, putAt, removeAt } from '../source/edit.ts';
import { parseControl } from '../source/parse.ts';
import { checkControl } from './check.ts';
import type { Finding, Fix } from './finding.ts';
import type { OrganisationView } from './organisation.ts';

export type Fixed = {
  text: string;
  /** what was mended, in the order in which it was done */
  fixed: Finding[];
  /** what is left: edits that somebody has to decide on */
  left: Finding[];
};

const edited = (text: string, fix: Fix): string | null =>
  fix.kind === 'put' ? putAt(text, fix.path, fix.text) : removeAt(text, fix.path);

const nameOf = ({ code, sentence }: Finding): string => `${code}: ${sentence}`;

/** The finding is gone, and nothing worse than a notice came for it. */
const helped = (done: Finding, before: Finding[], after: Finding[]): boolean => {
  const known = new Set(before.map(nameOf));
  return after.every((one) => nameOf(one) !== nameOf(done) && (one.severity === 'notice' || known.has(nameOf(one))));
};

const parsedOr = (text: string): Control | null => {
  const result = parseControl(text);
  return result.ok ? result.control : null;
};

/** Applies the safe edits to a control's text until none is left. Throws when the text is not a control. */
export const fixControl = (text: string, organisation?: OrganisationView): Fixed => {
  const control = parsedOr(text);
  if (control === null) throw new Error('The control cannot be read: mend what parseControl reports first.');
  const fixed: Finding[] = [];
  const refused = new Set<string>();
  let [now, left] = [text, checkControl(control, organisation)];
  for (;;) {
    const next = left.find((finding) => finding.fix !== null && !refused.has(nameOf(finding)));
    if (next?.fix == null) return { text: now, fixed, left };
    const candidate = edited(now, next.fix);
    const mended = candidate === null ? null : parsedOr(candidate);
    const findings = mended === null ? left : checkControl(mended, organisation);
    if (candidate !== null && helped(next, left, findings)) {
      fixed.push(next);
      [now, left] = [candidate, findings];
    } else refused.add(nameOf(next));
  }
};

/** Line and column, from 1, at which a finding is mended. */
export const placeOf = (text: string, { at }: Finding): { line: number; column: number } => {
  const before = text.slice(0, offsetAt(text, at)).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
};
