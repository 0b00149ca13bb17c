/**
 * Who is on call over a time: the calendar of a schedule, its gaps and its hand-overs. The calendar is made by asking
 * for one instant after each edge at which anything can change, so that it can never disagree with `onCallAt`.
 */
import { windows } from './hours.ts';
import type { Person } from './person.ts';
import { turnAt, turnStart } from './rotation.ts';
import { type Layer, onCallAt, type Schedule, seatsAt, whyNobody } from './schedule.ts';
import type { Interval } from './timeline.ts';
import { day } from './wallclock.ts';

/** Half-open [from, to). `personId` is null where nobody is on call; `layer` is null where that is true of all. */
export type Shift = { from: number; to: number; layer: string | null; personId: string | null; because: string };

const turnEdges = ({ rotation, zone }: Layer, from: number, to: number): number[] => {
  const edges: number[] = [];
  const last = turnAt(rotation, zone, to) + 1;
  for (let turn = Math.max(0, turnAt(rotation, zone, from)); turn <= last; turn++)
    edges.push(turnStart(rotation, zone, turn));
  return edges;
};

const intervalEdges = (intervals: Interval[]): number[] => intervals.flatMap(({ from, to }) => [from, to]);

const layerEdges = (
  schedule: Schedule,
  layer: Layer,
  from: number,
  to: number,
  people: readonly Person[],
): number[] => {
  const overrides = schedule.overrides.filter((one) => one.layer === layer.name);
  const members = new Set([...layer.rotation.people, ...overrides.map((one) => one.personId)]);
  return [
    ...turnEdges(layer, from, to),
    ...intervalEdges(windows(layer.hours, layer.zone, from, to)),
    ...intervalEdges(overrides),
    ...people.filter((person) => members.has(person.personId)).flatMap((person) => intervalEdges(person.absences)),
  ];
};

type Placed = Omit<Shift, 'from' | 'to'>;

/** One shift from edge to edge, joined where nothing changed. */
const sweep = (edges: number[], from: number, to: number, placeAt: (at: number) => Placed): Shift[] => {
  const starts = [from, ...edges.filter((edge) => from < edge && edge < to)].sort((a, b) => a - b);
  const found: Shift[] = [];
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? to;
    if (start >= end) continue;
    const { layer, personId, because } = placeAt(start);
    const last = found.at(-1);
    if (last?.layer === layer && last.personId === personId && last.because === because) last.to = end;
    else found.push({ from: start, to: end, layer, personId, because });
  }
  return found;
};

/** What each layer does on its own in [from, to), layer after layer. */
export const shifts = (schedule: Schedule, from: number, to: number, people: readonly Person[]): Shift[] =>
  schedule.layers.flatMap((layer) => {
    const alone = { ...schedule, layers: [layer] };
    return sweep(layerEdges(schedule, layer, from, to, people), from, to, (at) => {
      const seat = seatsAt(alone, at, people)[0];
      return { layer: layer.name, personId: seat?.personId ?? null, because: seat?.because ?? '' };
    });
  });

/** Who is told at each instant of [from, to): every instant belongs to exactly one shift. */
export const duty = (schedule: Schedule, from: number, to: number, people: readonly Person[]): Shift[] => {
  const edges = schedule.layers.flatMap((layer) => layerEdges(schedule, layer, from, to, people));
  return sweep(edges, from, to, (at) => {
    const seat = onCallAt(schedule, at, people);
    if (seat !== null) return { layer: seat.layer, personId: seat.personId, because: seat.because };
    return { layer: null, personId: null, because: whyNobody(schedule, at, people) };
  });
};

/** The times in which nobody is told, each with the reasons of all layers. */
export const gaps = (schedule: Schedule, from: number, to: number, people: readonly Person[]): Shift[] => {
  const found: Shift[] = [];
  for (const shift of duty(schedule, from, to, people)) {
    if (shift.personId !== null) continue;
    const last = found.at(-1);
    if (last?.to === shift.from) {
      last.to = shift.to;
      last.because = `${last.because}; then ${shift.because}`;
    } else found.push(shift);
  }
  return found;
};

type Handover = { at: number; from: string | null; to: string | null };

const horizons = [8 * day, 60 * day, 400 * day];

/** When the duty passes to somebody else, or to nobody; null when that does not happen within 400 days. */
export const nextHandover = (schedule: Schedule, at: number, people: readonly Person[]): Handover | null => {
  const from = onCallAt(schedule, at, people)?.personId ?? null;
  for (const horizon of horizons) {
    const next = duty(schedule, at, at + horizon, people).find((shift) => shift.personId !== from);
    if (next !== undefined) return { at: next.from, from, to: next.personId };
  }
  return null;
};

type DutyChange = { from: number; to: number; before: string | null; after: string | null };

/** Where two calendars of the same time name different people: what an edit, or new time-zone data, changes. */
export const compareDuty = (before: Shift[], after: Shift[]): DutyChange[] => {
  const changes: DutyChange[] = [];
  let [i, j] = [0, 0];
  for (let one = before[i], other = after[j]; one !== undefined && other !== undefined; ) {
    const change = {
      from: Math.max(one.from, other.from),
      to: Math.min(one.to, other.to),
      before: one.personId,
      after: other.personId,
    };
    const last = changes.at(-1);
    if (change.before !== change.after && change.from < change.to) {
      if (last?.to === change.from && last.before === change.before && last.after === change.after) last.to = change.to;
      else changes.push(change);
    }
    if (one.to === change.to) one = before[++i];
    if (other.to === change.to) other = after[++j];
  }
  return changes;
};
