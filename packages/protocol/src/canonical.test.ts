import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CanonicalError, canonicalize, digestOf, parseStrict } from './canonical.ts';
import type { Json } from './words.ts';

const refusal = (act: () => unknown): CanonicalError => {
  try {
    act();
  } catch (error) {
    if (error instanceof CanonicalError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('RFC 8785', () => {
  test('its example of literals, numbers and strings comes out byte for byte', () => {
    const value: Json = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '€$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalize(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('its example of sorting puts names in the order of their UTF-16 code units', () => {
    const text =
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",' +
      '"\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}';
    expect(Object.values(JSON.parse(canonicalize(parseStrict(text))) as object).sort()).toHaveLength(7);
    expect(canonicalize(parseStrict(text))).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",' +
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test.each([
    ['0000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555555', '333333333.3333333'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the number with the bits %s is written %s, and read back as itself', (bits, text) => {
    const value = Buffer.from(bits, 'hex').readDoubleBE();
    expect(canonicalize(value)).toBe(text);
    expect(parseStrict(text)).toBe(value);
  });

  test('the digest is the SHA-256 of the canonical text in UTF-8', () => {
    const value = { b: ['ö', 1], a: null };
    const expected = createHash('sha256').update('{"a":null,"b":["ö",1]}').digest('hex');
    expect(digestOf(value)).toBe(`sha256:${expected}`);
  });
});

describe('the same value has the same digest, another value another', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((characters) => !characters.includes('\0'));
  const leaf = fc.oneof(
    fc.constantFrom(null, true, false),
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  );
  const name = fc
    .string({ unit: 'grapheme', maxLength: 6 })
    .filter((key) => key !== '__proto__' && !key.includes('\0'));
  const { value: anyValue } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  const shuffled = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (value === null || typeof value !== 'object') return value;
    const reversed = Object.entries(value).reverse();
    return Object.fromEntries(reversed.map(([key, part]) => [key, shuffled(part)]));
  };

  const leaves = (value: Json, path: (string | number)[] = []): (string | number)[][] =>
    value === null || typeof value !== 'object'
      ? [path]
      : Object.entries(value).flatMap(([key, part]) => leaves(part, [...path, key]));

  const changed = (value: Json, path: (string | number)[]): Json => {
    const [key, ...rest] = path;
    if (key === undefined) return value === 'changed' ? 'changed again' : 'changed';
    if (Array.isArray(value)) return value.map((part, at) => (at === Number(key) ? changed(part, rest) : part));
    const object = value as { [key: string]: Json };
    return Object.fromEntries(
      Object.entries(object).map(([at, part]) => [at, at === String(key) ? changed(part, rest) : part]),
    );
  };

  test('neither the order of names nor white space changes the digest', () => {
    fc.assert(
      fc.property(anyValue, fc.constantFrom(0, 1, 4, '\t'), (value, space) => {
        const digest = digestOf(value);
        expect(digestOf(shuffled(value))).toBe(digest);
        expect(digestOf(parseStrict(JSON.stringify(shuffled(value), null, space)))).toBe(digest);
        expect(canonicalize(parseStrict(canonicalize(value)))).toBe(canonicalize(value));
      }),
    );
  });

  test('any changed leaf changes the digest', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), (value, pick) => {
        const all = leaves(value);
        fc.pre(all.length > 0);
        expect(digestOf(changed(value, all[pick % all.length] ?? []))).not.toBe(digestOf(value));
      }),
    );
  });

  test('the composed and the decomposed form of a letter are two values', () => {
    expect(digestOf({ payee: 'J\u00f6rg' })).not.toBe(digestOf({ payee: 'Jo\u0308rg' }));
  });
});

describe('strict JSON reads what JSON.parse reads, or refuses', () => {
  test('whatever is accepted is exactly what JSON.parse says', () => {
    const soup = fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          ',',
          ':',
          '"a"',
          '"b\\n"',
          '1',
          '-0',
          '1.50',
          '20e-1',
          'true',
          'null',
          ' ',
          '"',
        ),
        { maxLength: 12 },
      )
      .map((tokens) => tokens.join(''));
    fc.assert(
      fc.property(fc.oneof(soup, fc.json()), (text) => {
        let value: Json;
        try {
          value = parseStrict(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CanonicalError);
          return;
        }
        expect(value).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what programs read differently is refused before it is hashed', () => {
  test.each([
    ['{"amount":1,"amount":1000000}', '/amount'],
    ['{"a":{"\\u0061b":1,"ab":2}}', '/a/ab'],
    ['{"amount":9007199254740993}', '/amount'],
    ['[1,9007199254740993]', '/1'],
    ['1e400', ''],
    ['-1e400', ''],
    ['1e-400', ''],
    ['0.10000000000000001', ''],
    ['1.7976931348623159e308', ''],
    ['-0', ''],
    ['-0.0e7', ''],
    ['{"__proto__":{"admin":true}}', '/__proto__'],
    ['{"\\u005f_proto__":1}', '/__proto__'],
    ['{"a/b~c":"\\ud800"}', '/a~1b~0c'],
    ['"\\udc00\\ud800"', ''],
    ['"\ud83d"', ''],
    ['{"\\ud83d":1}', ''],
    ['{"a":"\\u0000"}', '/a'],
  ])('%s', (text, path) => {
    expect(refusal(() => parseStrict(text)).path).toBe(path);
  });

  test.each([
    ['', ' ', '{', '[', '"', '"\\', '"\\"', '{"a"', '{"a":', '{"a":1', '[1,', '[1'],
    ['01', '+1', '.5', '1.', '1e', '0x10', 'NaN', 'Infinity', '- 1', '--1', '1_000', '١'],
    ['[1,]', '{"a":1,}', '[,1]', '{,}', '{a:1}', "{'a':1}", '[1 2]', '{"a" 1}', '{1:2}', '[1;2]'],
    ['"\\x41"', '"\\u12"', '"\\u12G4"', '"a\nb"', '"\u0000"', '"\\\n"', '"\t"'],
    ['\ufeff1', '1\u00a0', '\u000b1', '/*x*/1', '1//x', '1 2', 'nul', 'truE', 'undefined', '{}[]', ']'],
  ])('refuses what is not JSON: %j, %j, %j, …', (...texts) => {
    for (const text of texts) expect(refusal(() => parseStrict(text)).message, text).toMatch(/\.$/);
  });

  test('accepts other spellings of an exact number', () => {
    expect(parseStrict('[1.0, 1.50, 1E2, 100e-2, 0.0, 0e999999, 1e21, 12300e-5]')).toEqual([
      1, 1.5, 100, 1, 0, 0, 1e21, 0.123,
    ]);
  });

  test('names that objects inherit are ordinary names', () => {
    const text = '{"constructor":1,"hasOwnProperty":2,"toString":3}';
    expect(canonicalize(parseStrict(text))).toBe(text);
  });

  test('64 levels are read, the 65th is refused, and 100,000 do not exhaust the stack', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(canonicalize(parseStrict(nested(64)))).toBe(nested(64));
    expect(refusal(() => parseStrict(nested(65))).message).toContain('deeper than 64');
    expect(refusal(() => parseStrict('{"a":'.repeat(100_000))).message).toContain('deeper than 64');
  });

  test('a text that is too long is refused unread', () => {
    expect(refusal(() => parseStrict(' '.repeat(2_000_000))).message).toContain('longer than');
  });

  test('a message is one short line, whatever the names in it are', () => {
    const { message } = refusal(() => parseStrict(`{"a\\r\\nFORGED ${'x'.repeat(10_000)}":-0}`));
    expect(message).not.toMatch(/[\r\n]/);
    expect(message.length).toBeLessThan(300);
  });
});

describe('a value without a canonical form is refused', () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  let shared: unknown = 'x'.repeat(100_000);
  for (let level = 0; level < 60; level++) shared = [shared, shared];

  test.each<[string, unknown, string]>([
    ['undefined', undefined, ''],
    ['an undefined property', { a: [{ b: undefined }] }, '/a/0/b'],
    ['a hole in an array', new Array(2), '/0'],
    ['NaN', { a: Number.NaN }, '/a'],
    ['Infinity', [Number.POSITIVE_INFINITY], '/0'],
    ['-0', -0, ''],
    ['a bigint', 1n, ''],
    ['a function', { a: () => 1 }, '/a'],
    ['a date', { a: new Date(0) }, '/a'],
    ['a map', new Map(), ''],
    ['a lone surrogate', { a: '\ud800' }, '/a'],
    ['a null character', ['a\0'], '/0'],
    ['a lone surrogate in a name', { '\udc00': 1 }, '/\udc00'],
    ['an own __proto__', JSON.parse('{"__proto__":1}'), '/__proto__'],
    ['a value that contains itself', cyclic, '/self'.repeat(64)],
    ['a value that is exponentially large', shared, ''],
  ])('%s', (_name, value, path) => {
    expect(refusal(() => canonicalize(value as Json)).path).toBe(path);
  });
});
