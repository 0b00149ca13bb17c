/**
 * Whose turn it is. Turns are counted on the wall clock of the schedule's zone, from the first hand-over on, and a
 * turn begins at the instant of its wall time: so 08:00 stays 08:00 through daylight saving, and a turn may be an
 * hour longer or shorter. Of several turns that have begun the latest counts; a turn inside a skipped day is empty.
 */
import { hour, instantOf, readWall, wallOf } from './wallclock.ts';

export type Rotation = {
  /** in the order of their turns */
  people: string[];
  /** wall time of the first hand-over, `2026-01-05T08:00`: nobody is on call before it */
  from: string;
  /** length of one turn on the wall clock: a day is 24 h of it, whatever the real day lasts */
  turnMs: number;
};

/** Shorter turns could overtake each other where clocks are put forward. */
export const shortestTurnMs = hour;

/** The instant at which turn number `turn` begins. */
export const turnStart = (rotation: Rotation, zone: string, turn: number): number =>
  instantOf(zone, readWall(rotation.from) + turn * rotation.turnMs);

/** Number of the turn at an instant; negative: the rotation has not begun. */
export const turnAt = (rotation: Rotation, zone: string, at: number): number => {
  const first = readWall(rotation.from);
  const start = (turn: number): number => instantOf(zone, first + turn * rotation.turnMs);
  let turn = Math.floor((wallOf(zone, at) - first) / rotation.turnMs);
  while (start(turn + 1) <= at) turn++;
  while (start(turn) > at) turn--;
  return turn;
};

/** People in the order in which they are asked in this turn: the one whose turn it is, then who comes next. */
export const order = (rotation: Rotation, turn: number): string[] => {
  if (turn < 0 || rotation.people.length === 0) return [];
  const first = turn % rotation.people.length;
  return [...rotation.people.slice(first), ...rotation.people.slice(0, first)];
};
