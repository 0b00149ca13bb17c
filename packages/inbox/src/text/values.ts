/**
 * Arguments, facts and subjects for a reader. The text is made from the value itself and never from what the
 * agent says about it; every digit of an amount stays.
 */
import { type Json, type JsonObject, readable } from '@belay/protocol';

const money = /^([A-Z]{3}) (-?)(\d+)(\.\d+)?$/;

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

export const isMoney = (value: Json): value is string => typeof value === 'string' && money.test(value);

const thousands = /^-?\d{1,3}([,\s]\d{3})+(\.\d+)?$/;

/** An amount as a person types it, its digits alone; null: unclear. A decimal comma is never taken for thousands. */
export const typedAmount = (typed: string): string | null => {
  const text = typed.trim();
  const plain = thousands.test(text) ? text.replace(/[,\s]/g, '') : text;
  return /^-?\d+(\.\d{1,3})?$/.test(plain) ? plain : null;
};

const numberText = (value: number): string => {
  const text = String(value);
  const [, sign = '', whole = '', rest = ''] = /^(-?)(\d+)(.*)$/.exec(text) ?? [];
  return whole.length > 4 && !text.includes('e') ? `${sign}${grouped(whole)}${rest}` : text;
};

/** One line for one value, money as the reader writes it. Objects and lists are their exact JSON. */
export const valueText = (value: Json): string => {
  if (value === null) return 'missing';
  if (typeof value === 'string') return readable(value, 'money', {}) ?? value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.map(valueText).join(', ');
  return canonicalText(value);
};

/** The canonical form (RFC 8785): sorted names, no white space. What the digest is made of. */
export const canonicalText = (value: Json): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name] ?? null)}`).join(',')}}`;
};

/** The canonical form on several lines, for reading. */
export const prettyText = (value: Json): string => JSON.stringify(JSON.parse(canonicalText(value)), null, 2);

/** Names and values in canonical order. */
export const entriesOf = (object: JsonObject): [string, Json][] =>
  Object.keys(object)
    .sort()
    .map((name) => [name, object[name] ?? null]);

/** A few words for a list: the money first, then what is short. */
export const briefEntries = (object: JsonObject, most: number): [string, Json][] =>
  entriesOf(object)
    .sort(([, a], [, b]) => Number(isMoney(b)) - Number(isMoney(a)))
    .filter(([name, value]) => Math.max(name.length, valueText(value).length) <= 60)
    .slice(0, most);

/** Who or what a run is about, in one short line. */
export const subjectText = (subject: JsonObject): string =>
  entriesOf(subject)
    .map(([, value]) => valueText(value))
    .join(' · ');

/** SHA-256 of the canonical form as the server writes it; null where the browser offers no cryptography. */
export const digestInBrowser = async (value: Json): Promise<string | null> => {
  if (globalThis.crypto?.subtle === undefined) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonicalText(value))));
  return `sha256:${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
};

export const shortDigest = (digest: string): string => digest.replace(/^sha256:(.{8}).*(.{4})$/, 'sha256:$1…$2');
