import type { Json, JsonObject } from '@belay/protocol';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { Control, GateInput, RuleSpec, TypeSpec } from '../model.ts';
import { everyType, parsed, usableInput } from '../sample.testing.ts';
import { problemOf } from '../value/spec.ts';
import { compileControl } from './compile.ts';
import { newSlots, writeFact } from './slots.ts';
import { strictness } from './verdict.ts';

const base = parsed(everyType(''));
const condition = fc.constantFrom(
  'true',
  'urgent',
  '!urgent',
  'small',
  'amount > EUR 500.00',
  'currency(amount) == "EUR" && amount > EUR 500.00',
  'amount >= fee',
  'score < 0.80',
  'count > 50',
  'count == other.count',
  'has(maybe) && maybe > 3',
  'maybe > 3',
  'fallback > 6',
  'tier == "gold"',
  'country in ["DE", "IT"]',
  'subject.contains("gift")',
  '"pii" in labels',
  'labels.all(l, l == "a")',
  'size(labels) > 1',
  'wait > duration("1h")',
  'due < date("2026-06-01")',
  'hour(receivedAt) < 9',
  'urgent || count > 10 && tier != "basic"',
);
const outcome = fc.constantFrom<Partial<RuleSpec>>(
  { then: 'continue' },
  { then: 'approval', by: 'sign-off' },
  { then: 'handoff', to: 'desk' },
  { then: 'forbid', instead: { text: 'Wait.' } },
  { then: 'forbid', instead: { handoff: 'desk' } },
);
const anyRule = fc.record({
  when: condition,
  unless: fc.option(condition),
  outcome,
  at: fc.constantFrom<string[]>([], ['pay'], ['look']),
});
const rules = fc.array(anyRule, { maxLength: 6 }).map((drawn): RuleSpec[] =>
  drawn.map(({ when, unless, outcome: then, at }, index) => ({
    ...{
      id: `r${index}`,
      at,
      when,
      unless,
      then: 'continue',
      to: null,
      by: null,
      instead: null,
      because: 'b',
      cites: null,
    },
    ...then,
  })),
);
const controlWith = (drawn: RuleSpec[], change: Partial<Control> = {}): Control => ({
  ...base,
  ...change,
  rules: drawn,
});

const junk: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue() as fc.Arbitrary<Json>,
  fc.constantFrom<Json>('EUR 5.00', 'USD 700.00', '0.5', 51, 'gold', '1h', '2026-02-01', [], ['pii'], true, null),
);
const keys = [
  'amount',
  'fee',
  'subject',
  'id',
  'score',
  'urgent',
  'labels',
  'maybe',
  'fallback',
  'count',
  'other',
  'wait',
  '__proto__',
  'constructor',
];
const jsonRecord: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom(...keys), junk);
const merged = (own: JsonObject, change: JsonObject): JsonObject =>
  Object.fromEntries([...Object.entries(own), ...Object.entries(change)]);
const sane = usableInput('pay');
const crm = (sane.looked.crm as { value: JsonObject }).value;
const looked: fc.Arbitrary<GateInput['looked']> = fc.oneof(
  fc
    .dictionary(fc.constantFrom('tier', 'country', 'due', 'receivedAt'), junk)
    .map((change) => ({ crm: { ok: true as const, value: merged(crm, change) } })),
  fc.constant({ crm: { ok: false as const, problem: 'timed out' } }),
  fc.constant({}),
);
const input: fc.Arbitrary<GateInput> = fc.record({
  step: fc.constantFrom('pay', 'look', 'pay', 'nothing'),
  arguments: fc.oneof(
    fc.constant(sane.arguments),
    jsonRecord.map((change) => merged(sane.arguments, change)),
  ),
  agent: fc.oneof(
    fc.constant(sane.agent),
    jsonRecord.map((change) => merged(sane.agent, change)),
  ),
  system: fc.oneof(
    fc.constant(sane.system),
    jsonRecord.map((change) => merged(sane.system, change)),
  ),
  looked: fc.oneof(fc.constant(sane.looked), looked),
});

const asked = (control: Control, gate: GateInput) => compileControl(control).decide(gate);

test('the order of the rules never changes the outcome, nor what is required', () => {
  fc.assert(
    fc.property(rules, input, fc.integer(), (drawn, gate, seed) => {
      const shuffled = [...drawn].sort(
        (a, b) => ((a.id.charCodeAt(1) * 7919 + seed) % 13) - ((b.id.charCodeAt(1) * 7919 + seed) % 13),
      );
      const set = (control: Control) => {
        const { outcome: kind, requirements, house } = asked(control, gate);
        return { kind, house, requirements: requirements.map((requirement) => JSON.stringify(requirement)).sort() };
      };
      expect(set(controlWith(shuffled))).toEqual(set(controlWith(drawn)));
    }),
    { numRuns: 600 },
  );
});

test('one more handoff rule never yields a weaker outcome', () => {
  fc.assert(
    fc.property(rules, anyRule, input, (drawn, { when, unless, at }, gate) => {
      const more: RuleSpec = {
        id: 'more',
        at,
        when,
        unless,
        then: 'handoff',
        to: 'desk',
        by: null,
        instead: null,
        because: 'b',
        cites: null,
      };
      const before = asked(controlWith(drawn), gate);
      const after = asked(controlWith([...drawn, more]), gate);
      expect(strictness[after.outcome]).toBeLessThanOrEqual(strictness[before.outcome]);
    }),
    { numRuns: 300 },
  );
});

test('nothing continues unless every fact that the step reads can be used', () => {
  fc.assert(
    fc.property(rules, input, (drawn, gate) => {
      const verdict = asked(controlWith(drawn), gate);
      const [first] = verdict.requirements;
      expect(verdict.outcome).toBe(first?.kind ?? 'continue');
      expect(verdict.because).not.toBe('');
      if (verdict.outcome !== 'continue') return;
      expect(['lowRisk', null]).toContain(verdict.house);
      expect(verdict.facts.every(({ problem }) => problem === null)).toBe(true);
      const strict = drawn.map((each) => ({ ...each, then: 'handoff' as const, to: null }));
      expect(asked(controlWith(strict), gate).house).not.toBe('badFact');
    }),
    { numRuns: 500 },
  );
});

test('a decision leaves no trace in the next one', () => {
  fc.assert(
    fc.property(rules, fc.array(input, { minLength: 2, maxLength: 4 }), (drawn, gates) => {
      const shared = compileControl(controlWith(drawn));
      for (const gate of gates) expect(shared.decide(gate)).toEqual(asked(controlWith(drawn), gate));
    }),
    { numRuns: 200 },
  );
});

const specs: TypeSpec[] = [
  ...base.facts,
  { type: 'money', currency: [] },
  { type: 'enum', values: ['a', 'b', 'c'], open: false },
  { type: 'decimal', scale: 0 },
];
const wire = fc.oneof(
  junk,
  fc.constantFrom<Json>(
    'EUR 10000.00',
    'EUR 10000.01',
    'USD -1.00',
    'JPY 5',
    '1.00',
    '1.01',
    '2026-02-30',
    '2026-02-28T10:00:00Z',
    100,
    101,
    -1,
    1.5,
    2 ** 53,
  ),
);

test('what the fast path accepts is exactly what the explanation finds nothing wrong with', () => {
  fc.assert(
    fc.property(fc.constantFrom(...specs), wire, (spec, value) => {
      const ref = { key: 'x', name: 'x', label: 'x', spec, optional: false, derived: null };
      const write = writeFact(ref, undefined, newSlots(1), 0);
      expect(write(value)).toBe(problemOf(spec, value) === null);
    }),
    { numRuns: 1000 },
  );
});

const more = [
  'amount != EUR 500.00',
  'fee >= USD 5.00',
  'amount == fee && subject != "x"',
  'country != tier',
  'count * 2 - 3 > 20',
  'count < other.count',
  'tier in ["gold", "silver", "basic"] && country in listed(own-accounts)',
  'subject in labels || "a" in labels',
  'has(maybe) ? maybe > 2 : size(subject) > 4',
  'weekday(receivedAt) in ["sat", "sun"] && receivedAt > timestamp("2026-01-31T09:30:00Z")',
  'working(receivedAt) || hour(receivedAt) > 20',
  'labels.exists(l, l.startsWith("p") || l.endsWith("i"))',
  'args.id.startsWith("acc-") && args.id in ["a", "b", "c", "d", "e", "f", "g", "h", "acc-9"]',
];

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a step's own function decides as its closures do, whatever comes in", () => {
  let written = 0;
  const real = Function;
  vi.stubGlobal(
    'Function',
    new Proxy(real, {
      construct: (target, given) => {
        written++;
        return Reflect.construct(target, given);
      },
    }),
  );
  const anyCondition = fc.oneof(condition, fc.constantFrom(...more));
  const drawnRules = fc.tuple(rules, fc.array(anyCondition, { minLength: 1, maxLength: 3 })).map(([drawn, whens]) => [
    ...drawn,
    ...whens.map((when, index): RuleSpec => {
      const names = { id: `more${index}`, at: ['pay', 'look'], when, unless: null, to: 'desk', by: null };
      return { ...names, then: 'handoff', instead: null, because: '{subject}', cites: null };
    }),
  ]);
  fc.assert(
    fc.property(drawnRules, fc.array(input, { minLength: 1, maxLength: 3 }), (drawn, gates) => {
      const [own, closures] = [compileControl(controlWith(drawn), 0), compileControl(controlWith(drawn), Infinity)];
      for (const gate of gates) expect(own.decide(gate)).toEqual(closures.decide(gate));
    }),
    { numRuns: process.env.BELAY_NIGHTLY === '1' ? 10_000 : 500 },
  );
  expect(written).toBeGreaterThan(400);
});

test('where code may not be made from text, the closures decide', () => {
  vi.stubGlobal('Function', function Forbidden() {
    throw new EvalError('Refused by the content security policy.');
  });
  const control = controlWith([]);
  expect(compileControl(control, 0).decide(usableInput('look'))).toMatchObject({ outcome: 'continue' });
});

test('a fact with a name that every object inherits is read only where it is', () => {
  const named = parsed(
    everyType('  - { id: r, at: look, when: constructor == "x" || has(valueOf), then: handoff, because: b }').replace(
      'facts:',
      'facts:\n  constructor: { from: agent, type: string }\n  valueOf: { from: agent, type: string, optional: true }',
    ),
  );
  const compiled = compileControl(named, 0);
  const gate = usableInput('look');
  expect(compiled.decide(gate)).toMatchObject({ house: 'badFact' });
  expect(compiled.decide({ ...gate, agent: { ...gate.agent, constructor: 'y' } })).toMatchObject({ fired: [] });
});
