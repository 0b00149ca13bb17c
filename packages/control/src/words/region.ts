/** A box of inputs in words: "when amount is from EUR 500.01 to EUR 800.00, and invoice matched is yes". */
import { type Box, cellsIn } from '../check/boxes.ts';
import type { Cell } from '../check/cells.ts';
import type { Dimension, Relation, Space } from '../check/dimension.ts';
import type { Ref } from '../expression/ir.ts';
import { boundsOf, isNumeric, type NumericSpec } from '../value/spec.ts';
import { sayList } from './names.ts';
import { type Known, sayAtom, sayInteger, sayRef } from './phrase.ts';

type Range = Extract<Cell, { kind: 'range' }>;

/** Ranges of one currency that follow one another, joined. */
const joinedRanges = (ranges: Range[]): Range[] => {
  const found: Range[] = [];
  for (const range of ranges) {
    const last = found.at(-1);
    if (last !== undefined && last.currency === range.currency && last.to + 1 === range.from) last.to = range.to;
    else found.push({ ...range });
  }
  return found;
};

const sayRange = (spec: NumericSpec, { from, to, currency }: Range): string => {
  const { min, max } = boundsOf(spec, currency ?? undefined);
  const say = (value: number) => sayInteger(spec, value, currency);
  if (from === to) return say(from);
  if (from <= min && to >= max) return currency === null ? 'anything' : `in ${currency}`;
  if (from <= min) return `at most ${say(to)}`;
  return to >= max ? `at least ${say(from)}` : `from ${say(from)} to ${say(to)}`;
};

const sayCell = (cell: Cell): string => {
  if (cell.kind === 'absent') return 'not known';
  if (cell.kind === 'truth') return cell.value ? 'yes' : 'no';
  return cell.kind === 'text' ? (cell.exact ? cell.value : 'something else') : '';
};

/** More pieces than these are not listed: nobody can follow them. */
const maxPieces = 4;

const sayFact = (ref: Ref, cells: Cell[]): string => {
  const ranges = joinedRanges(cells.filter((cell) => cell.kind === 'range'));
  const { spec } = ref;
  const pieces = [
    ...ranges.map((range) => (isNumeric(spec) ? sayRange(spec, range) : '')),
    ...cells.filter((cell) => cell.kind !== 'range').map(sayCell),
  ];
  const distinct = [...new Set(pieces)];
  const said = distinct.length > maxPieces ? 'one of several values' : sayList(distinct, 'or');
  return `${sayRef(ref)} is ${said}`;
};

const relationWords: Record<Relation, string> = {
  '<': 'below',
  '=': 'the same as',
  '>': 'above',
  '≠': 'other than',
  apart: 'in another currency than',
};

const sayDimension = (dimension: Dimension, cells: bigint, known: Known): string => {
  const chosen = cellsIn(cells);
  switch (dimension.kind) {
    case 'fact':
      return sayFact(
        dimension.ref,
        chosen.flatMap((index) => dimension.cells[index] ?? []),
      );
    case 'relation': {
      const words = chosen.flatMap((index) => relationWords[dimension.cells[index] as Relation] ?? []);
      return `${sayRef(dimension.left)} is ${sayList(words, 'or')} ${sayRef(dimension.right)}`;
    }
    case 'condition':
      return sayAtom(dimension.atom, dimension.cells[chosen[0] ?? 0] === true, known);
  }
};

/** Dimensions of the box that do not leave everything open. */
export const narrowedIn = (space: Space, box: Box): number[] =>
  space.dimensions.flatMap((_, position) => (box[position] === space.full[position] ? [] : [position]));

/** What holds in the box of these dimensions; empty: nothing is said of any. */
export const sayBox = (space: Space, box: Box, positions: readonly number[], known: Known): string =>
  sayList(
    positions.flatMap((position) => {
      const dimension = space.dimensions[position];
      return dimension === undefined ? [] : [sayDimension(dimension, box[position] ?? 0n, known)];
    }),
  );

/** The facts that these dimensions are about. */
export const factsAt = (space: Space, positions: readonly number[]): Ref[] =>
  positions.flatMap((position) => {
    const dimension = space.dimensions[position];
    if (dimension === undefined || dimension.kind === 'condition') return [];
    return dimension.kind === 'fact' ? [dimension.ref] : [dimension.left, dimension.right];
  });
