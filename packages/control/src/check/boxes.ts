/**
 * Boxes: for each dimension the set of its cells, as the bits of a number. Regions are lists of boxes. The question
 * behind every proof is whether a box is covered by others; it is answered exactly, within a budget of steps.
 */

export type Box = readonly bigint[];
export type Region = Box[];

/** The proof took more steps than allowed: an honest third answer. */
export class NotProved extends Error {}

/** Comparisons of cells that may still be made. */
export type Budget = { steps: number };

const spend = (budget: Budget, steps: number): void => {
  budget.steps -= steps;
  if (budget.steps < 0) throw new NotProved('The step budget of the proof is used up.');
};

/** What two boxes have in common, or null. */
export const intersect = (a: Box, b: Box): Box | null => {
  const common = new Array<bigint>(a.length);
  for (let index = 0; index < a.length; index++) {
    const cells = (a[index] as bigint) & (b[index] as bigint);
    if (cells === 0n) return null;
    common[index] = cells;
  }
  return common;
};

export const intersectAll = (left: Region, right: Region, budget: Budget): Region => {
  const found: Region = [];
  for (const a of left) {
    spend(budget, right.length * a.length);
    for (const b of right) {
      const common = intersect(a, b);
      if (common !== null) found.push(common);
    }
  }
  return found;
};

const withCells = (box: Box, dimension: number, cells: bigint): Box => {
  const changed = [...box];
  changed[dimension] = cells;
  return changed;
};

/** Joins boxes that differ in one and the same dimension from the whole space: `country in [...]` stays one box. */
export const joined = (region: Region, full: Box): Region => {
  const single = new Map<number, bigint>();
  const rest: Region = [];
  for (const box of region) {
    const narrowed = box.flatMap((cells, index) => (cells === full[index] ? [] : [index]));
    const [only] = narrowed;
    if (narrowed.length === 1 && only !== undefined) single.set(only, (single.get(only) ?? 0n) | (box[only] as bigint));
    else rest.push(box);
  }
  return [...rest, ...[...single].map(([dimension, cells]) => withCells(full, dimension, cells))];
};

type Pivot = { active: Box[]; pivot: Box | null };

/** The covers that touch the box, and the one among them that narrows it in the fewest dimensions. */
const touching = (box: Box, covers: Region): Pivot | 'covered' => {
  const active: Box[] = [];
  let pivot: Box | null = null;
  let fewest = Number.POSITIVE_INFINITY;
  for (const cover of covers) {
    let narrowed = 0;
    let disjoint = false;
    for (let index = 0; index < box.length; index++) {
      const common = (box[index] as bigint) & (cover[index] as bigint);
      if (common === 0n) {
        disjoint = true;
        break;
      }
      if (common !== box[index]) narrowed++;
    }
    if (disjoint) continue;
    if (narrowed === 0) return 'covered';
    active.push(cover);
    if (narrowed < fewest) {
      fewest = narrowed;
      pivot = cover;
    }
  }
  return { active, pivot };
};

/** The dimension in which the most covers narrow the box, among those in which the pivot does. */
const splitDimension = (box: Box, pivot: Box, active: Box[]): number => {
  let best = -1;
  let most = -1;
  for (let index = 0; index < box.length; index++) {
    if (((box[index] as bigint) & ~(pivot[index] as bigint)) === 0n) continue;
    let narrowing = 0;
    for (const cover of active) if (((box[index] as bigint) & ~(cover[index] as bigint)) !== 0n) narrowing++;
    if (narrowing > most) {
      most = narrowing;
      best = index;
    }
  }
  return best;
};

/** A part of `box` that no cover covers, or null when there is none. */
export const outside = (box: Box, covers: Region, budget: Budget): Box | null => {
  spend(budget, covers.length * box.length);
  const found = touching(box, covers);
  if (found === 'covered') return null;
  const { active, pivot } = found;
  if (pivot === null) return box;
  const dimension = splitDimension(box, pivot, active);
  const cells = box[dimension] as bigint;
  const inPivot = cells & (pivot[dimension] as bigint);
  return (
    outside(withCells(box, dimension, cells & ~inPivot), active, budget) ??
    outside(withCells(box, dimension, inPivot), active, budget)
  );
};

/** Every part of `box` that no cover covers, as disjoint boxes. */
export const remainder = (box: Box, covers: Region, budget: Budget): Region => {
  spend(budget, (covers.length + 1) * box.length);
  const found = touching(box, covers);
  if (found === 'covered') return [];
  const { active, pivot } = found;
  if (pivot === null) return [box];
  const dimension = splitDimension(box, pivot, active);
  const cells = box[dimension] as bigint;
  const inPivot = cells & (pivot[dimension] as bigint);
  return [
    ...remainder(withCells(box, dimension, cells & ~inPivot), active, budget),
    ...remainder(withCells(box, dimension, inPivot), active, budget),
  ];
};

/** The first part of a region that no cover covers, or null. */
export const outsideOf = (region: Region, covers: Region, budget: Budget): Box | null => {
  for (const box of region) {
    const found = outside(box, covers, budget);
    if (found !== null) return found;
  }
  return null;
};

/** Numbers of the cells in a set, ascending. */
export const cellsIn = (cells: bigint): number[] => {
  const found: number[] = [];
  for (let index = 0, rest = cells; rest !== 0n; index++, rest >>= 1n) if (rest & 1n) found.push(index);
  return found;
};
