/**
 * Values in the reader's language: amounts, dates, durations. Every digit stays: an amount is formatted from its decimal
 * text, never from a float, and its currency is its code, because "$" is many currencies.
 */
import type { Json } from './words.ts';

/** `locale` and `zone`: BCP 47 and IANA names; undefined: those of the machine. */
export type Reader = { locale?: string | undefined; zone?: string | undefined };

/** More digits after the point than these not every browser can format: the exact text stands alone then. */
const money = /^([A-Z]{3}) (-?\d+(?:\.(\d{1,20}))?)$/;
const decimal = /^-?\d+(?:\.(\d{1,20}))?$/;
const units = { d: 'day', h: 'hour', m: 'minute', s: 'second', ms: 'millisecond' } as const;

type Numeral = Parameters<Intl.NumberFormat['format']>[0];

const formats = new Map<string, Intl.NumberFormat>();
const numberFormat = (locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const key = JSON.stringify([locale, options]);
  const known = formats.get(key) ?? new Intl.NumberFormat(locale, options);
  formats.set(key, known);
  return known;
};

const digits = (fraction: string | undefined) => {
  const count = fraction?.length ?? 0;
  return { minimumFractionDigits: count, maximumFractionDigits: count };
};

const moneyIn = (text: string, { locale }: Reader): string | null => {
  const [, currency, amount, fraction] = money.exec(text) ?? [];
  if (currency === undefined) return null;
  const options = { style: 'currency', currency, currencyDisplay: 'code', ...digits(fraction) } as const;
  return numberFormat(locale, options).format(amount as Numeral);
};

const numberIn = (value: Json, { locale }: Reader): string | null => {
  const text = String(value);
  const [found, fraction] = decimal.exec(text) ?? [];
  return found === undefined ? null : numberFormat(locale, digits(fraction)).format(found as Numeral);
};

const dateIn = (text: string, { locale }: Reader): string | null => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at)) return null;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(at);
};

const instantIn = (text: string, { locale, zone }: Reader): string | null => {
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return null;
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'long', timeZone: zone });
  return format.format(at);
};

const durationIn = (text: string, { locale }: Reader): string | null => {
  if (!/^(\d+(d|h|ms|m|s))+$/.test(text)) return null;
  const parts = [...text.matchAll(/(\d+)(d|h|ms|m|s)/g)].map(([, count, unit]) => {
    const options = { style: 'unit', unit: units[unit as keyof typeof units], unitDisplay: 'long' } as const;
    return numberFormat(locale, options).format(count as Numeral);
  });
  return new Intl.ListFormat(locale, { type: 'unit', style: 'narrow' }).format(parts);
};

const inWords = (value: Json, type: string | null, reader: Reader): string | null => {
  if (type === 'int' || type === 'decimal') return numberIn(value, reader);
  if (typeof value !== 'string') return null;
  if (type === 'money') return moneyIn(value, reader);
  if (type === 'date') return dateIn(value, reader);
  if (type === 'timestamp') return instantIn(value, reader);
  return type === 'duration' ? durationIn(value, reader) : null;
};

/** So many of something, in the language of the house: 1 run, 2 runs, 1,200 runs. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** A value as this reader writes it; null when its type is written alike everywhere, or the value is not of the type. */
export const readable = (value: Json, type: string | null, reader: Reader): string | null =>
  inWords(value, type, reader)?.replace(/[\u00A0\u202F\u200E\u200F]/g, ' ') ?? null;

/** The same for a reader whose language is known; null without one too: then the house form stands alone. */
export const readableTo = (value: Json, type: string | null, reader: Reader): string | null =>
  reader.locale === undefined ? null : readable(value, type, reader);

/** The exact text, which is what is decided on, and beside it how its reader writes the value. */
export const exactFirst = (exact: string, value: Json, type: string | null, reader: Reader): string => {
  const read = readableTo(value, type, reader);
  return read === null || read === exact ? exact : `${exact} (${read})`;
};
