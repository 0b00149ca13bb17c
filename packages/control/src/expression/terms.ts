/** Values inside a condition: a constant, or one fact under constant arithmetic (`factor · fact + offset`). */
import { didYouMean } from '@belay/protocol';
import { formatDecimal, parseDecimal } from '../value/decimal.ts';
import { minorDigits, parseMoney } from '../value/money.ts';
import { article, boundsOf, formOf, isNumeric, type NumericSpec, showInteger } from '../value/spec.ts';
import { parseDate, parseDuration, parseTimestamp } from '../value/time.ts';
import type { Ref } from './ir.ts';
import { type Expression, ExpressionError, type ExpressionProblemCode, type Span } from './syntax.ts';

export type Constant =
  | { type: 'number'; text: string }
  | { type: 'money'; currency: string; minor: number }
  | { type: 'duration' | 'date' | 'timestamp'; value: number }
  | { type: 'string'; value: string }
  | { type: 'bool'; value: boolean };

export type FactTerm = Span & {
  kind: 'fact';
  ref: Ref;
  factor: bigint;
  offset: bigint;
  /** currency of an added constant */
  currency: string | null;
};
export type ConstantTerm = Span & { kind: 'constant'; constant: Constant };
export type Term = FactTerm | ConstantTerm;

export const refuse = (code: ExpressionProblemCode, span: Span, message: string, remedy: string): never => {
  throw new ExpressionError(code, span, message, remedy);
};

/** Takes from what an expression may come to with its conditions and choices written out. */
export const spend = (budget: { characters: number }, characters: number, span: Span): void => {
  budget.characters -= characters;
  if (budget.characters >= 0) return;
  const remedy = 'Put values into `lists`, and write choices between choices as rules of their own.';
  refuse('syntax', span, 'With its conditions and choices written out, this is too long.', remedy);
};

const moneyConstant = (span: Span, currency: string, amount: string): Constant => {
  const money = parseMoney(`${currency} ${amount}`);
  if (money) return { type: 'money', currency, minor: money.minor };
  return refuse('wrongType', span, `"${currency} ${amount}" is not an amount.`, `Write it like ${currency} 500.00.`);
};

const timeReaders = { duration: parseDuration, date: parseDate, timestamp: parseTimestamp };
const timeExamples = { duration: '15m', date: '2026-01-31', timestamp: '2026-01-31T09:30:00Z' };

/** `duration("15m")`, `date("2026-01-31")`, `timestamp("…")`; null for any other call. */
export const timeConstant = (call: Extract<Expression, { kind: 'call' }>): Constant | null => {
  const { name, args, target } = call;
  if (target !== null || (name !== 'duration' && name !== 'date' && name !== 'timestamp')) return null;
  const [argument] = args;
  const text = argument?.kind === 'literal' && argument.literal.type === 'string' ? argument.literal.value : null;
  const value = text === null || args.length !== 1 ? null : timeReaders[name](text);
  if (value !== null) return { type: name, value };
  const remedy = `Write it like ${name}("${timeExamples[name]}").`;
  return refuse('wrongType', call, `This is not a ${name}.`, remedy);
};

export const literalConstant = (literal: Extract<Expression, { kind: 'literal' }>): Constant => {
  const { literal: value } = literal;
  return value.type === 'money' ? moneyConstant(literal, value.currency, value.amount) : value;
};

/** The integer that `constant` is in the unit of the fact; refuses what is of another type. */
export const constantFor = (ref: Ref, constant: Constant, span: Span): { value: number; currency: string | null } => {
  const spec = ref.spec;
  const mismatch = (): never =>
    refuse('wrongType', span, `${ref.name} is ${article(spec.type)}; this is not.`, `Compare it with ${formOf(spec)}.`);
  if (spec.type === 'money') {
    if (constant.type === 'number') {
      const currency = spec.currency[0] ?? 'EUR';
      const amount = formatDecimal(parseDecimal(constant.text, minorDigits(currency)) ?? 50_000, minorDigits(currency));
      const others = spec.currency.length > 1 ? ` Its currencies: ${spec.currency.join(', ')}.` : '';
      const message = `${ref.name} is money; ${constant.text} has no currency.`;
      return refuse('wrongType', span, message, `Write ${currency} ${amount}.${others}`);
    }
    if (constant.type !== 'money') return mismatch();
    if (spec.currency.length > 0 && !spec.currency.includes(constant.currency)) {
      const message = `${ref.name} is never in ${constant.currency}.`;
      refuse('unknownValue', span, message, `Its currencies: ${spec.currency.join(', ')}.`);
    }
    return { value: constant.minor, currency: constant.currency };
  }
  if (spec.type === 'int' || spec.type === 'decimal') {
    if (constant.type !== 'number') return mismatch();
    const value = parseDecimal(constant.text, spec.type === 'int' ? 0 : spec.scale);
    if (value !== null) return { value, currency: null };
    const digits = spec.type === 'int' ? 'is a whole number' : `has at most ${spec.scale} digits after the point`;
    return refuse('wrongType', span, `${ref.name} ${digits}; ${constant.text} does not fit.`, 'Round the number.');
  }
  if (constant.type === spec.type && 'value' in constant && typeof constant.value === 'number') {
    return { value: constant.value, currency: null };
  }
  return mismatch();
};

/** A threshold outside of the declared range decides nothing: nearly always a slip. */
export const checkRange = (ref: Ref, value: number, currency: string | null, span: Span): void => {
  const spec = ref.spec as NumericSpec;
  const { min, max } = boundsOf(spec, currency ?? undefined);
  if (value >= min && value <= max) return;
  const shown = (bound: number) => showInteger(spec, bound, currency);
  const message = `${shown(value)} is outside of the declared range of ${ref.name}.`;
  refuse('outOfRange', span, message, `Its range is ${shown(min)} to ${shown(max)}.`);
};

/** A text constant that a closed enum can have. */
export const checkEnumValue = (ref: Ref, value: string, span: Span): void => {
  if (ref.spec.type !== 'enum' || ref.spec.open || ref.spec.values.includes(value)) return;
  const message = `${ref.name} is never "${value}".${didYouMean(value, ref.spec.values)}`;
  refuse('unknownValue', span, message, `Its values: ${ref.spec.values.join(', ')}.`);
};

const asNumber = (term: Term): bigint | null =>
  term.kind === 'constant' && term.constant.type === 'number' && /^-?\d+$/.test(term.constant.text)
    ? BigInt(term.constant.text)
    : null;

export const negate = (term: Term): Term => {
  if (term.kind === 'fact') {
    requireNumeric(term);
    return { ...term, factor: -term.factor, offset: -term.offset };
  }
  const { constant } = term;
  if (constant.type === 'number') {
    const text = constant.text.startsWith('-') ? constant.text.slice(1) : `-${constant.text}`;
    return { ...term, constant: { type: 'number', text } };
  }
  if (constant.type === 'money') return { ...term, constant: { ...constant, minor: -constant.minor } };
  return refuse('wrongType', term, '"-" needs a number.', 'Remove it.');
};

const requireNumeric = (term: FactTerm): void => {
  const { spec } = term.ref;
  if (isNumeric(spec) && spec.type !== 'date' && spec.type !== 'timestamp') return;
  refuse(
    'wrongType',
    term,
    `${term.ref.name} is ${article(spec.type)}: it cannot be calculated with.`,
    'Compare it directly.',
  );
};

const shift = (term: FactTerm, other: ConstantTerm, sign: bigint): Term => {
  requireNumeric(term);
  const { value, currency } = constantFor(term.ref, other.constant, other);
  if (term.currency !== null && term.currency !== currency) {
    refuse('wrongType', other, `${term.currency} and ${currency} cannot be added.`, 'Use one currency.');
  }
  return { ...term, offset: term.offset + sign * BigInt(value), currency };
};

const twoFacts = (span: Span): never =>
  refuse(
    'notInLanguage',
    span,
    'Arithmetic between two facts is not in the language: it could not be proved.',
    'Declare the result as a fact of its own, for example remaining.budget from a lookup.',
  );

const constantFolding = (span: Span): never =>
  refuse('notInLanguage', span, 'Arithmetic between constants is not in the language.', 'Write the result.');

/** `left op right` for + - *. */
export const calculate = (op: string, left: Term, right: Term, span: Span): Term => {
  if (op === '/' || op === '%') {
    const message = 'Division rounds, and a rounded threshold is a wrong threshold.';
    return refuse('notInLanguage', span, message, 'Multiply the other side instead.');
  }
  if (left.kind === 'fact' && right.kind === 'fact') return twoFacts(span);
  if (left.kind === 'constant' && right.kind === 'constant') return constantFolding(span);
  if (op === '*') {
    const fact = (left.kind === 'fact' ? left : right) as FactTerm;
    const factor = asNumber(left.kind === 'fact' ? right : left);
    if (factor === null) return refuse('wrongType', span, '"*" needs a whole number.', 'Multiply with a whole number.');
    requireNumeric(fact);
    return { ...fact, factor: fact.factor * factor, offset: fact.offset * factor, from: span.from, to: span.to };
  }
  if (left.kind === 'fact') return { ...shift(left, right as ConstantTerm, op === '+' ? 1n : -1n), ...between(span) };
  const fact = shift(op === '+' ? (right as FactTerm) : (negate(right) as FactTerm), left as ConstantTerm, 1n);
  return { ...fact, ...between(span) };
};

const between = ({ from, to }: Span): Span => ({ from, to });
