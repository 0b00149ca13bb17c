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

/** A plain object as it is; anything else could answer with what it inherits. */
const asRecord = (value: unknown): JsonObject => {
  if (typeof value !== 'object' || value === null) return nothing;
  const prototype = Reflect.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return value as JsonObject;
  return Object.assign(Object.create(null), value);
};

type Open = (input: GateInput, opened: JsonObject[]) => unknown;

/** The records of one step; `add` says which of them a place is in. */
export type Records = { opened: JsonObject[]; open: Open[]; byPath: Map<string, number> };

export const newRecords = (): Records => ({ opened: [], open: [], byPath: new Map() });

const addRecord = (records: Records, path: string, open: Open): number => {
  const known = records.byPath.get(path);
  if (known !== undefined) return known;
  const index = records.open.push(open) - 1;
  records.opened.push(nothing);
  records.byPath.set(path, index);
  return index;
};

/** Number of the record and key in it of the value at `place`. */
export const locate = (records: Records, place: Place): { record: number; key: string } => {
  const keys = place.path.slice(0, -1);
  let path = JSON.stringify([place.from, place.source]);
  let record = addRecord(records, path, (input) => rootOf(input, place));
  for (const key of keys) {
    const parent = record;
    path += JSON.stringify(key);
    record = addRecord(records, path, (_, opened) => (opened[parent] as JsonObject)[key]);
  }
  return { record, key: place.path.at(-1) ?? '' };
};

export const openAll = ({ open, opened }: Records, input: GateInput): void => {
  for (let index = 0; index < open.length; index++) opened[index] = asRecord((open[index] as Open)(input, opened));
};
