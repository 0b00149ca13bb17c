/** Conditions as regions of the space: where they hold, where they fail, where they are an error. */
import type { Atom, Ir, Ref } from '../expression/ir.ts';
import { type Box, type Budget, intersectAll, joined, type Region } from './boxes.ts';
import { answerIn, type Cell, type ValueAtom } from './cells.ts';
import type { Relation, Space } from './dimension.ts';
import { relationAnswer, relationKey } from './relations.ts';
import { boxWhere, conditionKey } from './space.ts';

export type Regions = { yes: Region; no: Region; error: Region };

const asRegion = (box: Box | null): Region => (box === null ? [] : [box]);

const byAnswer = <C>(space: Space, key: string, answer: (cell: C) => boolean | null): Regions => ({
  yes: asRegion(boxWhere(space, key, (cell: C) => answer(cell) === true)),
  no: asRegion(boxWhere(space, key, (cell: C) => answer(cell) === false)),
  error: asRegion(boxWhere(space, key, (cell: C) => answer(cell) === null)),
});

const isThere = (space: Space, ref: Ref): Regions | null =>
  ref.optional ? byAnswer(space, ref.key, (cell: Cell) => (cell.kind === 'absent' ? null : true)) : null;

/** Limits the answer to where the facts that it reads are there; elsewhere it is an error. */
const guardedBy = (space: Space, refs: Ref[], regions: Regions, budget: Budget): Regions =>
  refs.reduce((guarded, ref) => {
    const there = isThere(space, ref);
    if (there === null) return guarded;
    return {
      yes: intersectAll(there.yes, guarded.yes, budget),
      no: intersectAll(there.yes, guarded.no, budget),
      error: [...there.error, ...intersectAll(there.yes, guarded.error, budget)],
    };
  }, regions);

const valueRegions = (space: Space, atom: ValueAtom): Regions => {
  const own = conditionKey(atom);
  if (!space.index.has(own)) return byAnswer(space, atom.ref.key, (cell: Cell) => answerIn(atom, cell));
  return byAnswer(space, own, (cell: boolean) => cell);
};

const atomRegions = (space: Space, atom: Atom, budget: Budget): Regions => {
  switch (atom.kind) {
    case 'compareFacts': {
      const { left, right, op } = atom;
      const key = relationKey(left, right);
      const regions = byAnswer(space, key, (relation: Relation) => relationAnswer(op, relation));
      return guardedBy(space, [right, left], regions, budget);
    }
    case 'member':
    case 'quantifier':
      return guardedBy(
        space,
        [atom.set],
        byAnswer(space, conditionKey(atom), (cell: boolean) => cell),
        budget,
      );
    case 'memberFact': {
      const regions = byAnswer(space, conditionKey(atom), (cell: boolean) => cell);
      return guardedBy(space, [atom.set, atom.element], regions, budget);
    }
    default:
      return space.index.has(conditionKey(atom))
        ? guardedBy(space, [atom.ref], valueRegions(space, atom), budget)
        : valueRegions(space, atom);
  }
};

/**
 * `a && b && c`, read from left to right: each part is looked at only where the parts before it hold, so that an error
 * counts only there. The whole fails where a part fails and no part before it is an error.
 */
const conjunction = (space: Space, parts: Regions[], budget: Budget): Regions => {
  let yes: Region = [space.full];
  let defined: Region = [space.full];
  const no: Region = [];
  const error: Region = [];
  for (const part of parts) {
    no.push(...intersectAll(defined, part.no, budget));
    if (part.error.length > 0) {
      error.push(...intersectAll(yes, part.error, budget));
      defined = intersectAll(defined, [...part.yes, ...part.no], budget);
    }
    yes = joined(intersectAll(yes, part.yes, budget), space.full);
  }
  return { yes, no: joined(no, space.full), error };
};

const swapped = ({ yes, no, error }: Regions): Regions => ({ yes: no, no: yes, error });

/** Where the condition holds, fails, and has no answer. */
export const regionsOf = (space: Space, ir: Ir, budget: Budget): Regions => {
  switch (ir.kind) {
    case 'constant':
      return ir.value ? { yes: [space.full], no: [], error: [] } : { yes: [], no: [space.full], error: [] };
    case 'not':
      return swapped(regionsOf(space, ir.of, budget));
    case 'and':
      return conjunction(
        space,
        ir.of.map((each) => regionsOf(space, each, budget)),
        budget,
      );
    case 'or':
      return swapped(
        conjunction(
          space,
          ir.of.map((each) => swapped(regionsOf(space, each, budget))),
          budget,
        ),
      );
    default:
      return atomRegions(space, ir, budget);
  }
};
