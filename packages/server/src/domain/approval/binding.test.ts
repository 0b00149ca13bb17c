/** What was signed is what runs: over generated arguments, each single change is refused, and writing them otherwise is not. */
import { digestOf, type Json, type JsonObject, parseStrict } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlWith, Story } from '../story.testing.ts';

const control = controlWith(
  '  - { id: never, at: wipe, when: "true", then: forbid, because: "Nothing is wiped.", instead: "Archive it." }',
  '  - { id: never, at: wipe, then: approval, by: sign-off, because: "Wiping is signed." }',
);

const word = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' }).filter((text) => text !== '__proto__');
const attachment = fc.record({ name: word, size: fc.nat(), digest: word.map((text) => `sha256:${text}`) });
const leaf = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  word,
  word.map((text) => `EUR ${text}`),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    leaf,
    attachment,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(word, tie('tree'), { maxKeys: 3 }),
  ),
}));
const args = fc.dictionary(word, tree, { minKeys: 1, maxKeys: 4 }) as fc.Arbitrary<JsonObject>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every tree that differs in one place: a value, a name, one more, one less, another order of a list. */
const mutations = (value: Json): Json[] => {
  if (Array.isArray(value))
    return [
      [...value, 0],
      ...(value.length > 0 ? [value.slice(1)] : []),
      ...value.flatMap((item, index) =>
        mutations(item).map((other): Json => value.map((one, at) => (at === index ? other : one))),
      ),
    ];
  if (isObject(value))
    return [
      { ...value, 'one more': 0 },
      ...Object.keys(value).flatMap((name): Json[] => {
        const { [name]: item = null, ...others } = value;
        return [
          others,
          { ...others, [`${name}+`]: item },
          ...mutations(item).map((other): Json => ({ ...others, [name]: other })),
        ];
      }),
    ];
  if (typeof value === 'number') return [value + 1, String(value)];
  if (typeof value === 'boolean') return [!value];
  return value === null ? [false] : [`${value}​`, `${value} `];
};

/** The same content with other key order and white space, through the door's own parser. */
const rewritten = (value: Json): Json => {
  const shuffled = (one: Json): Json => {
    if (Array.isArray(one)) return one.map(shuffled);
    if (!isObject(one)) return one;
    return Object.fromEntries(
      Object.entries(one)
        .reverse()
        .map(([name, item]) => [name, shuffled(item)]),
    );
  };
  return parseStrict(JSON.stringify(shuffled(value), null, '\t')) as Json;
};

const signed = (asked: JsonObject): Story => {
  const story = new Story();
  story.control = control;
  return story.ask({ step: 'wipe', args: asked, key: 'k' }).sign('ben');
};

describe('A6, X9: approved arguments', () => {
  it('refuse every single change of a value, a field or an attachment', () => {
    let changes = 0;
    fc.assert(
      fc.property(args, (asked) => {
        const story = signed(asked);
        const { run } = story;
        for (const other of mutations(asked)) {
          if (digestOf(other) === digestOf(asked)) throw new Error('a change left the digest as it was');
          story.run = run;
          story.ask({ step: 'wipe', args: other as JsonObject, key: 'other' });
          expect(story.answer.kind).toBe('pause');
          changes += 1;
        }
      }),
      { numRuns: process.env.BELAY_NIGHTLY === '1' ? 2_000 : 60 },
    );
    expect(changes).toBeGreaterThan(300);
  });
  it('pass when they are only written otherwise', () => {
    fc.assert(
      fc.property(args, (asked) => {
        const story = signed(asked).ask({ step: 'wipe', args: rewritten(asked) as JsonObject, key: 'k' });
        expect(story.answer.kind).toBe('continue');
      }),
      { numRuns: 100 },
    );
  });
  it('are not taken in where two parsers could read them differently', () => {
    for (const text of ['{"amount":1,"amount":1000000}', '{"a":"\\ud800"}', '{"a":9007199254740993}'])
      expect(() => parseStrict(text)).toThrow();
  });
});
