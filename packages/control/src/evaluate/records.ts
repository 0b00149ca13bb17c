/**
 * Where values stand in the gate's input. The records that a step's facts are in (arguments, what was looked up, an
 * object inside of one) are opened once for each decision; a fact is then one key of one opened record.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { FactSpec, GateInput } from '../model.ts';

/** Place of a value: part of the input, system of record, path of keys. */
export type Place = { from: FactSpec['from']; source: string | null; path: string[] };

export const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined;

const rootOf = (input: GateInput, { from, source }: Place): unknown => {
  if (from === 'args') return input.arguments;
  if (from === 'agent') return input.agent;
  if (from === 'system') return input.system;
  const looked = own(input.looked, source ?? '') as GateInput['looked'][string] | undefined;
  return looked?.ok === true ? looked.value : undefined;
};

/** The raw value at a place, undefined when it is not there. */
export const rawValue = (place: Place, input: GateInput): Json | undefined => {
  let value = rootOf(input, place);
  for (const key of place.path) value = own(value, key);
  return value as Json | undefined;
};

/** A copy of `value` with `put` at the end of the path; undefined leaves nothing there. */
const withAt = (value: unknown, [key, ...rest]: string[], put: Json | undefined): JsonObject => {
  const copy = typeof value === 'object' && value !== null ? { ...(value as JsonObject) } : {};
  if (key === undefined) return copy;
  if (rest.length > 0) copy[key] = withAt(copy[key], rest, put);
  else if (put === undefined) delete copy[key];
  else copy[key] = put;
  return copy;
};

/** The input with another value at one place. */
export const withValue = (input: GateInput, { from, source, path }: Place, value: Json | undefined): GateInput => {
  if (from === 'args') return { ...input, arguments: withAt(input.arguments, path, value) };
  if (from !== 'lookup') return { ...input, [from]: withAt(input[from], path, value) };
  const looked = own(input.looked, source ?? '') as GateInput['looked'][string] | undefined;
  const record = withAt(looked?.ok === true ? looked.value : {}, path, value);
  return { ...input, looked: { ...input.looked, [source ?? '']: { ok: true, value: record } } };
};

const nothing: JsonObject = Object.freeze(Object.create(null));

/** Stands for a record that was asked for in vain: nothing in it is merely absent, so no `optional` excuses it. */
export const failed: JsonObject = Object.freeze(Object.create(null));

/** A plain object as it is; anything else could answer with what it inherits. */
const asRecord = (value: unknown): JsonObject => {
  if (typeof value !== 'object' || value === null) return nothing;
  if (value === failed) return failed;
  const prototype = Reflect.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value as JsonObject;
  return Object.assign(Object.create(null), value);
};

/** How one record is reached: a part of the input, what was looked up in a source, or a key of an earlier record. */
type Opening =
  | { kind: 'args' | 'agent' | 'system' }
  | { kind: 'lookup'; source: string }
  | { kind: 'inner'; parent: number; key: string };

/** The records of one step, opened in order. */
export type Records = { opened: JsonObject[]; openings: Opening[]; byPath: Map<string, number> };

export const newRecords = (): Records => ({ opened: [], openings: [], byPath: new Map() });

const addRecord = (records: Records, path: string, opening: Opening): number => {
  const known = records.byPath.get(path);
  if (known !== undefined) return known;
  const index = records.openings.push(opening) - 1;
  records.opened.push(nothing);
  records.byPath.set(path, index);
  return index;
};

/** Number of the record and key in it of the value at `place`. */
export const locate = (records: Records, { from, source, path }: Place): { record: number; key: string } => {
  let name = JSON.stringify([from, source]);
  let record = addRecord(records, name, from === 'lookup' ? { kind: from, source: source ?? '' } : { kind: from });
  for (const key of path.slice(0, -1)) {
    name += JSON.stringify(key);
    record = addRecord(records, name, { kind: 'inner', parent: record, key });
  }
  return { record, key: path.at(-1) ?? '' };
};

const open = (opening: Opening, input: GateInput, opened: JsonObject[]): unknown => {
  switch (opening.kind) {
    case 'args':
      return input.arguments;
    case 'agent':
      return input.agent;
    case 'system':
      return input.system;
    case 'lookup': {
      const looked = own(input.looked, opening.source) as GateInput['looked'][string] | undefined;
      if (looked === undefined) return undefined;
      if (looked?.ok === true) return looked.value;
      // The system answered that it has no record of this: then its facts are absent.
      return looked?.absent === true ? undefined : failed;
    }
    case 'inner': {
      const parent = opened[opening.parent] as JsonObject;
      return parent === failed ? failed : parent[opening.key];
    }
  }
};

export const openAll = ({ openings, opened }: Records, input: GateInput): void => {
  for (let index = 0; index < openings.length; index++) {
    opened[index] = asRecord(open(openings[index] as Opening, input, opened));
  }
};
