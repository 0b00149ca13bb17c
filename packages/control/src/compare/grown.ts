/** Grows a box as far as it stays in its region: the fewest words that are still true everywhere in it. */
import { type Box, type Budget, intersect, NotProved, outside, type Region } from '../check/boxes.ts';
import type { Space } from '../check/dimension.ts';

type Area = { within: Region; without: Region };

const withCells = (box: Box, position: number, cells: bigint): Box =>
  box.map((own, index) => (index === position ? cells : own));

/** The cells beside those of the box, of a dimension whose cells have an order. */
const besides = (cells: bigint, full: bigint): bigint[] => [cells | ((cells << 1n) & full), cells | (cells >> 1n)];

/** Every input of the box is in the region, or cannot be at all. */
const isInside = (space: Space, box: Box, { within, without }: Area, budget: Budget): boolean =>
  without.every((other) => {
    const common = intersect(box, other);
    return common === null || outside(common, space.impossible, budget) === null;
  }) && outside(box, [...within, ...space.impossible], budget) === null;

const grownIn = (space: Space, box: Box, position: number, area: Area, budget: Budget): Box => {
  const full = space.full[position] ?? 0n;
  const whole = withCells(box, position, full);
  if (isInside(space, whole, area, budget)) return whole;
  let grown = box;
  for (let changed = true; changed; ) {
    changed = false;
    for (const cells of besides(grown[position] ?? 0n, full)) {
      if (cells === grown[position]) continue;
      const wider = withCells(grown, position, cells);
      if (!isInside(space, wider, area, budget)) continue;
      grown = wider;
      changed = true;
      break;
    }
  }
  return grown;
};

/** The box as large as it can be, one dimension after the other; as it was when that takes too many steps. */
export const grown = (space: Space, box: Box, area: Area, budget: Budget): Box => {
  try {
    // What can be left out altogether goes first: a shorter sentence before a wider range.
    return space.dimensions.reduce<Box>((wider, _, position) => grownIn(space, wider, position, area, budget), box);
  } catch (error) {
    if (error instanceof NotProved) return box;
    throw error;
  }
};
