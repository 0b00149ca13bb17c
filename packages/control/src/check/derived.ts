/** What a derived fact cannot be beside the fact it is derived from: there without it, or empty with a member in it. */
import type { Box, Region } from './boxes.ts';
import type { Cell } from './cells.ts';
import type { Space } from './dimension.ts';

const where = <C>(cells: readonly C[], keep: (cell: C) => boolean): bigint =>
  cells.reduce((bits, cell, index) => (keep(cell) ? bits | (1n << BigInt(index)) : bits), 0n);

const boxOf = (space: Space, limits: [position: number, cells: bigint][]): Region => {
  if (limits.some(([, cells]) => cells === 0n)) return [];
  const box: bigint[] = [...space.full];
  for (const [position, cells] of limits) box[position] = cells;
  return [box as Box];
};

const isAbsent = (cell: Cell): boolean => cell.kind === 'absent';

const presenceApart = (space: Space, position: number, origin: number): Region => {
  const [derived, base] = [space.dimensions[position], space.dimensions[origin]];
  if (derived?.kind !== 'fact' || base?.kind !== 'fact') return [];
  const [derivedAbsent, baseAbsent] = [where(derived.cells, isAbsent), where(base.cells, isAbsent)];
  const there = (cells: readonly Cell[]) => where(cells, (cell) => !isAbsent(cell));
  return [
    ...boxOf(space, [
      [position, derivedAbsent],
      [origin, there(base.cells)],
    ]),
    ...boxOf(space, [
      [position, there(derived.cells)],
      [origin, baseAbsent],
    ]),
  ];
};

const emptyWithMember = (space: Space, position: number, set: string): Region => {
  const size = space.dimensions[position];
  if (size?.kind !== 'fact') return [];
  const empty = where(size.cells, (cell) => cell.kind === 'range' && cell.to < 1);
  return space.dimensions.flatMap((dimension, member) => {
    if (dimension.kind !== 'condition' || dimension.atom.kind !== 'member' || dimension.atom.set.key !== set) return [];
    return boxOf(space, [
      [position, empty],
      [member, where(dimension.cells, (holds) => holds)],
    ]);
  });
};

/** The boxes of the space in which a derived fact contradicts its origin. */
export const impossibleDerived = (space: Space): Region =>
  space.dimensions.flatMap((dimension, position) => {
    if (dimension.kind !== 'fact' || dimension.ref.derived === null) return [];
    const { by, from } = dimension.ref.derived;
    const origin = space.index.get(from.key);
    const presence = origin === undefined ? [] : presenceApart(space, position, origin);
    return by === 'size' ? [...presence, ...emptyWithMember(space, position, from.key)] : presence;
  });
