/**
 * Validated facts in numbered slots: numbers in one array, texts and sets in another, written anew for each decision.
 * A writer validates one value completely and fills its slots without allocating; `false` means that the value cannot
 * be used, and the slow path then says why. Evaluation is synchronous, so one set of slots suffices.
 */
import type { Json } from '@belay/protocol';
import { baseOf, type Ref } from '../expression/ir.ts';
import type { TypeSpec } from '../model.ts';
import { scanDecimal } from '../value/decimal.ts';
import { currencyCode, currencyName, scanMoney } from '../value/money.ts';
import { type Bounds, boundsOf, isAttachment, type NumericSpec } from '../value/spec.ts';
import { localTimeIn, parseDate, parseDuration, parseTimestamp } from '../value/time.ts';

export type Slots = {
  numbers: Float64Array;
  texts: string[];
  sets: (readonly string[])[];
  /** 1 where an optional fact is there */
  present: Uint8Array;
};

/** Number of the first slot of each fact. Every fact owns two slots (money: minor units and currency). */
export type Layout = Map<string, number>;

export const slotIn = (layout: Layout, ref: Ref): number => {
  const slot = layout.get(ref.key);
  if (slot === undefined) throw new Error(`No slot was laid out for ${ref.key}.`);
  return slot;
};

export const newSlots = (facts: number): Slots => ({
  numbers: new Float64Array(facts * 2),
  texts: new Array<string>(facts * 2).fill(''),
  sets: new Array<readonly string[]>(facts * 2).fill([]),
  present: new Uint8Array(facts * 2),
});

export type Write = (value: unknown) => boolean;

const within = (spec: NumericSpec): Bounds => boundsOf(spec);

const writeMoney = (spec: Extract<TypeSpec, { type: 'money' }>, slots: Slots, slot: number): Write => {
  const { numbers } = slots;
  const [only = -1, ...others] = spec.currency.map((currency) => currencyCode(currency));
  const isAny = spec.currency.length === 0;
  const isBounded = spec.min !== undefined || spec.max !== undefined;
  const boundsByCode = new Map<number, Bounds>();
  const isWithin = (minor: number, code: number): boolean => {
    let bounds = boundsByCode.get(code);
    if (bounds === undefined) {
      bounds = boundsOf(spec, currencyName(code));
      boundsByCode.set(code, bounds);
    }
    return minor >= bounds.min && minor <= bounds.max;
  };
  return (value) => {
    if (typeof value !== 'string' || !scanMoney(value, numbers, slot)) return false;
    const code = numbers[slot + 1] as number;
    if (code !== only && !isAny && !others.includes(code)) return false;
    return !isBounded || isWithin(numbers[slot] as number, code);
  };
};

/** Durations, dates and timestamps: text that `parse` turns into an integer. */
const writeParsed = (
  parse: (text: string) => number | null,
  { min, max }: Bounds,
  { numbers }: Slots,
  slot: number,
): Write => {
  return (value) => {
    const number = typeof value === 'string' ? parse(value) : null;
    if (number === null || number < min || number > max) return false;
    numbers[slot] = number;
    return true;
  };
};

const writeInt = ({ min, max }: Bounds, { numbers }: Slots, slot: number): Write => {
  return (value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) return false;
    numbers[slot] = value;
    return true;
  };
};

const writeDecimal = (scale: number, { min, max }: Bounds, { numbers }: Slots, slot: number): Write => {
  return (value) => {
    if (typeof value !== 'string') return false;
    const number = scanDecimal(value, 0, scale, false);
    if (!(number >= min && number <= max)) return false;
    numbers[slot] = number;
    return true;
  };
};

const writeText = (spec: TypeSpec, { texts }: Slots, slot: number): Write => {
  if (spec.type === 'enum' && !spec.open) {
    const { values } = spec;
    return (value) => {
      if (typeof value !== 'string' || !values.includes(value)) return false;
      texts[slot] = value;
      return true;
    };
  }
  return (value) => {
    if (typeof value !== 'string') return false;
    texts[slot] = value;
    return true;
  };
};

const writeSet = ({ sets }: Slots, slot: number): Write => {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (let index = 0; index < value.length; index++) if (typeof value[index] !== 'string') return false;
    sets[slot] = value;
    return true;
  };
};

const writeBool = ({ numbers }: Slots, slot: number): Write => {
  return (value) => {
    if (typeof value !== 'boolean') return false;
    numbers[slot] = value ? 1 : 0;
    return true;
  };
};

const writerOf = (spec: TypeSpec, slots: Slots, slot: number): Write => {
  switch (spec.type) {
    case 'int':
      return writeInt(within(spec), slots, slot);
    case 'decimal':
      return writeDecimal(spec.scale, within(spec), slots, slot);
    case 'money':
      return writeMoney(spec, slots, slot);
    case 'duration':
      return writeParsed(parseDuration, within(spec), slots, slot);
    case 'date':
      return writeParsed(parseDate, within(spec), slots, slot);
    case 'timestamp':
      return writeParsed(parseTimestamp, within(spec), slots, slot);
    case 'bool':
      return writeBool(slots, slot);
    case 'set':
      return writeSet(slots, slot);
    case 'attachment':
      return (value) => isAttachment(value as Json);
    case 'enum':
    case 'string':
      return writeText(spec, slots, slot);
  }
};

/** Validates one raw value and fills its slots; false: the value cannot be used. */
export const writeFact = (ref: Ref, fallback: Json | undefined, slots: Slots, slot: number): Write => {
  const write = writerOf(ref.spec, slots, slot);
  if (fallback !== undefined) return (value) => write(value === undefined || value === null ? fallback : value);
  if (!ref.optional) return write;
  const { present } = slots;
  return (value) => {
    const there = value !== undefined && value !== null;
    present[slot] = there ? 1 : 0;
    return !there || write(value);
  };
};

/** Computes a derived fact from the slot of the fact behind it. */
export const deriverOf = (ref: Ref, slots: Slots, layout: Layout): (() => void) => {
  const { numbers, texts, sets, present } = slots;
  const origin = baseOf(ref);
  const [slot, from] = [slotIn(layout, ref), slotIn(layout, origin)];
  if (ref.derived?.by === 'size') {
    const ofSet = origin.spec.type === 'set';
    return () => {
      present[slot] = present[from] as number;
      numbers[slot] = ofSet ? (sets[from] as readonly string[]).length : codePoints(texts[from] as string);
    };
  }
  const localTime = localTimeIn(origin.spec.type === 'timestamp' ? origin.spec.zone : 'UTC');
  return () => {
    present[slot] = present[from] as number;
    const { hour, minute, weekday } = localTime(numbers[from] as number);
    numbers[slot] = ref.derived?.by === 'minute' ? minute : hour;
    texts[slot] = weekday;
  };
};

/** CEL counts characters, not UTF-16 units. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};
