/**
 * What a declared type means for one JSON value: is it usable, and if not, why not; how a reader sees it.
 * The slow, explaining twin of `evaluate/readers.ts`; a property test keeps the two in agreement.
 */
import { type Attachment, attachment, clipped, type Json } from '@belay/protocol';
import type { TypeSpec } from '../model.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { formatMoney, type Money, minorDigits, parseMoney } from './money.ts';
import { formatDuration, parseDate, parseDuration, parseTimestamp } from './time.ts';

export type NumericSpec = Extract<TypeSpec, { type: 'int' | 'decimal' | 'money' | 'duration' | 'date' | 'timestamp' }>;
export type TextSpec = Extract<TypeSpec, { type: 'string' | 'enum' }>;

export const isNumeric = (spec: TypeSpec): spec is NumericSpec =>
  ['int', 'decimal', 'money', 'duration', 'date', 'timestamp'].includes(spec.type);
export const isText = (spec: TypeSpec): spec is TextSpec => spec.type === 'string' || spec.type === 'enum';

export type Bounds = { min: number; max: number };

/** Smallest and largest usable value, in the integer unit of the type. Money: of one currency. */
export const boundsOf = (spec: NumericSpec, currency = 'EUR'): Bounds => {
  const whole = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };
  switch (spec.type) {
    case 'int':
      return { min: spec.min ?? whole.min, max: spec.max ?? whole.max };
    case 'decimal':
    case 'money': {
      const scale = spec.type === 'money' ? minorDigits(currency) : spec.scale;
      const read = (text: string | undefined, up: boolean) => (text === undefined ? null : boundAt(text, scale, up));
      return { min: read(spec.min, true) ?? whole.min, max: read(spec.max, false) ?? whole.max };
    }
    case 'duration':
      return { min: 0, max: whole.max };
    case 'date':
      return { min: -719_528, max: 2_932_896 };
    case 'timestamp':
      return { min: -62_167_219_200_000, max: 253_402_300_799_999 };
  }
};

/**
 * A bound also holds where values have fewer digits after the point (10.50 in a currency without minor units): `up`, the
 * first value that is not below it; else the last that is not above it.
 */
const boundAt = (text: string, scale: number, up: boolean): number | null => {
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.slice(0, scale);
  const cut = parseDecimal(kept === '' ? whole : `${whole}.${kept}`, scale);
  const towardsZero = text.startsWith('-') === up;
  if (cut === null || towardsZero || /^0*$/.test(fraction.slice(scale))) return cut;
  return up ? cut + 1 : cut - 1;
};

const form: Record<TypeSpec['type'], string> = {
  int: 'a whole number, such as 3',
  decimal: 'a decimal number in quotes, such as "0.85"',
  money: 'an amount with its currency, such as "EUR 500.00"',
  bool: 'true or false',
  enum: 'one of the declared values',
  string: 'text',
  set: 'a list of texts',
  duration: 'a duration, such as "15m", "24h" or "7d"',
  date: 'a date, such as "2026-01-31"',
  timestamp: 'an instant with its offset, such as "2026-01-31T09:30:00Z"',
  attachment: 'an attachment: name, mediaType, bytes and digest (sha256:…)',
};

/** A type in a sentence: an int, a date, money. */
export const article = (type: string): string =>
  /^[aeiou]/.test(type) ? `an ${type}` : type === 'money' ? type : `a ${type}`;

/** What a value of this type looks like, for messages. */
export const formOf = (spec: TypeSpec): string => {
  if (spec.type === 'enum') return spec.open ? 'text' : `one of ${spec.values.join(', ')}`;
  if (spec.type === 'money' && spec.currency.length > 0) return `an amount in ${spec.currency.join(', ')}`;
  if (spec.type === 'decimal') return `${form.decimal}, with at most ${spec.scale} digits after the point`;
  return form[spec.type];
};

/** The integer that stands for a numeric value, or null when it is not one. */
export const integerOf = (spec: NumericSpec, value: Json): number | null => {
  if (spec.type === 'int') return Number.isSafeInteger(value) ? (value as number) : null;
  if (typeof value !== 'string') return null;
  switch (spec.type) {
    case 'decimal':
      return parseDecimal(value, spec.scale);
    case 'money':
      return parseMoney(value)?.minor ?? null;
    case 'duration':
      return parseDuration(value);
    case 'date':
      return parseDate(value);
    case 'timestamp':
      return parseTimestamp(value);
  }
};

const numericProblem = (spec: NumericSpec, value: Json): string | null => {
  const number = integerOf(spec, value);
  if (number === null) return `is not ${formOf(spec)}`;
  const money = spec.type === 'money' ? parseMoney(value as string) : null;
  if (spec.type === 'money' && money && spec.currency.length > 0 && !spec.currency.includes(money.currency)) {
    return `is in ${money.currency}; declared are ${spec.currency.join(', ')}`;
  }
  const { min, max } = boundsOf(spec, money?.currency);
  const shown = (bound: number) => showInteger(spec, bound, money?.currency ?? null);
  if (number < min) return `is below ${shown(min)}, the smallest declared value`;
  if (number > max) return `is above ${shown(max)}, the largest declared value`;
  return null;
};

/** Why this value cannot be used as the declared type, as the end of a sentence ("is missing"), or null. */
export const problemOf = (spec: TypeSpec, value: Json | undefined): string | null => {
  if (value === undefined || value === null) return 'is missing';
  if (isNumeric(spec)) return numericProblem(spec, value);
  return isOfForm(spec, value) ? null : `is not ${formOf(spec)}`;
};

/** A file by its name, media type, size and digest, and nothing beside. */
export const isAttachment = (value: Json | undefined): value is Attachment =>
  attachment.safeParse(value).success && /^sha256:[0-9a-f]{64}$/.test((value as Attachment).digest);

const isOfForm = (spec: Exclude<TypeSpec, NumericSpec>, value: Json): boolean => {
  switch (spec.type) {
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'enum':
      return typeof value === 'string' && (spec.open || spec.values.includes(value));
    case 'set':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'attachment':
      return isAttachment(value);
  }
};

/** Characters that could disturb a line of text (control, direction overrides) are shown as spaces. */
const plain = (text: string): string => clipped(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim(), 200);

/** JSON, also of what a caller of this library took from elsewhere than JSON. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'bigint' || typeof inner === 'symbol' ? String(inner) : inner,
  );

/** A value as a reader sees it in a sentence: money grouped, lists joined, on one line. Missing: "unknown". */
export const showValue = (spec: TypeSpec | null, value: Json | undefined): string => {
  if (value === undefined || value === null) return 'unknown';
  if (spec?.type === 'money' && typeof value === 'string') {
    const money = parseMoney(value);
    if (money) return formatMoney(money);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (spec?.type === 'attachment' && isAttachment(value)) return plain(`${value.name} (${value.digest.slice(0, 19)}…)`);
  if (typeof value === 'object') {
    const items = Array.isArray(value) ? value.filter((item) => typeof item !== 'object') : [];
    return items.length === 0
      ? Array.isArray(value)
        ? 'none'
        : plain(jsonText(value))
      : plain(items.map(String).join(', '));
  }
  return plain(String(value));
};

/** An integer of the type as a reader sees it: 50000 of a EUR amount is "EUR 500.00". */
export const showInteger = (spec: NumericSpec, value: number, currency: string | null): string => {
  switch (spec.type) {
    case 'money': {
      const money: Money = { currency: currency ?? spec.currency[0] ?? 'EUR', minor: value };
      return formatMoney(money);
    }
    case 'decimal':
      return formatDecimal(value, spec.scale);
    case 'duration':
      return formatDuration(value);
    case 'date':
      return new Date(value * 86_400_000).toISOString().slice(0, 10);
    case 'timestamp':
      return new Date(value).toISOString();
    case 'int':
      return String(value);
  }
};
