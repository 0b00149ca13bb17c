/**
 * Cells: the values of one fact, divided where conditions divide them. Within a cell every condition that looks at this
 * fact alone has one answer, so that one value of the cell stands for all of them.
 */
import type { Atom, Order, Ref } from '../expression/ir.ts';
import type { TypeSpec } from '../model.ts';
import { boundsOf, isNumeric, isText, type NumericSpec } from '../value/spec.ts';
import { witnessText } from './texts.ts';

export type Cell =
  | { kind: 'absent' }
  /** integers from `from` to `to` in the unit of the fact; money: in one currency */
  | { kind: 'range'; from: number; to: number; currency: string | null }
  /** `exact`: this text and no other */
  | { kind: 'text'; value: string; exact: boolean }
  | { kind: 'truth'; value: boolean };

export type ValueAtom = Extract<Atom, { kind: 'isTrue' | 'compare' | 'currency' | 'oneOf' | 'text' | 'present' }>;

/** ISO 4217: "no currency", and the one for tests. */
const [noCurrency, testCurrency] = ['X'.repeat(3), 'XTS'];

/** A currency that no condition and no declaration names. */
const otherCurrency = (known: string[]): string => (known.includes(noCurrency) ? testCurrency : noCurrency);

/** The integers of the range, divided at each threshold: below, at, above. */
const ranges = (spec: NumericSpec, thresholds: number[], currency: string | null): Cell[] => {
  const { min, max } = boundsOf(spec, currency ?? undefined);
  const cells: Cell[] = [];
  const add = (from: number, to: number) => {
    if (from <= to) cells.push({ kind: 'range', from, to, currency });
  };
  let from = min;
  for (const threshold of [...new Set(thresholds)].sort((a, b) => a - b)) {
    if (threshold < min || threshold > max) continue;
    add(from, threshold - 1);
    add(threshold, threshold);
    from = threshold + 1;
  }
  add(from, max);
  return cells;
};

const numericCells = (spec: NumericSpec, atoms: ValueAtom[]): Cell[] => {
  const compares = atoms.filter((atom) => atom.kind === 'compare');
  if (spec.type !== 'money')
    return ranges(
      spec,
      compares.map(({ value }) => value),
      null,
    );
  const named = atoms.flatMap((atom) =>
    atom.kind === 'compare' && atom.currency !== null
      ? [atom.currency]
      : atom.kind === 'currency'
        ? atom.currencies
        : [],
  );
  const known = [...new Set([...spec.currency, ...named])];
  if (spec.currency.length === 0) known.push(otherCurrency(known));
  return known.flatMap((currency) => {
    const own = compares.filter((compare) => compare.currency === currency);
    return ranges(
      spec,
      own.map(({ value }) => value),
      currency,
    );
  });
};

/** More texts tests than this on one fact are not told apart exactly: the conditions count as independent. */
const maxTextTests = 8;

const textCells = (spec: Extract<TypeSpec, { type: 'enum' | 'string' }>, atoms: ValueAtom[]): Cell[] => {
  const named = atoms.flatMap((atom) => (atom.kind === 'oneOf' ? atom.values : []));
  const values = [...new Set([...(spec.type === 'enum' ? spec.values : []), ...named])];
  const exact = values.map((value): Cell => ({ kind: 'text', value, exact: true }));
  if (spec.type === 'enum' && !spec.open) return exact;
  const tests = distinctTests(atoms);
  const cells = [...exact];
  for (let chosen = 0; chosen < 1 << tests.length; chosen++) {
    const holding = tests.filter((_, index) => (chosen >> index) & 1);
    const failing = tests.filter((_, index) => !((chosen >> index) & 1));
    const value = witnessText(holding, failing, values);
    if (value !== null) cells.push({ kind: 'text', value, exact: false });
  }
  return cells;
};

type TextAtom = Extract<Atom, { kind: 'text' }>;

const distinctTests = (atoms: ValueAtom[]): TextAtom[] => [
  ...new Map(
    atoms.filter((atom) => atom.kind === 'text').map((atom) => [`${atom.op} ${atom.value}`, atom] as const),
  ).values(),
];

/** True when the text tests on a fact are few enough to be told apart exactly. */
export const tellsTextsApart = (atoms: ValueAtom[]): boolean => distinctTests(atoms).length <= maxTextTests;

/** The cells of one fact under the conditions that look at it. Sets have dimensions of another kind. */
export const cellsOf = (ref: Ref, atoms: ValueAtom[]): Cell[] => {
  const { spec } = ref;
  const absent: Cell[] = ref.optional ? [{ kind: 'absent' }] : [];
  if (isNumeric(spec)) return [...absent, ...numericCells(spec, atoms)];
  if (isText(spec)) return [...absent, ...textCells(spec, atoms)];
  return [...absent, { kind: 'truth', value: false }, { kind: 'truth', value: true }];
};

const ordered: Record<Order, (value: number, limit: number) => boolean> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
};

export const textHolds = (op: TextAtom['op'], text: string, value: string): boolean =>
  op === 'contains' ? text.includes(value) : op === 'startsWith' ? text.startsWith(value) : text.endsWith(value);

/** What the condition says of every value of the cell; null: it is an error there. */
export const answerIn = (atom: ValueAtom, cell: Cell): boolean | null => {
  if (atom.kind === 'present') return cell.kind !== 'absent';
  if (cell.kind === 'absent') return null;
  switch (atom.kind) {
    case 'isTrue':
      return cell.kind === 'truth' && cell.value;
    case 'compare':
      if (cell.kind !== 'range') return null;
      if (cell.currency !== atom.currency) return atom.op === '==' ? false : atom.op === '!=' ? true : null;
      return ordered[atom.op](cell.from, atom.value);
    case 'currency':
      return cell.kind === 'range' && cell.currency !== null && atom.currencies.includes(cell.currency);
    case 'oneOf':
      return cell.kind === 'text' && atom.values.includes(cell.value);
    case 'text':
      return cell.kind === 'text' && textHolds(atom.op, cell.value, atom.value);
  }
};
