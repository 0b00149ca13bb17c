/**
 * The official conformance tests of CEL, as far as they are conditions: each is either refused with its reason or gives
 * the result that CEL demands. Most of them compare constants, which this language refuses: those are asked a second time
 * with the constants handed in as facts.
 */
import { type Control, compileControl, parseControl } from '@belay/control';
import { expect, test } from 'vitest';
import { parseExpression } from '../../packages/control/src/expression/parser.ts';
import type { Expression } from '../../packages/control/src/expression/syntax.ts';

const suite = await import('@bufbuild/cel-spec/testdata/tests.js').catch(() => null);
if (suite === null)
  console.log('bench/ is not installed: the conformance tests of CEL are skipped (npm --prefix bench install).');

type Value = { kind: { case?: string; value?: unknown } };
type Official = {
  expr: string;
  checkOnly: boolean;
  /** name space in which names are looked for: a control has none */
  container: string;
  bindings: Record<string, { kind: { case?: string; value?: Value } }>;
  resultMatcher: { case?: string; value?: Value };
};
type Folder = { name: string; suites: Folder[]; tests: { original: Official }[] };
type Case = { file: string; expr: string; facts: Record<string, Fact>; expected: boolean | 'error' };
type Fact = { type: string; value: unknown };

/** What a value of the tests is as a fact; null: there is no such type. */
const factOf = ({ kind }: Value): Fact | null => {
  const { case: type, value } = kind;
  if (type === 'boolValue') return { type: '{ from: agent, type: bool }', value };
  if (type === 'stringValue') return { type: '{ from: agent, type: string }', value };
  if (type === 'int64Value' && Number.isSafeInteger(Number(value)))
    return { type: '{ from: agent, type: int }', value: Number(value) };
  if (type !== 'listValue') return null;
  const items = (value as { values: Value[] }).values;
  if (!items.every((item) => item.kind.case === 'stringValue')) return null;
  return { type: '{ from: agent, type: set }', value: items.map((item) => item.kind.value) };
};

const expectedOf = ({ resultMatcher: { case: kind, value } }: Official): Case['expected'] | null => {
  if (kind === undefined) return true;
  if (kind === 'evalError') return 'error';
  return kind === 'value' && value?.kind.case === 'boolValue' ? (value.kind.value as boolean) : null;
};

/** A test of a number or a text as a condition: its expression compared with the result that it demands. */
const asCondition = (official: Official): Official => {
  const { case: kind, value } = official.resultMatcher;
  const type = kind === 'value' ? value?.kind.case : undefined;
  if (kind !== 'value' || (type !== 'int64Value' && type !== 'stringValue')) return official;
  const result = type === 'int64Value' ? String(value?.kind.value) : JSON.stringify(value?.kind.value);
  return { ...official, expr: `(${official.expr}) == ${result}`, resultMatcher: {} };
};

const caseOf = (file: string, official: Official): Case | null => {
  const expected = official.checkOnly || official.container !== '' ? null : expectedOf(official);
  if (expected === null) return null;
  const facts: Case['facts'] = {};
  for (const [name, { kind }] of Object.entries(official.bindings)) {
    const fact = kind.case === 'value' && kind.value !== undefined ? factOf(kind.value) : null;
    // A binding without a type here is not declared: the test is then refused for it.
    if (fact !== null) facts[name] = fact;
  }
  return { file, expr: official.expr, facts, expected };
};

const casesIn = (folder: Folder, file?: string): (Case | null)[] => [
  ...folder.suites.flatMap((inner) => casesIn(inner, file ?? inner.name)),
  ...folder.tests.map(({ original }) => caseOf(file ?? folder.name, asCondition(original))),
];

const textOf = ({ expr, facts }: Case): string => `control: conformance
about: One official test.
owner: role:owner
${Object.keys(facts).length === 0 ? '' : 'facts:'}
${Object.entries(facts)
  .map(([name, { type }]) => `  ${name}: ${type}`)
  .join('\n')}
steps:
  go: { risk: low, effect: none }
rules:
  - { id: r, when: ${JSON.stringify(expr)}, then: handoff, because: b }
`;

type Answer = { kind: 'refused'; reason: string } | { kind: 'decided'; result: boolean | 'error' };

const nested = (facts: Case['facts']): Record<string, unknown> => {
  const agent: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(facts)) {
    const parts = name.split('.');
    const last = parts.pop() ?? '';
    let inner = agent;
    for (const part of parts) {
      inner[part] ??= {};
      inner = inner[part] as Record<string, unknown>;
    }
    inner[last] = value;
  }
  return agent;
};

const resultOf = (control: Control, facts: Case['facts'], wait: number): boolean | 'error' => {
  const agent = nested(facts) as never;
  const verdict = compileControl(control, wait).decide({ step: 'go', arguments: {}, agent, system: {}, looked: {} });
  if (verdict.house === 'badFact') return 'error';
  return verdict.fired.length === 1;
};

const ask = (each: Case): Answer => {
  const parsed = parseControl(textOf(each));
  if (!parsed.ok) {
    const [first] = parsed.problems;
    expect(first?.message).toBeTruthy();
    expect(first?.remedy).toBeTruthy();
    return { kind: 'refused', reason: first?.code ?? '' };
  }
  const results = [0, Number.POSITIVE_INFINITY].map((wait) => resultOf(parsed.control, each.facts, wait));
  expect(results[0]).toBe(results[1]);
  return { kind: 'decided', result: results[0] as boolean | 'error' };
};

type Place = { from: number; to: number; fact: Fact };

const literalFact = (expression: Expression): Fact | null => {
  if (expression.kind === 'list') {
    const texts = expression.items.map((item) =>
      item.kind === 'literal' && item.literal.type === 'string' ? item.literal.value : null,
    );
    return texts.includes(null) ? null : { type: '{ from: agent, type: set }', value: texts };
  }
  if (expression.kind === 'unary' && expression.op === '-') {
    const inner = literalFact(expression.of);
    return typeof inner?.value === 'number' ? { ...inner, value: -inner.value } : null;
  }
  if (expression.kind !== 'literal') return null;
  const { literal } = expression;
  if (literal.type === 'string') return { type: '{ from: agent, type: string }', value: literal.value };
  if (literal.type === 'bool') return { type: '{ from: agent, type: bool }', value: literal.value };
  if (literal.type !== 'number') return null;
  if (/^\d+$/.test(literal.text) && Number.isSafeInteger(Number(literal.text)))
    return { type: '{ from: agent, type: int }', value: Number(literal.text) };
  const digits = /^\d+\.(\d{1,6})$/.exec(literal.text);
  return digits === null ? null : { type: '{ from: agent, type: decimal, scale: 6 }', value: literal.text };
};

/** Constants that stand where this language has a fact: left of a comparison, before a method, in `size`, after `in`. */
const constantsIn = (expression: Expression): Place[] => {
  const lift = (part: Expression): Place[] => {
    const fact = literalFact(part);
    return fact === null ? constantsIn(part) : [{ from: part.from, to: part.to, fact }];
  };
  switch (expression.kind) {
    case 'unary':
      return constantsIn(expression.of);
    case 'choose':
      return [expression.test, expression.yes, expression.no].flatMap(constantsIn);
    case 'call': {
      const subject = expression.target ?? expression.args[0];
      return subject === undefined ? [] : lift(subject);
    }
    case 'binary': {
      const { op, left, right } = expression;
      if (op === '&&' || op === '||') return [...constantsIn(left), ...constantsIn(right)];
      if (op === 'in') return right.kind === 'list' && left.kind !== 'list' ? lift(left) : lift(right);
      return lift(left);
    }
    default:
      return [];
  }
};

/** The test with its constants as facts; null: the expression is not in the grammar, or has none. */
const lifted = (each: Case): Case | null => {
  let places: Place[];
  try {
    places = constantsIn(parseExpression(each.expr));
  } catch {
    return null;
  }
  if (places.length === 0) return null;
  let { expr } = each;
  const facts = { ...each.facts };
  for (const [index, { from, to, fact }] of [...places.entries()].reverse()) {
    facts[`given${index}`] = fact;
    expr = `${expr.slice(0, from)}given${index}${expr.slice(to)}`;
  }
  return { ...each, expr, facts };
};

type Count = { decided: number; strict: number; refused: Map<string, number> };

const countOf = (cases: Case[]): Count => {
  const count: Count = { decided: 0, strict: 0, refused: new Map() };
  for (const each of cases) {
    const answer = ask(each);
    if (answer.kind === 'refused') {
      count.refused.set(answer.reason, (count.refused.get(answer.reason) ?? 0) + 1);
    } else if (answer.result === 'error' && each.expected !== 'error') count.strict++;
    else {
      expect([each.file, each.expr, each.facts, answer.result]).toEqual([
        each.file,
        each.expr,
        each.facts,
        each.expected,
      ]);
      count.decided++;
    }
  }
  return count;
};

const shown = ({ decided, strict, refused }: Count): string =>
  `${decided + strict} applicable: ${decided} as CEL demands, ${strict} an error here that CEL absorbs; refused with the reason: ${[
    ...refused,
  ]
    .sort((a, b) => b[1] - a[1])
    .map(([reason, times]) => `${times} ${reason}`)
    .join(', ')}`;

test.skipIf(suite === null)(
  'every official test of a condition is decided as CEL demands, or refused with its reason',
  () => {
    if (suite === null) return;
    const all = casesIn(suite.getConformanceSuite() as unknown as Folder);
    const conditions = all.filter((each) => each !== null);
    const asWritten = countOf(conditions);
    const asFacts = countOf(conditions.flatMap((each) => lifted(each) ?? []));
    console.log(
      [
        `CEL conformance: ${all.length} tests, ${conditions.length} of conditions or errors`,
        `as written: ${shown(asWritten)}`,
        `with constants as facts: ${shown(asFacts)}`,
      ].join('\n  '),
    );
    expect(asWritten.decided).toBeGreaterThanOrEqual(24);
    expect(asFacts.decided).toBeGreaterThanOrEqual(131);
  },
);
