/** Conditions mean what they mean in CEL: generated expressions are evaluated by Belay and by @bufbuild/cel, side by side. */
import { compileControl, parseControl } from '@belay/control';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const cel = await import('@bufbuild/cel').catch(() => null);
if (cel === null)
  console.log('bench/ is not installed: the agreement with @bufbuild/cel is skipped (npm --prefix bench install).');

const controlWith = (when: string): string => `control: agreement
about: Facts that CEL has too.
owner: role:owner
facts:
  count: { from: agent, type: int, min: -50, max: 50 }
  other.count: { from: agent, type: int, min: -50, max: 50 }
  box.maybe: { from: agent, type: int, optional: true }
  flag: { from: agent, type: bool }
  name: { from: agent, type: string }
  other.name: { from: agent, type: string }
  labels: { from: agent, type: set }
steps:
  go: { risk: low, effect: none }
rules:
  - { id: r, when: ${JSON.stringify(when)}, then: handoff, because: b }
`;

const whole = fc.integer({ min: -9, max: 9 });
const order = fc.constantFrom('<', '<=', '>', '>=', '==', '!=');
const words = ['a', 'ab', 'b', 'ba', 'abc', '', 'é', '😀a'];
const word = fc.constantFrom(...words).map((text) => JSON.stringify(text));
const number = fc.constantFrom('count', 'other.count');
const text = fc.constantFrom('name', 'other.name');

const atom = fc.oneof(
  fc.tuple(number, order, whole).map((parts) => parts.join(' ')),
  fc.tuple(whole, order, number).map((parts) => parts.join(' ')),
  fc
    .tuple(
      number,
      fc.constantFrom(-3, -2, 2, 3, 5),
      fc.constantFrom('+', '-'),
      whole,
      fc.constantFrom('<', '<=', '>', '>='),
      whole,
    )
    .map(([fact, factor, op, add, compare, limit]) => `${fact} * ${factor} ${op} ${add} ${compare} ${limit}`),
  fc.tuple(whole, number, order, whole).map(([add, fact, compare, limit]) => `${add} - ${fact} ${compare} ${limit}`),
  order.map((op) => `count ${op} other.count`),
  fc.tuple(number, fc.array(whole, { minLength: 1, maxLength: 4 })).map(([fact, list]) => `${fact} in [${list}]`),
  fc.tuple(text, fc.constantFrom('==', '!='), word).map((parts) => parts.join(' ')),
  fc.constantFrom('name == other.name', 'other.name != name', 'flag', '!flag', 'flag == false', 'flag != true'),
  fc
    .tuple(text, fc.constantFrom('contains', 'startsWith', 'endsWith'), word)
    .map(([fact, method, value]) => `${fact}.${method}(${value})`),
  fc.tuple(text, fc.array(word, { minLength: 1, maxLength: 3 })).map(([fact, list]) => `${fact} in [${list}]`),
  fc.tuple(word, fc.constant('in labels')).map((parts) => parts.join(' ')),
  text.map((fact) => `${fact} in labels`),
  fc
    .tuple(fc.constantFrom('labels', 'name'), order, fc.integer({ min: 0, max: 4 }))
    .map(([fact, op, value]) => `size(${fact}) ${op} ${value}`),
  fc
    .tuple(fc.constantFrom('exists', 'all'), word)
    .map(([method, value]) => `labels.${method}(l, l.startsWith(${value}) || l == "b")`),
  fc.constantFrom(
    'has(box.maybe)',
    'has(box.maybe) && box.maybe > 2',
    '!has(box.maybe) || box.maybe == 1',
    'box.maybe < 3',
  ),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 4, arbitrary: atom },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map((parts) => `(${parts.join(' ')})`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map((parts) => parts.join(' ')),
    },
    { weight: 1, arbitrary: tie('condition').map((inner) => `!(${inner})`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('condition'), tie('condition'), tie('condition'))
        .map(([test_, yes, no]) => `(${test_} ? ${yes} : ${no})`),
    },
  ),
}));
const facts = fc.record({
  count: whole,
  other: fc.record({ count: whole, name: fc.constantFrom(...words) }),
  box: fc.oneof(
    fc.constant({}),
    whole.map((maybe) => ({ maybe })),
  ),
  flag: fc.boolean(),
  name: fc.constantFrom(...words),
  labels: fc.uniqueArray(fc.constantFrom(...words), { maxLength: 4 }),
});
type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never;

const asCel = ({ count, other, box, ...rest }: Facts) => ({
  ...rest,
  count: BigInt(count),
  other: { ...other, count: BigInt(other.count) },
  box: 'maybe' in box ? { maybe: BigInt(box.maybe) } : {},
});

test.skipIf(cel === null)('where no error occurs, a condition is as true as it is in CEL', () => {
  if (cel === null) return;
  let compared = 0;
  let strict = 0;
  fc.assert(
    fc.property(condition, fc.array(facts, { minLength: 4, maxLength: 4 }), (when, samples) => {
      const parsed = parseControl(controlWith(when));
      if (!parsed.ok) {
        expect(parsed.problems.every(({ code }) => code === 'outOfRange')).toBe(true);
        return;
      }
      const control = compileControl(parsed.control, samples.length % 2 === 0 ? 0 : Infinity);
      const program = cel.plan(cel.celEnv(), cel.parse(when));
      for (const sample of samples) {
        const verdict = control.decide({ step: 'go', arguments: {}, agent: sample as never, system: {}, looked: {} });
        const theirs = program(asCel(sample) as never);
        if (verdict.house === 'badFact') {
          // Errors are never absorbed here: CEL may still have an answer.
          strict++;
          continue;
        }
        compared++;
        expect([when, sample, theirs]).toEqual([when, sample, verdict.fired.length === 1]);
      }
    }),
    { numRuns: process.env.BELAY_NIGHTLY === '1' ? 5_000 : 200 },
  );
  expect(compared).toBeGreaterThan(strict);
});
