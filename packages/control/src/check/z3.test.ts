/** The proofs against another prover: Debian's Z3 has to give the same answer to every question about generated rules. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileControl } from '../evaluate/compile.ts';
import { type Atom, type Ir, type Order, type Ref, refsOf } from '../expression/ir.ts';
import type { Control, RuleSpec } from '../model.ts';
import { parsed } from '../sample.testing.ts';
import { currencyCode } from '../value/money.ts';
import { boundsOf, isNumeric } from '../value/spec.ts';
import { firesOf, partOutside, proveStep } from './proof.ts';

const hasZ3 = spawnSync('z3', ['--version']).status === 0;
if (!hasZ3)
  console.log('z3 is not installed: the agreement with it is skipped (scripts/setup-test-machine installs it).');

const world = parsed(`control: world
about: Larger than can be walked through.
owner: role:owner
facts:
  amount: { from: args, type: money, currency: [EUR, USD], min: 0, max: 100_000.00 }
  limit: { from: lookup, source: s, type: money, currency: [EUR, USD], min: 0, max: 100_000.00 }
  age: { from: lookup, source: s, type: int, min: 0, max: 5_000 }
  other.age: { from: lookup, source: s, type: int, min: 0, max: 5_000 }
  score: { from: agent, type: decimal, scale: 2, min: 0, max: 1, optional: true }
  tier: { from: lookup, source: s, type: enum, values: [gold, silver, basic] }
  flag: { from: agent, type: bool }
steps:
  go: { risk: high, effect: irreversible, arguments: { amount: money } }
`);

const order = fc.constantFrom('<', '<=', '>', '>=', '==', '!=');
const atom = fc.oneof(
  fc
    .tuple(fc.constantFrom('age', 'other.age'), order, fc.integer({ min: 0, max: 20 }))
    .map(([fact, op, value]) => `${fact} ${op} ${value * 100}`),
  fc.tuple(order, fc.integer({ min: 0, max: 9 })).map(([op, value]) => `amount ${op} EUR ${value * 500}.00`),
  fc.tuple(order, fc.integer({ min: 0, max: 9 })).map(([op, value]) => `has(score) && score ${op} 0.${value}0`),
  fc
    .tuple(fc.constantFrom('amount', 'limit'), order, fc.constantFrom('limit', 'amount'))
    .filter(([a, , b]) => a !== b)
    .map((parts) => parts.join(' ')),
  order.map((op) => `age ${op} other.age`),
  fc.constantFrom(
    'currency(amount) == "EUR"',
    'currency(limit) != "USD"',
    'score > 0.55',
    'flag',
    '!flag',
    'tier == "gold"',
    'tier in ["gold", "basic"]',
    'age * 3 - 100 > 800',
  ),
);
const condition = fc
  .array(fc.tuple(fc.array(atom, { minLength: 1, maxLength: 2 }), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((parts) =>
    parts
      .map(([atoms, negated]) => `${negated ? '!' : ''}(${atoms.map((each) => `(${each})`).join(' || ')})`)
      .join(' && '),
  );
const ruleSet = fc.array(condition, { minLength: 2, maxLength: 6 }).map((drawn): RuleSpec[] =>
  drawn.map((when, index) => ({
    id: `r${index}`,
    at: [],
    when,
    unless: null,
    then: 'continue',
    to: null,
    by: null,
    instead: null,
    because: 'b',
    cites: null,
  })),
);

// SMT-LIB

const name = (ref: Ref): string => `f_${ref.key.replaceAll('.', '_')}`;
const number = (value: number): string => (value < 0 ? `(- ${-value})` : String(value));
const and = (parts: string[]): string => (parts.length === 0 ? 'true' : `(and ${parts.join(' ')})`);
const or = (parts: string[]): string => (parts.length === 0 ? 'false' : `(or ${parts.join(' ')})`);
const negated = (part: string): string => `(not ${part})`;
const compared = (op: Order, left: string, right: string): string =>
  op === '==' ? `(= ${left} ${right})` : op === '!=' ? negated(`(= ${left} ${right})`) : `(${op} ${left} ${right})`;

/** Whether a condition is an error, and whether it holds where it is none. */
type Formula = { error: string; holds: string };

const absent = (ref: Ref): string => (ref.optional ? negated(`${name(ref)}_there`) : 'false');
const currencyOf = (ref: Ref): string => `${name(ref)}_currency`;
const isEquality = (op: Order): boolean => op === '==' || op === '!=';

const compareFormula = ({ ref, op, value, currency }: Extract<Atom, { kind: 'compare' }>): Formula => {
  const plain = compared(op, name(ref), number(value));
  if (currency === null) return { error: absent(ref), holds: plain };
  const same = `(= ${currencyOf(ref)} ${currencyCode(currency)})`;
  if (op === '==') return { error: 'false', holds: and([same, plain]) };
  if (op === '!=') return { error: 'false', holds: or([negated(same), plain]) };
  return { error: negated(same), holds: plain };
};

const factsFormula = ({ left, op, right }: Extract<Atom, { kind: 'compareFacts' }>): Formula => {
  const plain = compared(op, name(left), name(right));
  if (left.spec.type !== 'money') return { error: 'false', holds: plain };
  const same = `(= ${currencyOf(left)} ${currencyOf(right)})`;
  if (op === '==') return { error: 'false', holds: and([same, plain]) };
  return isEquality(op)
    ? { error: 'false', holds: or([negated(same), plain]) }
    : { error: negated(same), holds: plain };
};

const tiers = ['gold', 'silver', 'basic'];

const atomFormula = (each: Atom): Formula => {
  switch (each.kind) {
    case 'compare':
      return compareFormula(each);
    case 'compareFacts':
      return factsFormula(each);
    case 'isTrue':
      return { error: 'false', holds: name(each.ref) };
    case 'present':
      return { error: 'false', holds: `${name(each.ref)}_there` };
    case 'currency':
      return {
        error: 'false',
        holds: or(each.currencies.map((currency) => `(= ${currencyOf(each.ref)} ${currencyCode(currency)})`)),
      };
    case 'oneOf':
      return { error: 'false', holds: or(each.values.map((value) => `(= ${name(each.ref)} ${tiers.indexOf(value)})`)) };
    default:
      throw new Error(`The world has no ${each.kind}.`);
  }
};

/** Read from left to right: a part is an error only where it is reached. */
const formulaOf = (ir: Ir): Formula => {
  switch (ir.kind) {
    case 'constant':
      return { error: 'false', holds: String(ir.value) };
    case 'not': {
      const { error, holds } = formulaOf(ir.of);
      return { error, holds: negated(holds) };
    }
    case 'and':
    case 'or': {
      const parts = ir.of.map(formulaOf);
      const goesOn = parts.map(({ error, holds }) => and([negated(error), ir.kind === 'and' ? holds : negated(holds)]));
      const error = or(parts.map((part, index) => and([...goesOn.slice(0, index), part.error])));
      return { error, holds: (ir.kind === 'and' ? and : or)(parts.map(({ holds }) => holds)) };
    }
    default:
      return atomFormula(ir);
  }
};

const declared = (ref: Ref): string => {
  const { spec } = ref;
  if (spec.type === 'bool') return `(declare-const ${name(ref)} Bool)`;
  const lines = [`(declare-const ${name(ref)} Int)`];
  if (spec.type === 'enum') lines.push(`(assert (and (<= 0 ${name(ref)}) (< ${name(ref)} 3)))`);
  if (spec.type === 'money') {
    lines.push(`(declare-const ${currencyOf(ref)} Int)`);
    const each = spec.currency.map((currency) => {
      const { min, max } = boundsOf(spec, currency);
      return `(and (= ${currencyOf(ref)} ${currencyCode(currency)}) (<= ${min} ${name(ref)} ${max}))`;
    });
    lines.push(`(assert ${or(each)})`);
  } else if (isNumeric(spec)) {
    const { min, max } = boundsOf(spec);
    lines.push(`(assert (<= ${number(min)} ${name(ref)} ${number(max)}))`);
  }
  if (ref.optional) lines.push(`(declare-const ${name(ref)}_there Bool)`);
  return lines.join('\n');
};

const asked = (assertion: string): string => `(push)(assert ${assertion})(check-sat)(pop)`;

/** The same questions as `answers` asks the boxes, in the same order. */
const script = (irs: Ir[]): string => {
  const formulas = irs.map(formulaOf);
  const fires = formulas.map(({ error, holds }) => and([negated(error), holds]));
  const fails = formulas.map(({ error, holds }) => and([negated(error), negated(holds)]));
  const questions = [
    ...fires,
    ...formulas.map(({ error }) => error),
    and(fails),
    ...fires.map((fired, index) => and([fired, ...fails.filter((_, other) => other !== index)])),
    ...fires.flatMap((fired, index) => fires.slice(index + 1).map((other) => and([fired, other]))),
  ];
  return ['(reset)', ...refsOf(irs).map(declared), ...questions.map(asked), '(echo "next")'].join('\n');
};

const answers = (drawn: RuleSpec[]): { irs: Ir[]; found: boolean[] } => {
  const control: Control = { ...world, rules: drawn };
  const [step] = control.steps;
  if (step === undefined) throw new Error('The world has one step.');
  const proof = proveStep(compileControl(control), step);
  const { rules, space, errors } = proof;
  const isThere = (region: Parameters<typeof partOutside>[1], covers: Parameters<typeof partOutside>[2] = []) =>
    partOutside(proof, region, covers) !== null;
  const common = (a: number, b: number) =>
    (rules[a]?.regions.yes ?? []).flatMap((left) =>
      (rules[b]?.regions.yes ?? []).flatMap((right) => {
        const box = left.map((cells, position) => cells & (right[position] ?? 0n));
        return box.includes(0n) ? [] : [box];
      }),
    );
  const found = [
    ...rules.map(({ regions }) => isThere(regions.yes)),
    ...rules.map(({ regions }) => isThere(regions.error)),
    isThere([space.full], [...firesOf(rules), ...errors]),
    ...rules.map((rule) => {
      const others = rules.filter((other) => other !== rule);
      return isThere(rule.regions.yes, [...firesOf(others), ...others.flatMap(({ regions }) => regions.error)]);
    }),
    ...rules.flatMap((_, a) => rules.slice(a + 1).map((_other, b) => isThere(common(a, a + 1 + b)))),
  ];
  return { irs: rules.map(({ ir }) => ir), found };
};

test.skipIf(!hasZ3)('every dead rule, error, gap, shadow and overlap is found by both', () => {
  const count = process.env.BELAY_NIGHTLY === '1' ? 5000 : 500;
  const sets = fc.sample(ruleSet, { numRuns: count, seed: 20_261_123 });
  const own = sets.map(answers);
  const run = spawnSync('z3', ['-in', '-smt2'], {
    input: own.map(({ irs }) => script(irs)).join('\n'),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const theirs = run.stdout
    .trim()
    .split('next')
    .slice(0, count)
    .map((text) =>
      text
        .trim()
        .split(/\s+/)
        .filter((word) => word !== ''),
    );
  expect(theirs).toHaveLength(count);
  for (const [index, { found }] of own.entries()) {
    const words = found.map((answer) => (answer ? 'sat' : 'unsat'));
    expect([sets[index]?.map(({ when }) => when), theirs[index]]).toEqual([
      sets[index]?.map(({ when }) => when),
      words,
    ]);
  }
  const questions = own.flatMap(({ found }) => found);
  console.log(`${count} sets of rules, ${questions.length} questions: Z3 gives the same answer to each`);
  expect(questions.filter((answer) => !answer).length).toBeGreaterThan(count);
});
