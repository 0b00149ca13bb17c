/** Comparisons of two facts as a dimension of their own, with the combinations that cannot be. */
import type { Order, Ref } from '../expression/ir.ts';
import { isNumeric } from '../value/spec.ts';
import type { Box, Region } from './boxes.ts';
import type { Cell } from './cells.ts';
import type { Dimension, Relation, Space } from './dimension.ts';

/** One dimension for both directions of a comparison. */
export const relationKey = (left: Ref, right: Ref): string => `${left.key} ? ${right.key}`;

export const relationCells = (left: Ref): Relation[] => {
  if (left.spec.type === 'money') return ['<', '=', '>', 'apart'];
  return isNumeric(left.spec) ? ['<', '=', '>'] : ['=', '≠'];
};

/** Whether the comparison holds under the relation; null: amounts in different currencies have no order. */
export const relationAnswer = (op: Order, relation: Relation): boolean | null => {
  if (relation === 'apart' && op !== '==' && op !== '!=') return null;
  switch (op) {
    case '==':
      return relation === '=';
    case '!=':
      return relation !== '=';
    case '<':
      return relation === '<';
    case '<=':
      return relation !== '>';
    case '>':
      return relation === '>';
    case '>=':
      return relation !== '<';
  }
};

const rangesCan = (
  a: Extract<Cell, { kind: 'range' }>,
  b: Extract<Cell, { kind: 'range' }>,
  relation: Relation,
): boolean => {
  if (a.currency !== b.currency) return relation === 'apart';
  if (relation === '<') return a.from < b.to;
  if (relation === '>') return a.to > b.from;
  return relation === '=' && a.from <= b.to && b.from <= a.to;
};

/** Can values of these two cells stand in this relation? Unsure counts as yes. */
const can = (a: Cell, b: Cell, relation: Relation): boolean => {
  if (a.kind === 'absent' || b.kind === 'absent') return true;
  if (a.kind === 'range' && b.kind === 'range') return rangesCan(a, b, relation);
  if (a.kind === 'truth' && b.kind === 'truth') return (relation === '=') === (a.value === b.value);
  if (a.kind !== 'text' || b.kind !== 'text') return true;
  if (a.exact && b.exact) return (relation === '=') === (a.value === b.value);
  return true;
};

const factAt = (space: Space, key: string): { position: number; cells: Cell[] } => {
  const position = space.index.get(key) ?? -1;
  const dimension = space.dimensions[position];
  if (dimension?.kind !== 'fact') throw new Error(`The space has no fact ${key}.`);
  return { position, cells: dimension.cells };
};

const impossibleIn = (space: Space, relation: Extract<Dimension, { kind: 'relation' }>, position: number): Region => {
  const left = factAt(space, relation.left.key);
  const right = factAt(space, relation.right.key);
  const found: Box[] = [];
  for (const [number, cell] of left.cells.entries()) {
    for (const [which, wanted] of relation.cells.entries()) {
      let never = 0n;
      for (const [other, candidate] of right.cells.entries()) {
        if (!can(cell, candidate, wanted)) never |= 1n << BigInt(other);
      }
      if (never === 0n) continue;
      const box = [...space.full];
      box[left.position] = 1n << BigInt(number);
      box[right.position] = never;
      box[position] = 1n << BigInt(which);
      found.push(box);
    }
  }
  return found;
};

/** The boxes of the space in which a relation contradicts the values of its facts. */
export const impossibleRelations = (space: Space): Region =>
  space.dimensions.flatMap((dimension, position) =>
    dimension.kind === 'relation' ? impossibleIn(space, dimension, position) : [],
  );
