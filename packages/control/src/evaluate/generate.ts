/**
 * The common case of one step as one function: read each fact, validate it, ask each rule. Where anything is out of the
 * ordinary it answers -1, and the closures decide from the start: it can be left out (no `eval`), never wrong alone.
 * What is written into its text is numbers of this file's making and JSON of the control's texts, nothing else.
 */
import { type Atom, baseOf, eachAtom, type Ir, type Order, type Ref } from '../expression/ir.ts';
import type { GateInput, TypeSpec } from '../model.ts';
import { scanDecimal } from '../value/decimal.ts';
import { currencyCode, minorDigits, scanMoney } from '../value/money.ts';
import { boundsOf, type NumericSpec } from '../value/spec.ts';
import { type LocalTime, localTimeIn, parseDate, parseDuration, parseTimestamp } from '../value/time.ts';
import { elementTest } from './closures.ts';
import type { Plan } from './plan.ts';
import type { Place } from './records.ts';
import { codePoints } from './slots.ts';
import type { Named } from './text.ts';

/** Writes the positions of the rules that fire to `hits`, and says how many; -1: not decided here. */
export type Fast = (input: GateInput, hits: Int32Array) => number;

/** What generated code calls: found in one array, by number. */
type Helper = unknown;

type Draft = {
  /** statements before the rules */
  lines: string[];
  helpers: Helper[];
  /** number of each fact's variables */
  facts: Map<string, number>;
  records: Map<string, string>;
};

/** The step reads something that this file does not write. */
class NotGenerated extends Error {}

/** V8 does not optimise very long functions. */
const mostRules = 200;

const text = (value: unknown): string => JSON.stringify(value);
const number = (value: number): string => (value < 0 || Object.is(value, -0) ? `(${value})` : String(value));

const helper = ({ helpers }: Draft, value: Helper): string => {
  const known = helpers.indexOf(value);
  return `h[${known >= 0 ? known : helpers.push(value) - 1}]`;
};

/** A key that every object inherits would be read where it is not. */
const keyOf = (key: string): string => {
  if (key in Object.prototype) throw new NotGenerated(key);
  return text(key);
};

/** A record as a variable: a plain object, as JSON has them; anything else is left to the closures. */
const record = (draft: Draft, path: string, value: string, isOurs = false): string => {
  const known = draft.records.get(path);
  if (known !== undefined) return known;
  const name = `r${draft.records.size}`;
  draft.records.set(path, name);
  draft.lines.push(
    `const ${name} = ${value};`,
    `if (typeof ${name} !== 'object' || ${name} === null) return -1;`,
    ...(isOurs ? [] : [`if (${name}.constructor !== Object) return -1;`]),
  );
  return name;
};

const recordOf = (draft: Draft, { from, source, path }: Place): string => {
  let name = text([from, source]);
  let found: string;
  if (from === 'lookup') {
    const looked = record(draft, 'looked', 'input.looked', true);
    const answer = record(draft, `${name} answer`, `${looked}[${keyOf(source ?? '')}]`, true);
    draft.lines.push(`if (${answer}.ok !== true) return -1;`);
    found = record(draft, name, `${answer}.value`);
  } else found = record(draft, name, `input.${from === 'args' ? 'arguments' : from}`);
  for (const key of path.slice(0, -1)) {
    name += text(key);
    found = record(draft, name, `${found}[${keyOf(key)}]`);
  }
  return found;
};

const outside = (variable: string, { min, max }: { min: number; max: number }): string =>
  `!(${variable} >= ${number(min)} && ${variable} <= ${number(max)})`;

/** Money in any currency. */
const anyMoneyLines = (draft: Draft, n: number): string[] => [
  `if (typeof v !== 'string' || !${helper(draft, scanMoney)}(v, out, 0)) return -1;`,
  `n${n} = out[0]; c${n} = out[1];`,
];

const moneyLines = (draft: Draft, spec: Extract<TypeSpec, { type: 'money' }>, n: number): string[] => {
  if (spec.currency.length === 0) {
    if (spec.min !== undefined || spec.max !== undefined) throw new NotGenerated('bounds in any currency');
    return anyMoneyLines(draft, n);
  }
  const scan = helper(draft, scanDecimal);
  const each = spec.currency.map((currency) => {
    const letters = [...`${currency} `].map((letter, index) => `v.charCodeAt(${index}) === ${letter.charCodeAt(0)}`);
    const amount = `n${n} = ${scan}(v, 4, ${minorDigits(currency)}, true); c${n} = ${currencyCode(currency)};`;
    return `if (${letters.join(' && ')}) { ${amount} if (${outside(`n${n}`, boundsOf(spec, currency))}) return -1; }`;
  });
  return [`if (typeof v !== 'string') return -1;`, `${each.join(' else ')} else return -1;`];
};

const parsedLines = (draft: Draft, spec: NumericSpec, parse: (value: string) => number | null, n: number): string[] => [
  `if (typeof v !== 'string') return -1;`,
  `n${n} = ${helper(draft, parse)}(v);`,
  `if (n${n} === null || ${outside(`n${n}`, boundsOf(spec))}) return -1;`,
];

const isTexts = (value: unknown): boolean => {
  if (!Array.isArray(value)) return false;
  for (let index = 0; index < value.length; index++) if (typeof value[index] !== 'string') return false;
  return true;
};

const oneOf = (draft: Draft, value: string, values: string[]): string =>
  values.length < 8
    ? `(${values.map((each) => `${value} === ${text(each)}`).join(' || ') || 'false'})`
    : `${helper(draft, new Set(values))}.has(${value})`;

/** Statements that validate `v` and put it into the variables of fact `n`. */
const valueLines = (draft: Draft, spec: TypeSpec, n: number): string[] => {
  switch (spec.type) {
    case 'int':
      return [
        `if (typeof v !== 'number' || !Number.isSafeInteger(v) || ${outside('v', boundsOf(spec))}) return -1;`,
        `n${n} = v;`,
      ];
    case 'decimal':
      return [
        `if (typeof v !== 'string') return -1;`,
        `n${n} = ${helper(draft, scanDecimal)}(v, 0, ${spec.scale}, false);`,
        `if (${outside(`n${n}`, boundsOf(spec))}) return -1;`,
      ];
    case 'money':
      return moneyLines(draft, spec, n);
    case 'duration':
      return parsedLines(draft, spec, parseDuration, n);
    case 'date':
      return parsedLines(draft, spec, parseDate, n);
    case 'timestamp':
      return parsedLines(draft, spec, parseTimestamp, n);
    case 'bool':
      return [`if (typeof v !== 'boolean') return -1;`, `n${n} = v;`];
    case 'set':
      return [`if (!${helper(draft, isTexts)}(v)) return -1;`, `t${n} = v;`];
    case 'enum':
      return [
        `if (typeof v !== 'string'${spec.open ? '' : ` || !${oneOf(draft, 'v', spec.values)}`}) return -1;`,
        `t${n} = v;`,
      ];
    case 'string':
      return [`if (typeof v !== 'string') return -1;`, `t${n} = v;`];
    case 'attachment':
      throw new NotGenerated(spec.type);
  }
};

const isThere = 'v !== undefined && v !== null';

const factLines = (draft: Draft, ref: Ref, { place, fallback }: Named): void => {
  const from = recordOf(draft, place);
  const n = draft.facts.size;
  draft.facts.set(ref.key, n);
  draft.lines.push(`let n${n} = 0, c${n} = 0, t${n} = '', p${n} = true;`);
  draft.lines.push(`v = ${from}[${keyOf(place.path.at(-1) ?? '')}];`);
  const lines = valueLines(draft, ref.spec, n);
  if (fallback !== undefined) draft.lines.push(`if (!(${isThere})) v = ${text(fallback)};`, ...lines);
  else if (ref.optional) draft.lines.push(`p${n} = ${isThere};`, `if (p${n}) {`, ...lines, '}');
  else draft.lines.push(...lines);
};

const derivedLines = (draft: Draft, ref: Ref): void => {
  const origin = baseOf(ref);
  const from = draft.facts.get(origin.key) ?? -1;
  const n = draft.facts.size;
  draft.facts.set(ref.key, n);
  draft.lines.push(`let n${n} = 0, t${n} = '', p${n} = p${from};`);
  if (ref.derived?.by === 'size') {
    const size = origin.spec.type === 'set' ? `t${from}.length` : `${helper(draft, codePoints)}(t${from})`;
    draft.lines.push(`n${n} = p${n} ? ${size} : 0;`);
    return;
  }
  const local: (ms: number) => LocalTime = localTimeIn(origin.spec.type === 'timestamp' ? origin.spec.zone : 'UTC');
  draft.lines.push(
    `if (p${n}) { v = ${helper(draft, local)}(n${from}); n${n} = v.${ref.derived?.by === 'minute' ? 'minute' : 'hour'}; t${n} = v.weekday; }`,
  );
};

// Conditions

const fault = '(fault = true, false)';

const variable = ({ facts }: Draft, ref: Ref): number => facts.get(ref.key) ?? -1;

const guarded = (draft: Draft, ref: Ref, test: string): string =>
  ref.optional ? `(p${variable(draft, ref)} ? ${test} : ${fault})` : test;

const strict: Record<Order, string> = { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '==': '===', '!=': '!==' };

/** A comparison that has an answer only where the currencies are the same. */
const inCurrency = (op: Order, same: string, plain: string): string => {
  if (op === '==') return `(${same} && ${plain})`;
  return op === '!=' ? `(!(${same}) || ${plain})` : `(${same} ? ${plain} : ${fault})`;
};

const compareCode = (draft: Draft, { ref, op, value, currency }: Extract<Atom, { kind: 'compare' }>): string => {
  const n = variable(draft, ref);
  const plain = `n${n} ${strict[op]} ${number(value)}`;
  const isOnly = ref.spec.type === 'money' && ref.spec.currency.length === 1;
  return currency === null || isOnly ? `(${plain})` : inCurrency(op, `c${n} === ${currencyCode(currency)}`, plain);
};

const factsCode = (draft: Draft, { left, op, right }: Extract<Atom, { kind: 'compareFacts' }>): string => {
  const [a, b] = [variable(draft, left), variable(draft, right)];
  if (left.spec.type === 'string' || left.spec.type === 'enum') return `(t${a} ${strict[op]} t${b})`;
  const plain = `n${a} ${strict[op]} n${b}`;
  return left.spec.type === 'money' ? inCurrency(op, `c${a} === c${b}`, plain) : `(${plain})`;
};

const atomCode = (draft: Draft, atom: Atom): string => {
  switch (atom.kind) {
    case 'isTrue':
      return guarded(draft, atom.ref, `n${variable(draft, atom.ref)}`);
    case 'present':
      return `p${variable(draft, atom.ref)}`;
    case 'compare':
      return guarded(draft, atom.ref, compareCode(draft, atom));
    case 'compareFacts':
      return guarded(draft, atom.left, guarded(draft, atom.right, factsCode(draft, atom)));
    case 'currency': {
      const codes = atom.currencies.map((currency) => `c${variable(draft, atom.ref)} === ${currencyCode(currency)}`);
      return guarded(draft, atom.ref, `(${codes.join(' || ')})`);
    }
    case 'oneOf':
      return guarded(draft, atom.ref, oneOf(draft, `t${variable(draft, atom.ref)}`, atom.values));
    case 'text': {
      const method = atom.op === 'contains' ? 'includes' : atom.op;
      return guarded(draft, atom.ref, `t${variable(draft, atom.ref)}.${method}(${text(atom.value)})`);
    }
    case 'member':
      return guarded(draft, atom.set, `t${variable(draft, atom.set)}.includes(${text(atom.value)})`);
    case 'memberFact': {
      const test = `t${variable(draft, atom.set)}.includes(t${variable(draft, atom.element)})`;
      return guarded(draft, atom.element, guarded(draft, atom.set, test));
    }
    case 'quantifier': {
      const method = atom.all ? 'every' : 'some';
      const test = `t${variable(draft, atom.set)}.${method}(${helper(draft, elementTest(atom.test))})`;
      return guarded(draft, atom.set, test);
    }
  }
};

const conditionCode = (draft: Draft, ir: Ir): string => {
  switch (ir.kind) {
    case 'constant':
      return String(ir.value);
    case 'not':
      return `!${conditionCode(draft, ir.of)}`;
    case 'and':
    case 'or': {
      const parts = ir.of.map((part) => conditionCode(draft, part));
      return parts.length === 0 ? String(ir.kind === 'and') : `(${parts.join(ir.kind === 'and' ? ' && ' : ' || ')})`;
    }
    default:
      return atomCode(draft, ir);
  }
};

const derivedIn = (plan: Plan): Ref[] => {
  const found = new Map<string, Ref>();
  const see = (ref: Ref) => {
    if (ref.derived !== null) found.set(ref.key, ref);
  };
  for (const { ir } of plan.rules) {
    eachAtom(ir, (atom) => {
      if ('ref' in atom) see(atom.ref);
      else if (atom.kind === 'compareFacts') for (const ref of [atom.left, atom.right]) see(ref);
      else if (atom.kind === 'memberFact') see(atom.element);
    });
  }
  return [...found.values()];
};

const codeOf = (plan: Plan): { code: string; helpers: Helper[] } => {
  const draft: Draft = { lines: [], helpers: [], facts: new Map(), records: new Map() };
  for (const [index, ref] of plan.feed.refs.entries()) factLines(draft, ref, plan.feed.named[index] as Named);
  for (const ref of derivedIn(plan)) derivedLines(draft, ref);
  const rules = plan.rules.map(({ ir }, index) => `if (${conditionCode(draft, ir)}) hits[count++] = ${index};`);
  const body = [...draft.lines, ...rules, 'return fault ? -1 : count;'];
  const code = `'use strict'; return (input, hits) => { let v, fault = false, count = 0; ${body.join('\n')} };`;
  return { code, helpers: draft.helpers };
};

/** The function of a step; null where code may not be made from text, or the step reads what cannot be written. */
export const generate = (plan: Plan): Fast | null => {
  if (plan.rules.length > mostRules) return null;
  try {
    const { code, helpers } = codeOf(plan);
    return new Function('h', 'out', code)(helpers, new Float64Array(2)) as Fast;
  } catch (error) {
    if (error instanceof NotGenerated || error instanceof EvalError) return null;
    throw error;
  }
};
