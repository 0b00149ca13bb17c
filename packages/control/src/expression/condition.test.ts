import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { everyType, parsed } from '../sample.testing.ts';
import { analyse, conjunctsOf } from './condition.ts';
import { parseExpression } from './parser.ts';
import { scopeOf } from './scope.ts';

const scope = scopeOf(parsed(everyType('')), ['pay']);
const problems = (source: string) =>
  analyse(source, scope).problems.map(({ message, remedy }) => `${message} ${remedy}`);
const ir = (source: string) => analyse(source, scope).ir;

const piece = fc.constantFrom(
  'amount',
  'tier',
  'labels',
  '&&',
  '||',
  '!',
  '(',
  ')',
  '==',
  '<',
  'in',
  '[',
  ']',
  '"a"',
  '3',
  '.',
  'has',
  ',',
  '?',
  ':',
  'EUR 5.00',
  '-',
  '*',
);

test('a choice that is chosen by choices is refused before there is too much to ask', () => {
  const nested = (depth: number) => `${'('.repeat(depth)}urgent${' ? count > 3 : count > 5)'.repeat(depth)}`;
  expect(problems(nested(4))).toEqual([]);
  expect(problems(nested(20))).toEqual([expect.stringMatching(/too long\. .+ rules of their own\.$/)]);
});

describe('the grammar', () => {
  test('binds like CEL: && before ||, comparison before &&, * before +', () => {
    const shape = (source: string): unknown => {
      const walk = (node: ReturnType<typeof parseExpression>): unknown =>
        node.kind === 'binary'
          ? [node.op, walk(node.left), walk(node.right)]
          : node.kind === 'name'
            ? node.name
            : node.kind;
      return walk(parseExpression(source));
    };
    expect(shape('a || b && c')).toEqual(['||', 'a', ['&&', 'b', 'c']]);
    expect(shape('a + b * c < d')).toEqual(['<', ['+', 'a', ['*', 'b', 'c']], 'd']);
    expect(shape('a - b - c')).toEqual(['-', ['-', 'a', 'b'], 'c']);
  });

  test.each([
    ['', 'The expression is empty. Write a condition, or `true`.'],
    ['count >', 'Expected a fact or a value, found the end. Write a fact, such as amount, or a value.'],
    ['count = 3', 'One "=" compares nothing. Compare with "==".'],
    ['urgent and urgent', '"and" is not in the language. Write "&&".'],
    ['count > 3 count < 5', 'Expected && or ||, found "count". Join conditions with && or ||.'],
    ['1 < count < 5', 'Comparisons do not chain. Write `a < b && b < c`.'],
    ['(urgent', 'Expected ")", found the end. Put ")" here.'],
    ['maybe == null', '"null" is not in the language. Ask `has(fact)` whether an optional fact is there.'],
    [
      'labels[0] == "x"',
      'Lists are not indexed in this language. Use `"x" in facts`, `facts.exists(f, …)` or `size(facts)`.',
    ],
    ['count > 1e3', 'Numbers with an exponent are not in the language. Write all its digits.'],
    ['tier == “gold”', 'Typographic quotes do not quote. Use straight quotes: "text".'],
  ])('says what is wrong with %j', (source, expected) => {
    expect(problems(source)).toEqual([expected]);
  });

  test('reads texts with the escapes that CEL has', () => {
    expect(ir(String.raw`subject == "Am\u00e9lie \U0001F600 \x41\102\?\t"`)).toMatchObject({
      values: ['Amélie 😀 AB?\t'],
    });
    for (const wrong of ['\\q', '\\u12', '\\ud800', '\\U00110000', '\\x4', '\\400'])
      expect(problems(`subject == "${wrong}"`)[0]).toMatch(/^This escape is not known/);
  });

  test('is bounded in depth and length', () => {
    expect(problems(`${'('.repeat(100)}urgent${')'.repeat(100)}`)[0]).toMatch(/nested too deeply/);
    expect(problems('!'.repeat(100).concat('urgent'))[0]).toMatch(/nested too deeply/);
    expect(problems(Array(3000).fill('urgent').join(' && '))[0]).toMatch(/too long/);
    expect(ir(Array(1000).fill('urgent').join(' && '))).not.toBeNull();
  });

  test('never throws anything but a problem, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(' ')),
        ),
        (source) => {
          const { ir: result, problems: found } = analyse(source, scope);
          expect(result === null).toBe(found.length > 0);
          for (const { from, to } of found) expect(from >= 0 && from <= to && to <= source.length).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('types', () => {
  test.each([
    ['amont > EUR 5.00', /^There is no fact "amont". Did you mean "amount"\?/],
    ['args.amont > EUR 5.00', /has no argument "amont". Did you mean "amount"\?/],
    ['amount > 500', /^amount is money; 500 has no currency. Write EUR 500.00/],
    ['amount > GBP 5.00', /^amount is never in GBP. Its currencies: EUR, USD/],
    ['amount > EUR 20_000.00', /outside of the declared range of amount. Its range is EUR 0.00 to EUR 10,000.00/],
    ['amount > EUR 5.5', /^"EUR 5.5" is not an amount/],
    ['count > 2.5', /^count is a whole number; 2.5 does not fit/],
    ['count == "3"', /^count is an int; this is not/],
    ['score < 0.855', /^score has at most 2 digits after the point/],
    ['tier == "glod"', /^tier is never "glod". Did you mean "gold"\?/],
    ['tier < "gold"', /^Texts are not ordered/],
    ['urgent > true', /^Truth values are not ordered/],
    ['subject.matches("a+")', /^Regular expressions are not in the language: they could not be proved. Use contains/],
    ['subject.contain("a")', /^There is no function "contain". Did you mean "contains"\?/],
    ['count + other.count > 3', /^Arithmetic between two facts is not in the language/],
    ['count / 2 > 3', /^Division rounds/],
    ['3 < 4', /^Two constants are compared/],
    ['count == count', /^count is compared with itself/],
    ['amount == count', /^amount is money, count is int/],
    ['labels == "x"', /^labels is a set/],
    ['labels.contains("x")', /^labels is set, not text. Write "x" in labels/],
    ['"x" in subject', /^subject is string, not a set/],
    ['args.id in listed(own-acounts)', /^There is no list "own-acounts". Did you mean "own-accounts"\?/],
    ['labels.exists(l, count > 3)', /^Inside of exists and all only "l" can be read/],
    ['count', /^count is int, not a condition/],
    ['(urgent ? 1 : 2) > count', /chooses between conditions/],
    ['due > date("2026-02-30")', /^This is not a date/],
    ['wait > "15m"', /^wait is a duration; this is not. Compare it with a duration/],
    ['working(sentAt)', /^sentAt does not say its hours of work. Declare them with the fact/],
    ['working(count)', /^working needs a timestamp; count is int/],
    ['receivedAt.getHours() > 3', /^getHours is not in the language. Use hour\(fact\)/],
    ['subject.lowerAscii() == "x"', /^lowerAscii is not in the language/],
    ['count * 0 > 3', /^A fact times 0 is always 0/],
    ['count * 2 == 3', /^This can never be equal/],
    ['amount + EUR 5.00 > USD 3.00', /^EUR and USD cannot be compared/],
  ])('refuses %s', (source, expected) => {
    expect(problems(source)).toHaveLength(1);
    expect(problems(source)[0]).toMatch(expected);
  });

  test('reports every problem of an expression at once', () => {
    expect(problems('amont > EUR 5.00 && tier == "glod" || count == "3"')).toHaveLength(3);
  });

  test('points at the part that is wrong', () => {
    const source = 'urgent && tier == "glod"';
    const [problem] = analyse(source, scope).problems;
    expect(source.slice(problem?.from, problem?.to)).toBe('"glod"');
  });

  test('finds conditions that refer to themselves, and bounds those that multiply', () => {
    const circle = { ...scope, conditions: { a: 'b', b: '!a' } };
    expect(analyse('a', circle).problems[0]?.message).toContain('a → b → a');
    const conditions = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`c${i + 1}`, `c${i} && c${i} && c${i}`]),
    );
    const doubling = { ...scope, conditions: { ...conditions, c0: 'urgent' } };
    expect(analyse('c40', doubling).problems[0]?.message).toMatch(/too long/);
  });
});

describe('arithmetic', () => {
  test.each([
    ['count * 2 > 5', '>', 2],
    ['count * 2 >= 5', '>=', 3],
    ['count * 2 < 5', '<', 3],
    ['count * 2 <= 5', '<=', 2],
    ['count * -2 < -5', '>', 2],
    ['10 - count > 3', '<', 7],
    ['count + 3 > 5', '>', 2],
    ['5 < count', '>', 5],
    ['-count >= -4', '<=', 4],
  ])('%s is solved exactly for the fact', (source, op, value) => {
    expect(ir(source)).toMatchObject({ kind: 'compare', op, value });
  });

  test('agrees with calculating, for every small number', () => {
    const small = fc.integer({ min: -6, max: 6 });
    const op = fc.constantFrom('<', '<=', '>', '>=');
    fc.assert(
      fc.property(
        small.filter((factor) => factor !== 0),
        small,
        op,
        small,
        fc.integer({ min: 0, max: 100 }),
        (factor, offset, order, limit, count) => {
          fc.pre(factor !== 1 || offset !== 0 || limit >= 0);
          const condition = ir(`count * ${factor} + ${offset} ${order} ${limit}`);
          if (condition?.kind !== 'compare') throw new Error('not a comparison');
          const compare = {
            '<': (a: number, b: number) => a < b,
            '<=': (a: number, b: number) => a <= b,
            '>': (a: number, b: number) => a > b,
            '>=': (a: number, b: number) => a >= b,
          };
          const expected = compare[order as '<'](count * factor + offset, limit);
          expect(compare[condition.op as '<'](count, condition.value)).toBe(expected);
        },
      ),
    );
  });
});

test('the parts of a conjunction are given as they were written', () => {
  expect(conjunctsOf('urgent && count > 3 && (tier == "gold" || urgent)')).toEqual([
    'urgent',
    'count > 3',
    '(tier == "gold" || urgent)',
  ]);
});
