/** What the space of a step's inputs is made of: its dimensions, each divided into cells, and the boxes that cannot be. */
import type { Atom, Ref } from '../expression/ir.ts';
import type { Box, Region } from './boxes.ts';
import type { Cell } from './cells.ts';

/** How the left fact stands to the right one; `apart`: amounts in different currencies. */
export type Relation = '<' | '=' | '>' | '≠' | 'apart';

export type Dimension = { key: string } & (
  | { kind: 'fact'; ref: Ref; cells: Cell[] }
  | { kind: 'relation'; left: Ref; right: Ref; cells: Relation[] }
  /** a condition that is true or false by itself */
  | { kind: 'condition'; atom: Atom; cells: boolean[] }
);

export type Space = {
  dimensions: Dimension[];
  index: Map<string, number>;
  full: Box;
  /** boxes in which no input lies, such as a = 3, b = 5, a > b */
  impossible: Region;
};
