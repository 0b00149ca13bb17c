/** The proofs against brute force: every input of a small world is decided, and nothing may differ. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileControl } from '../evaluate/compile.ts';
import type { Control, GateInput, RuleSpec } from '../model.ts';
import { parsed } from '../sample.testing.ts';
import { firesOf, partOutside, proveStep, searchCase } from './proof.ts';

const world = parsed(`control: world
about: Small enough to be walked through.
owner: role:owner
facts:
  a: { from: args, type: int, min: 0, max: 4 }
  b: { from: lookup, source: s, type: int, min: 0, max: 4 }
  c: { from: system, type: int, min: 0, max: 1, optional: true }
  f: { from: agent, type: bool }
  m: { from: args, type: money, currency: [EUR, JPY], min: 0, max: 3 }
  t: { from: lookup, source: s, type: enum, values: [x, y], open: true }
  u: { from: agent, type: set }
steps:
  go: { risk: high, effect: irreversible, arguments: { a: int, m: money } }
approvals: { sign: { from: role:x } }
`);

const inputs: GateInput[] = [];
for (const a of [0, 1, 2, 3, 4])
  for (const b of [0, 1, 2, 3, 4])
    for (const c of [null, 0, 1])
      for (const f of [true, false])
        for (const m of ['EUR 0.99', 'EUR 1.00', 'EUR 1.01', 'JPY 0', 'JPY 1', 'JPY 2'])
          for (const t of ['x', 'y', 'z', 'w'])
            for (const u of [[], ['p'], ['q'], ['p', 'q']])
              inputs.push({
                step: 'go',
                arguments: { a, m },
                agent: { f, u },
                system: { c },
                looked: { s: { ok: true, value: { b, t } } },
              });

const atom = fc.oneof(
  fc
    .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), fc.integer({ min: 0, max: 4 }))
    .map((parts) => parts.join(' ')),
  fc.constantFrom('a < b', 'a == b', 'b >= a', 'b != a', 'f', 'c > 0', 'has(c)', 'has(c) && c == 1', 'c != 1'),
  fc.constantFrom(
    'm > EUR 1.00',
    'm == EUR 1.00',
    'm != JPY 1',
    'm >= JPY 2',
    'currency(m) == "EUR"',
    'currency(m) == "EUR" && m <= EUR 1.00',
  ),
  fc.constantFrom('t == "x"', 't in ["x", "y"]', 't.startsWith("z")', '"p" in u', '"q" in u', 'a * 2 > 5'),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    { weight: 3, arbitrary: atom },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
        .map(([left, op, right]) => `(${left} ${op} ${right})`),
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
const rules = fc
  .array(fc.tuple(condition, fc.option(condition, { freq: 4 })), { minLength: 1, maxLength: 4 })
  .map((drawn): RuleSpec[] =>
    drawn.map(([when, unless], index) => ({
      id: `r${index}`,
      at: ['go'],
      when,
      unless,
      then: 'continue',
      to: null,
      by: null,
      instead: null,
      because: 'b',
      cites: null,
    })),
  );

const proofOf = (drawn: RuleSpec[]) => {
  const control: Control = { ...world, rules: drawn };
  const compiled = compileControl(control);
  const [step] = control.steps;
  if (step === undefined) throw new Error('the world has one step');
  return { compiled, proof: proveStep(compiled, step) };
};

const runs = Number(process.env.BELAY_NIGHTLY === '1' ? 400 : 15);

test('a rule is proved to fire exactly when some input makes it fire', () => {
  fc.assert(
    fc.property(condition, fc.option(condition, { freq: 4 }), (when, unless) => {
      const { compiled, proof } = proofOf([
        {
          id: 'r',
          at: [],
          when,
          unless,
          then: 'continue',
          to: null,
          by: null,
          instead: null,
          because: 'b',
          cites: null,
        },
      ]);
      const verdicts = inputs.map((input) => compiled.decide(input));
      const [rule] = proof.rules;
      expect(partOutside(proof, rule?.regions.yes ?? [], []) !== null).toBe(
        verdicts.some(({ fired }) => fired.length > 0),
      );
      expect(partOutside(proof, rule?.regions.error ?? [], []) !== null).toBe(
        verdicts.some(({ house }) => house === 'badFact'),
      );
      expect(partOutside(proof, rule?.regions.no ?? [], []) !== null).toBe(
        verdicts.some(({ house }) => house === 'outsidePolicy'),
      );
    }),
    { numRuns: runs },
  );
});

test('a gap, a shadow and an overlap of several rules are proved exactly when there is one', () => {
  fc.assert(
    fc.property(rules, (drawn) => {
      const { compiled, proof } = proofOf(drawn);
      const verdicts = inputs.map((input) => compiled.decide(input));
      const search = searchCase(
        proof,
        [proof.space.full],
        [...firesOf(proof.rules), ...proof.errors],
        ({ house }) => house === 'outsidePolicy',
      );
      expect(search.found).toBe(verdicts.some(({ house }) => house === 'outsidePolicy'));
      if (search.found) expect(search.case).not.toBeNull();
      const [first, ...others] = proof.rules;
      if (first === undefined) return;
      const alone = partOutside(proof, first.regions.yes, [...firesOf(others), ...proof.errors]) !== null;
      expect(alone).toBe(
        verdicts.some(({ fired, house }) => house === null && fired.length === 1 && fired[0] === 'r0'),
      );
    }),
    { numRuns: runs },
  );
});
