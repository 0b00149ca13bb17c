/**
 * The space of all inputs of one step, as far as its conditions can tell them apart: one dimension for each fact, each
 * pair of facts that is compared, each member of a set that is asked for. What no dimension can express exactly (sizes,
 * `all`, local time) counts as independent: proofs stay sound, a case may turn out impossible and is replayed first.
 */
import { type Atom, eachAtom, type Ir, type Ref } from '../expression/ir.ts';
import { isText } from '../value/spec.ts';
import type { Box } from './boxes.ts';
import { cellsOf, tellsTextsApart, type ValueAtom } from './cells.ts';
import { impossibleDerived } from './derived.ts';
import type { Dimension, Space } from './dimension.ts';
import { impossibleRelations, relationCells, relationKey } from './relations.ts';

/** Key of a condition that has its own dimension: membership, quantifiers, and texts that cannot be told apart. */
export const conditionKey = (atom: Atom): string =>
  JSON.stringify(atom, (key, value) => (key === 'spec' ? undefined : value));

const isValueAtom = (atom: Atom): atom is ValueAtom =>
  ['isTrue', 'compare', 'currency', 'oneOf', 'text', 'present'].includes(atom.kind);

const isSet = (ref: Ref): boolean => ref.spec.type === 'set';

type Collected = {
  refs: Map<string, { ref: Ref; atoms: ValueAtom[] }>;
  pairs: Map<string, [Ref, Ref]>;
  conditions: Map<string, Atom>;
};

const collect = (irs: Ir[]): Collected => {
  const collected: Collected = { refs: new Map(), pairs: new Map(), conditions: new Map() };
  const see = (ref: Ref, atom?: ValueAtom) => {
    const known = collected.refs.get(ref.key) ?? { ref, atoms: [] };
    if (atom) known.atoms.push(atom);
    if (ref.derived !== null && ref.optional) see(ref.derived.from);
    collected.refs.set(ref.key, known);
  };
  const visit = (atom: Atom) => {
    if (atom.kind === 'compareFacts') {
      see(atom.left);
      see(atom.right);
      collected.pairs.set(relationKey(atom.left, atom.right), [atom.left, atom.right]);
    } else if (isValueAtom(atom)) see(atom.ref, atom);
    else {
      collected.conditions.set(conditionKey(atom), atom);
      if (atom.set.optional) see(atom.set);
      if (atom.kind === 'memberFact') see(atom.element);
    }
  };
  for (const ir of irs) eachAtom(ir, visit);
  return collected;
};

/** `present(set)`: an optional set has its presence as a dimension of its own. */
const factDimension = (ref: Ref, atoms: ValueAtom[]): Dimension[] => {
  if (!isSet(ref)) return [{ key: ref.key, kind: 'fact', ref, cells: cellsOf(ref, atoms) }];
  if (!ref.optional) return [];
  return [{ key: ref.key, kind: 'fact', ref, cells: [{ kind: 'absent' }, { kind: 'truth', value: true }] }];
};

/** The space of the inputs that the conditions can tell apart. */
export const spaceOf = (irs: Ir[]): Space => {
  const { refs, pairs, conditions } = collect(irs);
  const dimensions: Dimension[] = [];
  for (const { ref, atoms } of refs.values()) {
    const apart = !isText(ref.spec) || tellsTextsApart(atoms);
    if (!apart) for (const atom of atoms) if (atom.kind === 'text') conditions.set(conditionKey(atom), atom);
    dimensions.push(...factDimension(ref, apart ? atoms : atoms.filter(({ kind }) => kind !== 'text')));
  }
  for (const [key, [left, right]] of pairs)
    dimensions.push({ key, kind: 'relation', left, right, cells: relationCells(left) });
  for (const [key, atom] of conditions) dimensions.push({ key, kind: 'condition', atom, cells: [false, true] });
  const index = new Map(dimensions.map(({ key }, position) => [key, position]));
  const full = dimensions.map(({ cells }) => (1n << BigInt(cells.length)) - 1n);
  const space: Space = { dimensions, index, full, impossible: [] };
  space.impossible = [...impossibleRelations(space), ...impossibleDerived(space)];
  return space;
};

/** The box in which one dimension is limited to the cells for which `keep` holds; null when there are none. */
export const boxWhere = (space: Space, key: string, keep: (cell: never) => boolean): Box | null => {
  const position = space.index.get(key);
  const dimension = position === undefined ? undefined : space.dimensions[position];
  if (position === undefined || dimension === undefined) throw new Error(`The space has no dimension ${key}.`);
  let cells = 0n;
  for (const [number, cell] of dimension.cells.entries()) if (keep(cell as never)) cells |= 1n << BigInt(number);
  if (cells === 0n) return null;
  const box = [...space.full];
  box[position] = cells;
  return box;
};
