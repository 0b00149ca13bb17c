/**
 * Shapes: what may stand where in a control. One description reads the YAML nodes, with a problem at each wrong place,
 * and is the JSON Schema for editors. A shape answers undefined when it has reported why it could not read.
 */
import { didYouMean, type JsonObject, nearest } from '@belay/protocol';
import { isMap, isSeq, type Node } from 'yaml';
import { parseDuration, parseWorkingHours, type WorkingHours } from '../value/time.ts';
import {
  type Entry,
  entriesOf,
  isTagged,
  kindOf,
  type Located,
  offsetOf,
  report,
  type Source,
  scalarText,
  unknownKey,
} from './document.ts';

export type Shape<T> = {
  /** `at`: offset of what the value belongs to, for a value that is not there; `path`: for messages */
  read(source: Source, node: Node | null, path: string, at: number): T | undefined;
  schema: JsonObject;
};

const wrong = (source: Source, node: Node | null, at: number, path: string, expected: string): undefined => {
  if (isTagged(node)) return;
  const message = `${path} must be ${expected}, not ${kindOf(node)}.`;
  report(source, node ? offsetOf(node) : at, 'wrongForm', message, `Write ${expected}.`);
};

/** A scalar that `parse` accepts. */
export const scalar = <T>(
  expected: string,
  schema: JsonObject,
  parse: (text: string, node: Node) => T | null,
): Shape<Located<T>> => ({
  schema,
  read: (source, node, path, at) => {
    const text = scalarText(node);
    const value = text === null || node === null ? null : parse(text, node);
    if (value === null || node === null) return wrong(source, node, at, path, expected);
    return { value, offset: offsetOf(node), node };
  },
});

export const text = (expected = 'text'): Shape<Located<string>> =>
  scalar(expected, { type: ['string', 'boolean', 'number'] }, (value) => (value === '' ? null : value));

export const matching = (pattern: RegExp, expected: string): Shape<Located<string>> =>
  scalar(expected, { type: 'string', pattern: pattern.source }, (value) => (pattern.test(value) ? value : null));

const wholeNumber = (min: number, max: number): string => {
  if (max !== Number.MAX_SAFE_INTEGER) return `a whole number from ${min} to ${max}`;
  return min === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number of at least ${min}`;
};

export const integer = (min: number, max = Number.MAX_SAFE_INTEGER): Shape<Located<number>> =>
  scalar(wholeNumber(min, max), { type: 'integer', minimum: min, maximum: max }, (value) => {
    const digits = value.replaceAll('_', '');
    const number = /^-?\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
    return number >= min && number <= max ? number : null;
  });

export const decimalText: Shape<Located<string>> = scalar(
  'a number, such as 10_000.00',
  { type: ['number', 'string'] },
  (value) => {
    const digits = value.replaceAll('_', '');
    return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(digits) ? digits : null;
  },
);

export const duration: Shape<Located<number>> = scalar(
  'a duration, such as 15m, 24h or 7d',
  { type: 'string', pattern: '^(\\d+(d|h|ms|m|s))+$' },
  parseDuration,
);

export const workingHours: Shape<Located<WorkingHours>> = scalar(
  'days and hours, such as mon-fri 09:00-17:30',
  { type: 'string', pattern: '^[a-z,-]+ \\d\\d:[0-5]\\d-\\d\\d:[0-5]\\d$' },
  parseWorkingHours,
);

export const flag: Shape<Located<boolean>> = scalar('true or false', { type: 'boolean' }, (value) =>
  value === 'true' ? true : value === 'false' ? false : null,
);

export const choice = <const T extends string>(...values: T[]): Shape<Located<T>> => ({
  schema: { enum: values },
  read: (source, node, path, at) => {
    const value = scalarText(node);
    const found = values.find((candidate) => candidate === value);
    if (found !== undefined && node !== null) return { value: found, offset: offsetOf(node), node };
    const near = nearest(value ?? '', values);
    const form = values.length > 4 ? `one of ${values.join(', ')}` : values.join(' or ');
    const message = `${path} must be ${form}, not ${kindOf(node)}.${didYouMean(value ?? '', values)}`;
    const remedy = near === null ? 'Choose one of them.' : `Write ${near}.`;
    return report(source, node ? offsetOf(node) : at, 'wrongForm', message, remedy);
  },
});

const isPresent = <T>(value: T | undefined): value is T => value !== undefined;

/** A list; items that cannot be read are reported and left out. */
export const list = <T>(item: Shape<T>, expected = 'a list'): Shape<T[]> => ({
  schema: { type: 'array', items: item.schema },
  read: (source, node, path, at) => {
    if (!isSeq(node)) return wrong(source, node, at, path, expected);
    const items = node.items as (Node | null)[];
    return items.map((child, index) => item.read(source, child, `${path}[${index}]`, offsetOf(node))).filter(isPresent);
  },
});

/** One value, or a list of them. */
export const oneOrMany = <T>(item: Shape<T>): Shape<T[]> => ({
  schema: { anyOf: [item.schema, { type: 'array', items: item.schema }] },
  read: (source, node, path, at) => {
    if (isSeq(node)) return list(item).read(source, node, path, at);
    const one = item.read(source, node, path, at);
    return one === undefined ? undefined : [one];
  },
});

export type Named<T> = { name: string; offset: number; value: T | undefined };

/** A mapping from names to values. A name whose value cannot be read is kept, so that nobody misses it twice. */
export const record = <T>(item: Shape<T>, name: RegExp, nameForm: string): Shape<Named<T>[]> => ({
  schema: { type: 'object', propertyNames: { pattern: name.source }, additionalProperties: item.schema },
  read: (source, node, path, at) => {
    if (!isMap(node)) return wrong(source, node, at, path, 'a mapping of names to values');
    return entriesOf(source, node).map(({ key, keyOffset, value }) => {
      if (!name.test(key) || key === '__proto__') {
        report(source, keyOffset, 'wrongName', `"${key}" is not a name for ${path}.`, `Names here: ${nameForm}.`);
      }
      return { name: key, offset: keyOffset, value: item.read(source, value, `${path}.${key}`, keyOffset) };
    });
  },
});

export type Field<T> = { shape: Shape<T>; required: boolean; about: string };
export const required = <T>(shape: Shape<T>, about: string): Field<T> => ({ shape, required: true, about });
export const optional = <T>(shape: Shape<T>, about: string): Field<T | undefined> => ({
  shape,
  required: false,
  about,
});

// biome-ignore lint/suspicious/noExplicitAny: each field has a type of its own, kept by the mapped type below
type Fields = Record<string, Field<any>>;
type Values<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };
export type Places<F extends Fields> = {
  /** where the mapping begins */
  offset: number;
  /** where a key stands, for problems with its meaning */
  keyOffset(key: keyof F & string): number;
};
export type Read<F extends Fields> = Values<F> & Places<F>;
export type PartlyRead<F extends Fields> = Partial<Values<F>> & Places<F>;

/** A mapping with declared keys; any other key is refused. A missing required key makes the whole unreadable. */
export const object = <F extends Fields>(fields: F): Shape<Read<F>> => ({
  ...partial(fields),
  read: (source, node, path, at) => {
    const value = partial(fields).read(source, node, path, at);
    const complete =
      value !== undefined && Object.keys(fields).every((key) => !fields[key]?.required || value[key] !== undefined);
    if (!complete && source.problems.length === 0) throw new Error(`${path} is incomplete, and no problem says so.`);
    return complete ? (value as unknown as Read<F>) : undefined;
  },
});

/** The same, but what could be read is kept although required keys are missing: so that all else is checked too. */
export const partial = <F extends Fields>(fields: F): Shape<PartlyRead<F>> => ({
  schema: {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(fields).map(([key, { shape, about }]) => [key, { description: about, ...shape.schema }]),
    ),
    required: Object.keys(fields).filter((key) => fields[key]?.required),
    additionalProperties: false,
  },
  read: (source, node, path, at) => {
    if (!isMap(node))
      return wrong(source, node, at, path === '' ? 'A control' : path, `a mapping with ${keysOf(fields)}`);
    const entries = entriesOf(source, node);
    const known = Object.keys(fields);
    for (const entry of entries) if (!known.includes(entry.key)) unknownKey(source, entry, path, known);
    return readFields(source, fields, entries, path, offsetOf(node));
  },
});

const keysOf = (fields: Fields): string =>
  Object.keys(fields)
    .filter((key) => fields[key]?.required)
    .join(', ') || Object.keys(fields).slice(0, 6).join(', ');

const readFields = <F extends Fields>(
  source: Source,
  fields: F,
  entries: Entry[],
  path: string,
  offset: number,
): Read<F> => {
  const value: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const entry = entries.find((candidate) => candidate.key === key);
    if (entry !== undefined) {
      value[key] = field.shape.read(source, entry.value, path === '' ? key : `${path}.${key}`, entry.keyOffset);
    } else if (field.required) {
      const whole = path === '' ? 'The control' : path;
      report(source, offset, 'missingKey', `${whole} lacks "${key}": ${field.about}.`, `Add ${key}.`);
    }
  }
  const keyOffset = (key: string) => entries.find((entry) => entry.key === key)?.keyOffset ?? offset;
  return { ...value, offset, keyOffset } as unknown as Read<F>;
};

/** Chooses the shape by the form of the node. */
export const either = <A, B>(
  isFirst: (node: Node | null) => boolean,
  first: Shape<A>,
  second: Shape<B>,
): Shape<A | B> => ({
  schema: { anyOf: [first.schema, second.schema] },
  read: (source, node, path, at) => (isFirst(node) ? first : second).read(source, node, path, at),
});
