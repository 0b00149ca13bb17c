/**
 * One text for one value: strict JSON in, RFC 8785 (JCS) out, and the digest that people approve and programs compare.
 * Whatever two parsers could read differently (duplicate keys, unsafe numbers, lone surrogates, `__proto__`) is
 * refused before it is hashed, so that what was shown, approved and carried out is the same thing.
 */
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { printable } from './printable.ts';
import { sha256 } from './sha256.ts';
import type { Json } from './words.ts';

const maxDepth = 64;
const defaultMaxLength = 1_048_576;
/** A canonical number can be longer than the one that was read (1e20), never five times as long. */
const maxCanonicalLength = 5 * defaultMaxLength;

/** The value or text has no single canonical form. `path` is the JSON pointer of the offending place. */
export class CanonicalError extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`${path === '' ? 'The document' : `The value at ${printable(path)}`} ${reason}`);
    this.name = 'CanonicalError';
    this.path = path;
  }
}

type Path = (string | number)[];

const pointer = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const refuse = (path: Path, reason: string): never => {
  throw new CanonicalError(pointer(path), reason);
};

const unsafeName = 'has the name __proto__, which programs misread; rename it.';
const nullCharacter = 'holds the character U+0000, which databases cannot keep; leave it out.';
const halfCharacter = 'holds half a character (a lone surrogate); send whole characters.';

const loneSurrogate = /\p{Surrogate}/u;
const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** Digits and exponent of a decimal, without the zeros that do not matter: equal exactly for equal numbers. */
const decimal = (text: string): string => {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace(/^-/, '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = stripTrailingZeros(digits);
  if (significant === '') return '0';
  return `${significant}e${Number(exponent) - fraction.length + (digits.length - significant.length)}`;
};

/** A loop, because /0+$/ is quadratic on digits full of zeros. */
const stripTrailingZeros = (digits: string): string => {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
};

class Parser {
  private readonly text: string;
  private readonly path: Path = [];
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) this.unexpected();
    return value;
  }

  private value(): Json {
    this.skipSpace();
    switch (this.text[this.at]) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return this.string();
      case 't':
        return this.word('true', true);
      case 'f':
        return this.word('false', false);
      case 'n':
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private object(): Json {
    const object: { [key: string]: Json } = {};
    this.open();
    if (this.take('}')) return object;
    do {
      this.skipSpace();
      if (this.text[this.at] !== '"') this.unexpected();
      const key = this.string();
      this.path.push(key);
      if (key === '__proto__') refuse(this.path, unsafeName);
      if (Object.hasOwn(object, key)) refuse(this.path, 'is there twice; a name may occur once in an object.');
      if (!this.take(':')) this.unexpected();
      object[key] = this.value();
      this.path.pop();
    } while (this.take(','));
    if (!this.take('}')) this.unexpected();
    return object;
  }

  private array(): Json {
    const array: Json[] = [];
    this.open();
    if (this.take(']')) return array;
    do {
      this.path.push(array.length);
      array.push(this.value());
      this.path.pop();
    } while (this.take(','));
    if (!this.take(']')) this.unexpected();
    return array;
  }

  private string(): string {
    const start = this.at;
    let simple = true;
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (!(code >= 0x20)) this.unexpected();
      if (code >= 0xd800) simple = false;
      if (code === 0x5c) {
        simple = false;
        this.at++;
      }
    }
    this.at++;
    return simple ? this.text.slice(start + 1, this.at - 1) : this.unescape(this.text.slice(start, this.at));
  }

  private unescape(token: string): string {
    let value: string;
    try {
      value = JSON.parse(token) as string;
    } catch {
      return refuse(this.path, 'holds an escape that JSON does not know.');
    }
    if (loneSurrogate.test(value)) refuse(this.path, halfCharacter);
    if (value.includes('\0')) refuse(this.path, nullCharacter);
    return value;
  }

  private number(): number {
    numberToken.lastIndex = this.at;
    const token = numberToken.exec(this.text)?.[0];
    if (token === undefined) return this.unexpected();
    this.at += token.length;
    const value = Number(token);
    if (String(value) === token) return value;
    const exact = Number.isFinite(value) && !Object.is(value, -0) && decimal(token) === decimal(String(value));
    return exact ? value : refuse(this.path, inexact(token));
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.unexpected();
    this.at += word.length;
    return value;
  }

  private open(): void {
    this.at++;
    // Every open container but the root stands under one part of the path.
    if (this.path.length >= maxDepth) refuse(this.path, `is nested deeper than ${maxDepth} levels.`);
  }

  private take(character: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private unexpected(): never {
    const found =
      this.at < this.text.length ? `${JSON.stringify(this.text[this.at])} at position ${this.at}` : 'its end';
    return refuse(this.path, `is not JSON: ${found} was not expected.`);
  }
}

const inexact = (token: string): string =>
  `is the number ${printable(token)}, which a program cannot hold exactly; send it as a string.`;

/** Strict JSON: one reading or none. Linear in the text, and never deeper than 64 levels. */
export const parseStrict = (text: string, maxLength: number = defaultMaxLength): Json => {
  if (text.length > maxLength) refuse([], `is longer than ${maxLength} characters.`);
  return new Parser(text).document();
};

class Writer {
  private readonly path: Path = [];
  private text = '';

  document(value: unknown): string {
    this.value(value);
    return this.text;
  }

  private value(value: unknown): void {
    // A value that shares its parts can be exponentially longer than the memory it takes.
    if (this.text.length > maxCanonicalLength) refuse([], 'is too large to be canonicalized.');
    if (typeof value === 'string') this.string(value);
    else if (typeof value === 'number') this.number(value);
    else if (value === null || typeof value === 'boolean') this.text += String(value);
    else if (typeof value === 'object') this.container(value);
    else refuse(this.path, `is ${typeof value}, which JSON cannot say; leave it out.`);
  }

  private container(value: object): void {
    if (this.path.length >= maxDepth)
      refuse(this.path, `is nested deeper than ${maxDepth} levels, or contains itself.`);
    if (Array.isArray(value)) this.array(value);
    else this.object(value);
  }

  private array(array: unknown[]): void {
    this.text += '[';
    for (let index = 0; index < array.length; index++) {
      if (index > 0) this.text += ',';
      this.path.push(index);
      this.value(array[index]);
      this.path.pop();
    }
    this.text += ']';
  }

  private object(object: object): void {
    const prototype = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) {
      refuse(this.path, 'is not plain data (a Date, Map or class); give its JSON form.');
    }
    this.text += '{';
    for (const [index, key] of Object.keys(object).sort().entries()) {
      if (index > 0) this.text += ',';
      this.path.push(key);
      if (key === '__proto__') refuse(this.path, unsafeName);
      this.string(key);
      this.text += ':';
      this.value((object as Record<string, unknown>)[key]);
      this.path.pop();
    }
    this.text += '}';
  }

  /** JSON.stringify escapes a string exactly as RFC 8785 asks; only the sorting and the refusals are ours. */
  private string(value: string): void {
    if (loneSurrogate.test(value)) refuse(this.path, halfCharacter);
    if (value.includes('\0')) refuse(this.path, nullCharacter);
    this.text += JSON.stringify(value);
  }

  private number(value: number): void {
    if (Object.is(value, -0)) refuse(this.path, 'is -0, which has no canonical form; send 0.');
    if (!Number.isFinite(value)) refuse(this.path, `is ${value}, which JSON cannot say.`);
    this.text += String(value);
  }
}

/** RFC 8785: no white space, names sorted by UTF-16 code units, numbers and strings as ECMAScript writes them. */
export const canonicalize = (value: Json): string => new Writer().document(value);

/** `sha256:<hex>` of the canonical form in UTF-8: the identity of arguments, instructions, controls and events. */
export const digestOf = (value: Json): string => `sha256:${bytesToHex(sha256(utf8ToBytes(canonicalize(value))))}`;
