/**
 * Who is on call. A schedule has layers, asked in their order: the first layer with somebody available is the one
 * that is told. In each layer at most one person is on call at an instant: whoever an override names, else whose turn
 * it is, else who comes next when that person is away. Wall-clock rules and zones are stored, never their instants.
 */
import { type Hours, within } from './hours.ts';
import { nameOf, type Person, unavailable } from './person.ts';
import { order, type Rotation, turnAt } from './rotation.ts';
import { holdingAt } from './timeline.ts';

export type Layer = { name: string; zone: string; rotation: Rotation; hours: Hours[] };

export type Override = {
  layer: string;
  personId: string;
  from: number;
  to: number;
  /** only the turns of this person; null: the whole interval, also outside the layer's hours */
  replaces: string | null;
  because: string;
  /** who entered it: they may not sign off what it routed to them; null: the organisation file */
  by: string | null;
};

export type Schedule = { name: string; about: string; zone: string; layers: Layer[]; overrides: Override[] };

/** The place in one layer at one instant. `personId` is null when nobody is on call: a declared gap. */
type Seat = { layer: string; personId: string | null; because: string; override: Override | null };

type Candidate = { personId: string; because: string; override: Override | null };

type Asked = { schedule: Schedule; layer: Layer; at: number; people: readonly Person[] };

/** In the order in which they are asked: overrides, the one entered last first, then the turns. */
function* candidates({ schedule, layer, at, people }: Asked, turns: string[]): Generator<Candidate> {
  const overrides = holdingAt(schedule.overrides, at);
  for (let index = overrides.length - 1; index >= 0; index--) {
    const override = overrides[index] as Override;
    if (override.layer !== layer.name || (override.replaces !== null && override.replaces !== turns[0])) continue;
    yield { personId: override.personId, because: `override: ${override.because}`, override };
  }
  for (const [index, personId] of turns.entries()) {
    const name = nameOf(people, personId);
    yield { personId, because: index === 0 ? `turn of ${name}` : `${name} comes next`, override: null };
  }
}

const seatAt = (schedule: Schedule, layer: Layer, at: number, people: readonly Person[]): Seat => {
  const onDuty = within(layer.hours, layer.zone, at);
  const turns = onDuty ? order(layer.rotation, turnAt(layer.rotation, layer.zone, at)) : [];
  const away: string[] = [];
  for (const candidate of candidates({ schedule, layer, at, people }, turns)) {
    const problem = unavailable(people, candidate.personId, at);
    if (problem === null) {
      const because = away.length === 0 ? candidate.because : [candidate.because, ...new Set(away)].join('; ');
      return { layer: layer.name, personId: candidate.personId, because, override: candidate.override };
    }
    away.push(problem);
  }
  const why = onDuty ? 'the rotation has not begun' : 'outside the hours of the layer';
  const because = away.length > 0 ? [...new Set(away)].join('; ') : why;
  return { layer: layer.name, personId: null, because, override: null };
};

/** One seat per layer, in the order in which the layers are asked. */
export const seatsAt = (schedule: Schedule, at: number, people: readonly Person[]): Seat[] =>
  schedule.layers.map((layer) => seatAt(schedule, layer, at, people));

/** The one who is told: the first layer's seat that is not empty; null in a gap. */
export const onCallAt = (
  schedule: Schedule,
  at: number,
  people: readonly Person[],
): (Seat & { personId: string }) | null => {
  for (const layer of schedule.layers) {
    const seat = seatAt(schedule, layer, at, people);
    if (seat.personId !== null) return { ...seat, personId: seat.personId };
  }
  return null;
};

/** Why nobody is told: what each layer says. */
export const whyNobody = (schedule: Schedule, at: number, people: readonly Person[]): string =>
  seatsAt(schedule, at, people)
    .map((seat) => `${seat.layer}: ${seat.because}`)
    .join('; ');

/** Two people exchange their turns in [from, to): each replaces the other, and nobody else notices. */
export const swap = (
  layer: string,
  between: readonly [string, string],
  interval: { from: number; to: number },
  because: string,
  by: string | null,
): Override[] =>
  [between, [between[1], between[0]] as const].map(([personId, replaces]) => ({
    layer,
    personId,
    replaces,
    ...interval,
    because,
    by,
  }));
