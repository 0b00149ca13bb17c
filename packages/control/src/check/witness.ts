/**
 * A concrete input for a box: one value for each fact the step reads, in the form of the wire. Related facts and derived
 * ones (sizes, local time) are searched for among a few candidates; whoever shows the case replays it first.
 */
import type { Json } from '@belay/protocol';
import { type Place, withValue } from '../evaluate/records.ts';
import type { Ir, Ref } from '../expression/ir.ts';
import type { GateInput, TypeSpec } from '../model.ts';
import { formatDecimal } from '../value/decimal.ts';
import { minorDigits, wireMoney } from '../value/money.ts';
import { boundsOf, isNumeric, type NumericSpec } from '../value/spec.ts';
import { formatDate, formatDuration, formatTimestamp, localTimeIn } from '../value/time.ts';
import { type Box, cellsIn } from './boxes.ts';
import { type Cell, textHolds } from './cells.ts';
import type { Dimension, Relation, Space } from './dimension.ts';

/** What the box says of each dimension: one of its cells, the first. */
type Choice = {
  facts: Map<string, Cell>;
  relations: { left: Ref; right: Ref; relation: Relation }[];
  conditions: Map<string, boolean>;
};

const choose = (space: Space, box: Box): Choice => {
  const choice: Choice = { facts: new Map(), relations: [], conditions: new Map() };
  for (const [position, dimension] of space.dimensions.entries()) {
    const [first = 0] = cellsIn(box[position] ?? 0n);
    if (dimension.kind === 'fact') choice.facts.set(dimension.key, dimension.cells[first] as Cell);
    else if (dimension.kind === 'condition') choice.conditions.set(dimension.key, dimension.cells[first] as boolean);
    else {
      const relation = dimension.cells[first] as Relation;
      choice.relations.push({ left: dimension.left, right: dimension.right, relation });
    }
  }
  return choice;
};

/** Round values read better than odd ones: 100.00 rather than 99.37. */
const rangeValues = (spec: NumericSpec, { from, to, currency }: Extract<Cell, { kind: 'range' }>): number[] => {
  const unit = spec.type === 'money' ? 10 ** minorDigits(currency ?? 'EUR') : 1;
  const zero = from <= 0 && to >= 0 ? [0] : [];
  const round = [100 * unit, unit, 10 * unit, 1000 * unit].filter((value) => value >= from && value <= to);
  const near = from > Number.MIN_SAFE_INTEGER ? [from, from + 1] : [];
  const far = to < Number.MAX_SAFE_INTEGER ? [to, to - 1] : [];
  return [...new Set([...round, ...near, ...far, ...zero])].filter((value) => value >= from && value <= to);
};

export const wireInteger = (spec: NumericSpec, value: number, currency: string | null): Json => {
  switch (spec.type) {
    case 'int':
      return value;
    case 'decimal':
      return formatDecimal(value, spec.scale);
    case 'money':
      return wireMoney({ currency: currency ?? spec.currency[0] ?? 'EUR', minor: value });
    case 'duration':
      return formatDuration(value);
    case 'date':
      return formatDate(value);
    case 'timestamp':
      return formatTimestamp(value);
  }
};

type Candidate = { wire: Json | undefined; rank: number | string | boolean | null; currency: string | null };

const absent: Candidate = { wire: undefined, rank: null, currency: null };

/** Values of the cell, as they are on the wire and as they are compared. */
const candidatesIn = (spec: TypeSpec, cell: Cell): Candidate[] => {
  switch (cell.kind) {
    case 'absent':
      return [absent];
    case 'truth':
      return [{ wire: cell.value, rank: cell.value, currency: null }];
    case 'text': {
      const more = cell.exact ? [] : [`${cell.value}-2`];
      return [cell.value, ...more].map((value) => ({ wire: value, rank: value, currency: null }));
    }
    case 'range': {
      const { currency } = cell;
      const numeric = spec as NumericSpec;
      return rangeValues(numeric, cell).map((value) => ({
        wire: wireInteger(numeric, value, currency),
        rank: value,
        currency,
      }));
    }
  }
};

const stands = (left: Candidate, right: Candidate, relation: Relation): boolean => {
  if (left.rank === null || right.rank === null) return true;
  if (left.currency !== right.currency) return relation === 'apart';
  if (relation === '≠') return left.rank !== right.rank;
  if (relation === '=') return left.rank === right.rank;
  return relation === '<' ? left.rank < right.rank : relation === '>' && left.rank > right.rank;
};

/** Candidates of one fact, with those of the facts that it is compared with: they may have to be equal. */
const related = (refs: Map<string, Ref>, choice: Choice): Map<string, Candidate[]> => {
  const own = new Map(
    [...refs].map(([key, ref]) => [key, candidatesIn(ref.spec, choice.facts.get(key) ?? plainCell(ref))]),
  );
  const extended = new Map(own);
  for (const { left, right } of choice.relations) {
    for (const [a, b] of [
      [left, right],
      [right, left],
    ] as const) {
      const cell = choice.facts.get(a.key) ?? plainCell(a);
      const others = (own.get(b.key) ?? [])
        .flatMap((candidate) => shifted(a, candidate))
        .filter((candidate) => fits(cell, candidate));
      extended.set(a.key, [...(extended.get(a.key) ?? []), ...others]);
    }
  }
  return extended;
};

/** The candidate itself, and for numbers its neighbours. */
const shifted = ({ spec }: Ref, { rank, wire, currency }: Candidate): Candidate[] => {
  if (typeof rank !== 'number' || !isNumeric(spec)) return [{ rank, wire, currency }];
  return [rank, rank - 1, rank + 1].map((value) => ({
    rank: value,
    currency,
    wire: wireInteger(spec, value, currency),
  }));
};

const fits = (cell: Cell, { rank, currency }: Candidate): boolean => {
  if (cell.kind === 'range')
    return typeof rank === 'number' && rank >= cell.from && rank <= cell.to && currency === cell.currency;
  return cell.kind === 'text' && typeof rank === 'string' && (!cell.exact || rank === cell.value);
};

/** A usable value of a fact that no condition divides. */
const plainCell = (ref: Ref): Cell => {
  const { spec } = ref;
  if (isNumeric(spec)) {
    const currency = spec.type === 'money' ? (spec.currency[0] ?? 'EUR') : null;
    const { min, max } = boundsOf(spec, currency ?? undefined);
    return { kind: 'range', from: min, to: max, currency };
  }
  if (spec.type === 'bool') return { kind: 'truth', value: false };
  return {
    kind: 'text',
    value: spec.type === 'enum' ? (spec.values[0] ?? 'other') : 'other',
    exact: spec.type === 'enum',
  };
};

const maxTries = 20_000;

/** One candidate for each fact so that every relation stands; null when none was found among the candidates. */
const assign = (refs: Map<string, Ref>, choice: Choice): Map<string, Candidate> | null => {
  const candidates = related(refs, choice);
  const involved = [...new Set(choice.relations.flatMap(({ left, right }) => [left.key, right.key]))];
  const chosen = new Map([...candidates].map(([key, values]) => [key, values[0] ?? absent]));
  let tries = 0;
  const search = (position: number): boolean => {
    const key = involved[position];
    if (key === undefined) return true;
    for (const candidate of candidates.get(key) ?? []) {
      if (++tries > maxTries) return false;
      chosen.set(key, candidate);
      const known = new Set(involved.slice(0, position + 1));
      const consistent = choice.relations.every(({ left, right, relation }) => {
        if (!known.has(left.key) || !known.has(right.key)) return true;
        return stands(chosen.get(left.key) ?? absent, chosen.get(right.key) ?? absent, relation);
      });
      if (consistent && search(position + 1)) return true;
    }
    return false;
  };
  return search(0) ? chosen : null;
};

const elementHolds = (test: Ir, element: string): boolean => {
  switch (test.kind) {
    case 'constant':
      return test.value;
    case 'not':
      return !elementHolds(test.of, element);
    case 'and':
      return test.of.every((part) => elementHolds(part, element));
    case 'or':
      return test.of.some((part) => elementHolds(part, element));
    case 'oneOf':
      return test.values.includes(element);
    case 'text':
      return textHolds(test.op, element, test.value);
    default:
      return false;
  }
};

const textsIn = (test: Ir): string[] => {
  if (test.kind === 'and' || test.kind === 'or') return test.of.flatMap(textsIn);
  if (test.kind === 'not') return textsIn(test.of);
  return test.kind === 'oneOf' ? test.values : test.kind === 'text' ? [test.value, `${test.value}-2`] : [];
};

type ConditionDimension = Extract<Dimension, { kind: 'condition' }>;

/** Members that a set needs so that its conditions are answered as chosen; sizes are padded afterwards. */
const membersFor = (set: Ref, space: Space, choice: Choice, texts: Map<string, Candidate>): string[] => {
  const members: string[] = [];
  const conditions = space.dimensions.filter(
    (dimension): dimension is ConditionDimension => dimension.kind === 'condition',
  );
  for (const { key, atom } of conditions) {
    const wanted = choice.conditions.get(key) === true;
    if (atom.kind === 'member' && atom.set.key === set.key && wanted) members.push(atom.value);
    if (atom.kind === 'memberFact' && atom.set.key === set.key && wanted) {
      const element = texts.get(atom.element.key)?.rank;
      if (typeof element === 'string') members.push(element);
    }
    if (atom.kind === 'quantifier' && atom.set.key === set.key && wanted !== atom.all) {
      const needed = [...textsIn(atom.test), 'other'].find((text) => elementHolds(atom.test, text) === wanted);
      if (needed !== undefined) members.push(needed);
    }
  }
  return [...new Set(members)];
};

const padded = (members: string[], size: Cell | undefined): string[] => {
  if (size?.kind !== 'range') return members;
  const filled = [...members];
  for (let count = 1; filled.length < size.from && count < 10_000; count++) filled.push(`other-${count}`);
  return filled;
};

const hours = Array.from({ length: 7 * 24 }, (_, hour) => Date.UTC(2026, 0, 5, hour, 30));

/** Is the instant in the chosen cells: its own, that of its local hour, that of its weekday? */
const isLocally = (ref: Ref, ms: number, derived: Map<string, Cell>): boolean => {
  const { hour, minute, weekday } = localTimeIn(ref.spec.type === 'timestamp' ? ref.spec.zone : 'UTC')(ms);
  const within = (key: string, value: number) => {
    const cell = derived.get(key);
    return cell?.kind !== 'range' || (value >= cell.from && value <= cell.to);
  };
  const day = derived.get(`weekday(${ref.key})`);
  const onDay = day?.kind !== 'text' || day.value === weekday;
  return onDay && within(`hour(${ref.key})`, hour) && within(`minute(${ref.key})`, minute) && within(ref.key, ms);
};

/** A text, set or instant whose derived facts are as chosen, as far as a few candidates can be. */
const withDerived = (ref: Ref, candidate: Candidate, derived: Map<string, Cell>): Candidate => {
  const size = derived.get(`size(${ref.key})`);
  if (size?.kind === 'range' && typeof candidate.rank === 'string') {
    const text = candidate.rank.padEnd(size.from, '.').slice(0, Math.max(size.to, 0));
    return { ...candidate, wire: text, rank: text };
  }
  if (ref.spec.type !== 'timestamp' || typeof candidate.rank !== 'number') return candidate;
  const { rank } = candidate;
  const found = [rank, ...hours].find((ms) => isLocally(ref, ms, derived));
  return found === undefined ? candidate : { ...candidate, wire: formatTimestamp(found), rank: found };
};

/** Where each fact goes in the input. */
export type Placed = { ref: Ref; place: Place };

/** An input of one step with these values at their places. */
const placeInput = (step: string, values: { place: Place; value: Json | undefined }[]): GateInput =>
  values.reduce<GateInput>((input, { place, value }) => withValue(input, place, value), {
    step,
    arguments: {},
    agent: {},
    system: {},
    looked: {},
  });

/** An input in `box`, or null when its facts could not be brought together. */
export const witnessOf = (space: Space, box: Box, step: string, placed: Placed[]): GateInput | null => {
  const choice = choose(space, box);
  const refs = new Map(placed.filter(({ ref }) => ref.spec.type !== 'set').map(({ ref }) => [ref.key, ref]));
  const assigned = assign(refs, choice);
  if (assigned === null) return null;
  const values = placed.map(({ ref, place }) => {
    if (ref.spec.type === 'set') {
      if (choice.facts.get(ref.key)?.kind === 'absent') return { place, value: undefined };
      return { place, value: padded(membersFor(ref, space, choice, assigned), choice.facts.get(`size(${ref.key})`)) };
    }
    return { place, value: withDerived(ref, assigned.get(ref.key) ?? absent, choice.facts).wire };
  });
  return placeInput(step, values);
};
