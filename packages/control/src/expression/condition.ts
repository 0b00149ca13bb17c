/** Syntax tree to IR: resolves names, checks types, refuses what is outside of the decidable subset, with the reason. */
import { didYouMean } from '@belay/protocol';
import { isText } from '../value/spec.ts';
import { weekdays } from '../value/time.ts';
import { conditionCalls, onlyArgument, unknownCall, valueCalls } from './calls.ts';
import { compare, compareConstant } from './comparison.ts';
import { all, any, constant, eachAtom, elementRef, type Ir, not, type Order, type Ref } from './ir.ts';
import { parseExpression } from './parser.ts';
import { isRef, resolve, type Scope } from './scope.ts';
import { type Expression, ExpressionError, type ExpressionProblem, type Span } from './syntax.ts';
import { calculate, checkEnumValue, literalConstant, negate, refuse, spend, type Term, timeConstant } from './terms.ts';

type Call = Extract<Expression, { kind: 'call' }>;
type Binary = Extract<Expression, { kind: 'binary' }>;

type Context = {
  scope: Scope;
  problems: ExpressionProblem[];
  /** name of the element inside `exists` and `all` */
  element: string | null;
  /** conditions being expanded, to find a circle */
  inside: string[];
  /** characters that may still be read, conditions written out: bounds the work of conditions within conditions */
  budget: { characters: number };
};

const maxCharacters = 100_000;

/** Thrown where a declared but broken fact is used: its own message says enough. */
const alreadyReported = new Error('already reported');

const factOf = (context: Context, expression: Expression): Ref => {
  if (expression.kind !== 'name') {
    return refuse('wrongType', expression, 'A fact is expected here.', 'Write the name of a fact.');
  }
  if (context.element !== null) {
    if (expression.name === context.element) return elementRef;
    const message = `Inside of exists and all only "${context.element}" can be read.`;
    return refuse('notInLanguage', expression, message, 'Move the other condition outside, joined with &&.');
  }
  const found = resolve(context.scope, expression.name);
  if (found === null) throw alreadyReported;
  return isRef(found) ? found : refuse('unknownName', expression, found.message, found.remedy);
};

const derivedLabel = (by: string, { label, spec }: Ref): string =>
  `the ${by !== 'size' ? by : spec.type === 'set' ? 'number' : 'length'} of ${label}`;

const derive = (context: Context, call: Call, subject: Expression): Ref => {
  const ref = factOf(context, subject);
  const key = `${call.name}(${ref.key})`;
  const base = { key, name: `${call.name}(${ref.name})`, label: derivedLabel(call.name, ref), optional: ref.optional };
  if (call.name === 'size' && (ref.spec.type === 'set' || isText(ref.spec)) && ref !== elementRef) {
    return { ...base, spec: { type: 'int', min: 0 }, derived: { by: 'size', from: ref } };
  }
  if (call.name === 'hour' && ref.spec.type === 'timestamp') {
    return { ...base, spec: { type: 'int', min: 0, max: 23 }, derived: { by: 'hour', from: ref } };
  }
  if (call.name === 'weekday' && ref.spec.type === 'timestamp') {
    return {
      ...base,
      spec: { type: 'enum', values: [...weekdays], open: false },
      derived: { by: 'weekday', from: ref },
    };
  }
  const needs = call.name === 'size' ? 'a set or a text' : 'a timestamp';
  return refuse(
    'wrongType',
    subject,
    `${call.name} needs ${needs}; ${ref.name} is ${ref.spec.type}.`,
    'Use another fact.',
  );
};

const termOf = (context: Context, expression: Expression): Term => {
  const { from, to } = expression;
  switch (expression.kind) {
    case 'literal':
      return { kind: 'constant', constant: literalConstant(expression), from, to };
    case 'name':
      return factTerm(factOf(context, expression), expression);
    case 'unary':
      if (expression.op === '-') return { ...negate(termOf(context, expression.of)), from, to };
      break;
    case 'binary':
      if (!['+', '-', '*', '/', '%'].includes(expression.op)) break;
      return calculate(expression.op, termOf(context, expression.left), termOf(context, expression.right), expression);
    case 'call': {
      const time = timeConstant(expression);
      if (time) return { kind: 'constant', constant: time, from, to };
      if (valueCalls.includes(expression.name)) {
        return factTerm(derive(context, expression, onlyArgument(expression)), expression);
      }
      if (!conditionCalls.includes(expression.name)) unknownCall(expression);
      break;
    }
    case 'choose': {
      const message = '?: chooses between conditions in this language, not between values.';
      return refuse('notInLanguage', expression, message, 'Write one comparison for each branch.');
    }
    case 'list':
      return refuse('wrongType', expression, 'A list stands only after `in`.', 'Write `fact in ["a", "b"]`.');
  }
  return refuse('wrongType', expression, 'A condition is compared like a value.', 'Join conditions with && and ||.');
};

const factTerm = (ref: Ref, { from, to }: Span): Term => ({
  kind: 'fact',
  ref,
  factor: 1n,
  offset: 0n,
  currency: null,
  from,
  to,
});

const currencyOf = (context: Context, expression: Expression): Ref | null => {
  if (expression.kind !== 'call' || expression.name !== 'currency') return null;
  const ref = factOf(context, onlyArgument(expression));
  return ref.spec.type === 'money'
    ? ref
    : refuse('wrongType', expression, `${ref.name} is not money.`, 'Use a money fact.');
};

const currencyAtom = (ref: Ref, items: Expression[]): Ir => {
  const known = ref.spec.type === 'money' ? ref.spec.currency : [];
  const currencies = items.map((item) => {
    const value = textOf(item);
    if (known.length === 0 || known.includes(value)) return value;
    return refuse('unknownValue', item, `${ref.name} is never in ${value}.`, `Its currencies: ${known.join(', ')}.`);
  });
  return { kind: 'currency', ref, currencies };
};

const textOf = (expression: Expression): string =>
  expression.kind === 'literal' && expression.literal.type === 'string'
    ? expression.literal.value
    : refuse('wrongType', expression, 'A text in quotes is expected here.', 'Write it like "vip".');

const listOf = (context: Context, call: Call): string[] => {
  const [name] = call.args;
  const known = Object.keys(context.scope.lists);
  if (name?.kind === 'name' && Object.hasOwn(context.scope.lists, name.name)) {
    return context.scope.lists[name.name] as string[];
  }
  const word = name?.kind === 'name' ? name.name : '';
  const message = `There is no list "${word}".${didYouMean(word, known)}`;
  return refuse('unknownName', name ?? call, message, 'Declare it under `lists`.');
};

const inList = (context: Context, left: Expression, list: Extract<Expression, { kind: 'list' }>): Ir => {
  if (list.items.length === 0) return refuse('wrongType', list, 'The list is empty.', 'Put values into it.');
  const term = termOf(context, left);
  if (term.kind === 'constant') return refuse('wrongType', left, 'A fact is expected before `in`.', 'Name a fact.');
  if (isText(term.ref.spec)) {
    const values = list.items.map((item) => {
      const value = textOf(item);
      checkEnumValue(term.ref, value, item);
      return value;
    });
    return { kind: 'oneOf', ref: term.ref, values };
  }
  return any(
    list.items.map((item) => {
      const value = termOf(context, item);
      if (value.kind === 'constant') return compareConstant('==', term, value);
      return refuse('notInLanguage', item, 'A list holds constants.', `Compare with == and join with ||.`);
    }),
  );
};

const membership = (context: Context, { left, right }: Binary): Ir => {
  const currency = currencyOf(context, left);
  if (currency && right.kind === 'list') return currencyAtom(currency, right.items);
  if (right.kind === 'list') return inList(context, left, right);
  if (right.kind === 'call' && right.name === 'listed') {
    const values = listOf(context, right);
    const ref = factOf(context, left);
    if (!isText(ref.spec)) refuse('wrongType', left, `${ref.name} is not text; lists hold texts.`, 'Use a text fact.');
    return { kind: 'oneOf', ref, values };
  }
  const set = factOf(context, right);
  if (set.spec.type !== 'set') {
    refuse('wrongType', right, `${set.name} is ${set.spec.type}, not a set.`, 'Write `in ["a", "b"]`, or contains().');
  }
  if (left.kind === 'literal') return { kind: 'member', set, value: textOf(left) };
  const element = factOf(context, left);
  if (!isText(element.spec)) refuse('wrongType', left, `${element.name} is not text.`, 'Sets hold texts.');
  return { kind: 'memberFact', set, element };
};

const textTest = (context: Context, call: Call): Ir => {
  const [argument] = call.args;
  if (call.target === null || !argument || call.args.length !== 1) {
    return refuse('syntax', call, `${call.name} is asked of a fact.`, `Write fact.${call.name}("text").`);
  }
  const ref = factOf(context, call.target);
  if (!isText(ref.spec)) {
    const remedy = ref.spec.type === 'set' ? `Write "x" in ${ref.name}.` : 'Use a text fact.';
    refuse('wrongType', call.target, `${ref.name} is ${ref.spec.type}, not text.`, remedy);
  }
  const op = call.name as 'contains' | 'startsWith' | 'endsWith';
  return { kind: 'text', ref, op, value: textOf(argument) };
};

const quantifier = (context: Context, call: Call): Ir => {
  const [variable, test] = call.args;
  if (call.target === null || variable?.kind !== 'name' || !test || call.args.length !== 2) {
    return refuse('syntax', call, `${call.name} needs a name and a condition.`, `facts.${call.name}(f, f == "x")`);
  }
  const set = factOf(context, call.target);
  if (set.spec.type !== 'set') refuse('wrongType', call.target, `${set.name} is not a set.`, 'Use a set of texts.');
  const inner = irOf({ ...context, element: variable.name }, test);
  const only = inner.kind === 'oneOf' && inner.values.length === 1 ? inner.values[0] : undefined;
  if (call.name === 'exists' && only !== undefined) return { kind: 'member', set, value: only };
  return { kind: 'quantifier', set, all: call.name === 'all', test: inner };
};

const has = (context: Context, call: Call): Ir => {
  const ref = factOf(context, onlyArgument(call));
  return ref.optional ? { kind: 'present', ref } : constant(true);
};

/** `working(receivedAt)`: on a day and at a minute of the hours of work that the fact declares. */
const working = (context: Context, call: Call): Ir => {
  const subject = onlyArgument(call);
  const ref = factOf(context, subject);
  if (ref.spec.type !== 'timestamp') {
    return refuse(
      'wrongType',
      subject,
      `working needs a timestamp; ${ref.name} is ${ref.spec.type}.`,
      'Use another fact.',
    );
  }
  const hours = ref.spec.working;
  if (hours === undefined) {
    const remedy = `Declare them with the fact: { type: timestamp, zone: ${ref.spec.zone}, working: mon-fri 09:00-17:00 }.`;
    return refuse('wrongType', subject, `${ref.name} does not say its hours of work.`, remedy);
  }
  const base = {
    optional: ref.optional,
    derived: { by: 'minute', from: ref },
    label: derivedLabel('minute', ref),
  } as const;
  const minute: Ref = { ...base, key: `minute(${ref.key})`, name: ref.name, spec: { type: 'int', min: 0, max: 1439 } };
  const weekday = derive(context, { ...call, name: 'weekday' }, subject);
  return all([
    { kind: 'oneOf', ref: weekday, values: hours.days },
    { kind: 'compare', ref: minute, op: '>=', value: hours.from, currency: null },
    { kind: 'compare', ref: minute, op: '<', value: hours.to, currency: null },
  ]);
};

const callIr = (context: Context, call: Call): Ir => {
  switch (call.name) {
    case 'working':
      return working(context, call);
    case 'has':
      return has(context, call);
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return textTest(context, call);
    case 'exists':
    case 'all':
      return quantifier(context, call);
    case 'listed':
      return refuse('syntax', call, '`listed` stands after `in`.', 'Write `fact in listed(name)`.');
    default:
      if (!valueCalls.includes(call.name) && call.name !== 'currency') unknownCall(call);
      return refuse('wrongType', call, `${call.name} is a value, not a condition.`, 'Compare it with something.');
  }
};

const nameIr = (context: Context, expression: Extract<Expression, { kind: 'name' }>): Ir => {
  const { conditions } = context.scope;
  if (context.element === null && Object.hasOwn(conditions, expression.name)) {
    if (context.inside.includes(expression.name)) {
      const circle = [...context.inside, expression.name].join(' → ');
      refuse('unknownName', expression, `The condition refers to itself: ${circle}.`, 'Break the circle.');
    }
    const inside = [...context.inside, expression.name];
    const analysed = analyse(conditions[expression.name] as string, context.scope, inside, context.budget);
    const [problem] = analysed.problems;
    if (problem) {
      const message = `The condition "${expression.name}" cannot be used here. ${problem.message}`;
      refuse(problem.code, expression, message, problem.remedy);
    }
    if (analysed.ir === null) throw alreadyReported;
    return analysed.ir;
  }
  const ref = factOf(context, expression);
  if (ref.spec.type === 'bool') return { kind: 'isTrue', ref };
  return refuse(
    'wrongType',
    expression,
    `${ref.name} is ${ref.spec.type}, not a condition.`,
    'Compare it with something.',
  );
};

/** `a && b && c` is one conjunction: walked without recursion, since it may be long. */
const operands = (chain: Binary): Expression[] => {
  const found: Expression[] = [];
  let left: Expression = chain;
  while (left.kind === 'binary' && left.op === chain.op) {
    found.push(left.right);
    left = left.left;
  }
  return [left, ...found.reverse()];
};

const binaryIr = (context: Context, expression: Binary): Ir => {
  const { op, left, right } = expression;
  if (op === '&&' || op === '||') {
    const parts = operands(expression).map((operand) => attempt(context, operand));
    return op === '&&' ? all(parts) : any(parts);
  }
  if (op === 'in') return membership(context, expression);
  if (['+', '-', '*', '/', '%'].includes(op)) {
    return refuse('wrongType', expression, 'This is a value, not a condition.', 'Compare it with something.');
  }
  const currency = currencyOf(context, left);
  if (currency && (op === '==' || op === '!=')) {
    const equal = currencyAtom(currency, [right]);
    return op === '==' ? equal : not(equal);
  }
  return compare(op as Order, termOf(context, left), termOf(context, right), expression);
};

const irOf = (context: Context, expression: Expression): Ir => {
  switch (expression.kind) {
    case 'literal':
      if (expression.literal.type === 'bool') return constant(expression.literal.value);
      return refuse('wrongType', expression, 'This is a value, not a condition.', 'Compare a fact with it.');
    case 'name':
      return nameIr(context, expression);
    case 'unary':
      if (expression.op === '!') return not(irOf(context, expression.of));
      return refuse('wrongType', expression, 'This is a value, not a condition.', 'Compare it with something.');
    case 'binary':
      return binaryIr(context, expression);
    case 'choose': {
      const test = irOf(context, expression.test);
      // It is asked in both branches: a choice that is chosen by choices doubles with each.
      eachAtom(test, () => spend(context.budget, 10, expression));
      const yes = all([test, attempt(context, expression.yes)]);
      return any([yes, all([not(test), attempt(context, expression.no)])]);
    }
    case 'call':
      return callIr(context, expression);
    case 'list':
      return refuse('wrongType', expression, 'A list is not a condition.', 'Write `fact in ["a", "b"]`.');
  }
};

/** Goes on after a problem, so that one expression can report several. */
const attempt = (context: Context, expression: Expression): Ir => {
  try {
    return irOf(context, expression);
  } catch (error) {
    if (error instanceof ExpressionError) context.problems.push(error.problem);
    else if (error !== alreadyReported) throw error;
    return constant(false);
  }
};

export type Analysed = { ir: Ir | null; problems: ExpressionProblem[] };

/** The IR of an expression in its scope, or every problem in it. */
export const analyse = (
  source: string,
  scope: Scope,
  inside: string[] = [],
  budget = { characters: maxCharacters },
): Analysed => {
  const context: Context = { scope, problems: [], element: null, inside, budget };
  try {
    spend(budget, source.length, { from: 0, to: source.length });
    const ir = irOf(context, parseExpression(source));
    return { ir: context.problems.length === 0 ? ir : null, problems: context.problems };
  } catch (error) {
    if (error instanceof ExpressionError) context.problems.push(error.problem);
    else if (error !== alreadyReported) throw error;
    return { ir: null, problems: context.problems };
  }
};

/** The texts joined by && at the top of an expression: what has to hold for it to hold. */
export const conjunctsOf = (source: string): string[] => {
  const expression = parseExpression(source);
  const parts = expression.kind === 'binary' && expression.op === '&&' ? operands(expression) : [expression];
  return parts.map((part) => source.slice(part.from, part.to));
};
