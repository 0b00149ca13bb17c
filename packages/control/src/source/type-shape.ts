/** Reads the declared types of facts, arguments and the subject: `string`, or `{ type: int, min: 0 }`. */
import type { Json } from '@belay/protocol';
import { isScalar, type Node } from 'yaml';
import type { TypeSpec, ValueSpec } from '../model.ts';
import { currencyCode } from '../value/money.ts';
import { article, boundsOf, isNumeric, problemOf } from '../value/spec.ts';
import { isZone } from '../value/time.ts';
import { type Located, report, type Source } from './document.ts';
import {
  choice,
  decimalText,
  either,
  flag,
  integer,
  list,
  matching,
  object,
  oneOrMany,
  optional,
  type Read,
  required,
  type Shape,
  text,
  workingHours,
} from './shape.ts';

/** Types of facts. Arguments can be attachments too. */
export const factTypes = [
  'int',
  'decimal',
  'money',
  'bool',
  'enum',
  'string',
  'set',
  'duration',
  'date',
  'timestamp',
] as const;
export const typeNames = [...factTypes, 'attachment'] as const;
type TypeName = (typeof typeNames)[number];

const typeName = choice(...typeNames);

/** What people call something, where its name in words says too little. */
export const label = matching(/^\S.{0,79}$/, 'at most 80 characters, such as days since the IBAN changed');

/** The label as a key of what it names; none where none was written. */
export const labelIn = (read: { label?: Located<string> | undefined }): { label?: string } =>
  read.label === undefined ? {} : { label: read.label.value };

/** Keys that say more about a type. */
export const typeFields = {
  scale: optional(integer(0, 9), 'decimal: digits after the point'),
  currency: optional(oneOrMany(matching(/^[A-Z]{3}$/, 'a currency, such as EUR')), 'money: currencies that may occur'),
  values: optional(list(text('a value')), 'enum: the values'),
  open: optional(flag, 'enum: other values may occur too'),
  min: optional(decimalText, 'smallest usable value'),
  max: optional(decimalText, 'largest usable value'),
  zone: optional(text('a time zone, such as Europe/Berlin'), 'timestamp: zone of hour() and weekday()'),
  working: optional(workingHours, 'timestamp: hours of work, for working()'),
  optional: optional(flag, 'may be absent; ask with has()'),
  default: optional(text('a value'), 'used when it is absent'),
  label: optional(label, 'what people call it, as in the middle of a sentence; without it, its name in words'),
} as const;

export type TypeKeys = Read<typeof typeFields>;

const keysOfType: Record<TypeName, readonly (keyof typeof typeFields)[]> = {
  int: ['min', 'max'],
  decimal: ['scale', 'min', 'max'],
  money: ['currency', 'min', 'max'],
  bool: [],
  enum: ['values', 'open'],
  string: [],
  set: [],
  duration: [],
  date: [],
  timestamp: ['zone', 'working'],
  attachment: [],
};

const always: readonly string[] = ['optional', 'default', 'label'];

const refuseForeignKeys = (source: Source, type: TypeName, keys: TypeKeys, path: string): boolean => {
  let clean = true;
  for (const key of Object.keys(typeFields) as (keyof typeof typeFields)[]) {
    if (keys[key] === undefined || always.includes(key) || keysOfType[type].includes(key)) continue;
    const own = keysOfType[type];
    const remedy = own.length === 0 ? `Remove ${key}.` : `Keys of ${article(type)}: ${own.join(', ')}.`;
    report(source, keys.keyOffset(key), 'wrongForm', `${path}: "${key}" says nothing about ${article(type)}.`, remedy);
    clean = false;
  }
  return clean;
};

const lacks = (source: Source, offset: number, path: string, key: string, example: string): null => {
  report(source, offset, 'missingKey', `${path} lacks "${key}".`, `Write it like ${example}.`);
  return null;
};

const values = <T>(found: Located<T>[] | undefined): T[] => (found ?? []).map(({ value }) => value);

const bounds = (keys: TypeKeys): { min?: string; max?: string } => ({
  ...(keys.min === undefined ? {} : { min: keys.min.value }),
  ...(keys.max === undefined ? {} : { max: keys.max.value }),
});

const intBounds = (keys: TypeKeys): { min?: number; max?: number } => ({
  ...(keys.min === undefined ? {} : { min: Number(keys.min.value) }),
  ...(keys.max === undefined ? {} : { max: Number(keys.max.value) }),
});

const specOf = (source: Source, type: TypeName, keys: TypeKeys, path: string, at: number): TypeSpec | null => {
  switch (type) {
    case 'int':
      return { type, ...intBounds(keys) };
    case 'decimal':
      if (keys.scale === undefined) return lacks(source, at, path, 'scale', '{ type: decimal, scale: 2 }');
      return { type, scale: keys.scale.value, ...bounds(keys) };
    case 'money':
      return { type, currency: values(keys.currency), ...bounds(keys) };
    case 'enum':
      if (keys.values === undefined) return lacks(source, at, path, 'values', '{ type: enum, values: [gold, silver] }');
      return { type, values: values(keys.values), open: keys.open?.value ?? false };
    case 'set':
      return { type, of: 'string' };
    case 'timestamp':
      return {
        type,
        zone: keys.zone?.value ?? 'UTC',
        ...(keys.working === undefined ? {} : { working: keys.working.value }),
      };
    default:
      return { type };
  }
};

const checkSpec = (source: Source, spec: TypeSpec, keys: TypeKeys, path: string): boolean => {
  const bad = (key: keyof typeof typeFields, message: string, remedy: string): false => {
    report(source, keys.keyOffset(key), 'wrongForm', `${path}: ${message}`, remedy);
    return false;
  };
  if (spec.type === 'int') {
    if (keys.min && !Number.isSafeInteger(spec.min))
      return bad('min', 'an int has a whole number as min.', 'Round it.');
    if (keys.max && !Number.isSafeInteger(spec.max))
      return bad('max', 'an int has a whole number as max.', 'Round it.');
  }
  if (spec.type === 'timestamp' && !isZone(spec.zone)) {
    return bad('zone', `"${spec.zone}" is not a time zone.`, 'Write one like Europe/Berlin or UTC.');
  }
  if (spec.type === 'money') {
    const unknown = spec.currency.find((currency) => currencyCode(currency) < 0);
    if (unknown !== undefined) return bad('currency', `"${unknown}" is not a currency.`, 'Write one like EUR.');
  }
  if (isNumeric(spec)) {
    const { min, max } = boundsOf(spec);
    if (min > max) return bad('max', 'max is below min.', 'Exchange them.');
  }
  return true;
};

/** A type from its name and its keys; null when something about it was reported. */
export const buildType = (
  source: Source,
  type: TypeName,
  keys: TypeKeys,
  path: string,
  at: number,
): TypeSpec | null => {
  if (!refuseForeignKeys(source, type, keys, path)) return null;
  const spec = specOf(source, type, keys, path, at);
  return spec !== null && checkSpec(source, spec, keys, path) ? spec : null;
};

/** The default as JSON of the type; undefined when there is none or it was reported. */
export const defaultOf = (source: Source, spec: TypeSpec, keys: TypeKeys, path: string): Json | undefined => {
  if (keys.default === undefined) return undefined;
  const { value: written, offset } = keys.default;
  const value = spec.type === 'int' ? Number(written) : spec.type === 'bool' ? written === 'true' : written;
  const wrongBool = spec.type === 'bool' && written !== 'true' && written !== 'false';
  const problem = wrongBool ? 'is not true or false' : problemOf(spec, value);
  if (problem === null) return value;
  return report(source, offset, 'wrongForm', `${path}: the default ${problem}.`, 'Give a usable default.');
};

const long = object({ type: required(typeName, `one of ${typeNames.join(', ')}`), ...typeFields });

/** The keys of a type that was written as one word. */
const noKeys = (offset: number): TypeKeys => ({ offset, keyOffset: () => offset }) as unknown as TypeKeys;

/** A type of an argument or of the subject. */
export const typeShape: Shape<ValueSpec> = {
  schema: { anyOf: [typeName.schema, long.schema] },
  read: (source, node: Node | null, path, at) => {
    const read = either((child) => isScalar(child), typeName, long).read(source, node, path, at);
    if (read === undefined) return undefined;
    if ('value' in read) {
      const spec = buildType(source, read.value as TypeName, noKeys(read.offset), path, read.offset);
      return spec === null ? undefined : { ...spec, optional: false };
    }
    const keys = read as TypeKeys & { type: Located<TypeName> };
    if (keys.default !== undefined) {
      const remedy = 'Make the agent send it, or declare a fact with a default.';
      return report(source, keys.keyOffset('default'), 'wrongForm', `${path}: arguments have no default.`, remedy);
    }
    const spec = buildType(source, keys.type.value, keys, path, keys.offset);
    return spec === null ? undefined : { ...spec, ...labelIn(keys), optional: keys.optional?.value ?? false };
  },
};
