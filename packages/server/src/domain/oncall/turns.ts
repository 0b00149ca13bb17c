/**
 * Whether there is a turn to exchange. A swap, or a cover in place of somebody, in a time without a turn of theirs would
 * change nothing, and nobody would notice until the wrong person is told.
 */
import { windows } from './hours.ts';
import { turnAt, turnStart } from './rotation.ts';
import type { Layer } from './schedule.ts';
import type { Interval } from './timeline.ts';
import { day, showAt } from './wallclock.ts';

type Turn = { personId: string | undefined; from: number };

/** The first moment of [from, to) in which the layer is on duty; undefined: there is none. */
const dutyIn = ({ hours, zone }: Layer, from: number, to: number): number | undefined =>
  hours.length === 0
    ? from
    : windows(hours, zone, from, to)
        .map((window) => Math.max(window.from, from))
        .sort((a, b) => a - b)[0];

/** Each turn of the layer that has a moment in [from, to), with the first one. */
function* turnsIn(layer: Layer, { from, to }: Interval): Generator<Turn> {
  const { rotation, zone } = layer;
  for (let turn = Math.max(0, turnAt(rotation, zone, from)); turnStart(rotation, zone, turn) < to; turn++) {
    const begins = Math.max(from, turnStart(rotation, zone, turn));
    const ends = Math.min(to, turnStart(rotation, zone, turn + 1));
    const first = begins < ends ? dutyIn(layer, begins, ends) : undefined;
    if (first !== undefined) yield { personId: rotation.people[turn % rotation.people.length], from: first };
  }
}

const firstTurn = (layer: Layer, personIds: readonly string[], interval: Interval): number | null => {
  for (const { personId, from } of turnsIn(layer, interval)) if (personIds.includes(personId ?? '')) return from;
  return null;
};

const shown = ({ zone }: Layer, at: number): string => showAt(zone, at).replace('T', ' ');

const lookAheadMs = 400 * day;

/** Where somebody's turns are instead. */
const nextTurn = (layer: Layer, personId: string, name: string, after: number): string => {
  if (!layer.rotation.people.includes(personId)) return `${name} is not in its rotation.`;
  const at = firstTurn(layer, [personId], { from: after, to: after + lookAheadMs });
  return at === null ? `${name} has none in the 400 days after it.` : `The next of ${name} begins ${shown(layer, at)}.`;
};

type Asked = { schedule: string; layer: Layer; personIds: readonly string[]; nameOf: (personId: string) => string };

/** Says that none of these people has a turn in a time, and when each has one; null: one of them has. */
export const withoutTurn = ({ schedule, layer, personIds, nameOf }: Asked, interval: Interval): string | null => {
  // Longer than anybody may enter: only a file says so, and it is not searched turn by turn.
  if (interval.to - interval.from > lookAheadMs) return null;
  if (firstTurn(layer, personIds, interval) !== null) return null;
  const names = personIds.map(nameOf);
  const who = names.length === 1 ? `${names[0]} has no turn` : `Neither ${names.join(' nor ')} has a turn`;
  const time = `from ${shown(layer, interval.from)} to ${shown(layer, interval.to)} (${layer.zone})`;
  const next = personIds.map((personId, index) => nextTurn(layer, personId, names[index] ?? '', interval.to));
  return [`${who} in ${layer.name} of ${schedule} ${time}.`, ...next].join(' ');
};
