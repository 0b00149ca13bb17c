/** Comparisons: a fact with a constant becomes one atom with an exact integer threshold, whatever was calculated. */
import { isNumeric, isText } from '../value/spec.ts';
import { type Ir, not, type Order, type Ref } from './ir.ts';
import type { Span } from './syntax.ts';
import {
  type Constant,
  type ConstantTerm,
  checkEnumValue,
  checkRange,
  constantFor,
  type FactTerm,
  refuse,
  type Term,
} from './terms.ts';

const mirrored: Record<Order, Order> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' };

const floorDivide = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);
const ceilDivide = (a: bigint, b: bigint): bigint => -floorDivide(-a, b);

/** `factor · fact op limit` with a positive factor, solved for the fact. Null: no integer satisfies the equality. */
const solve = (op: Order, limit: bigint, factor: bigint): bigint | null => {
  if (op === '<' || op === '>=') return ceilDivide(limit, factor);
  if (op === '<=' || op === '>') return floorDivide(limit, factor);
  return limit % factor === 0n ? limit / factor : null;
};

const compareNumbers = (op: Order, fact: FactTerm, constant: Constant, span: Span): Ir => {
  const { value, currency } = constantFor(fact.ref, constant, span);
  if (fact.currency !== null && fact.currency !== currency) {
    refuse('wrongType', span, `${fact.currency} and ${currency} cannot be compared.`, 'Use one currency.');
  }
  if (fact.factor === 0n) refuse('wrongType', fact, 'A fact times 0 is always 0.', 'Remove the comparison.');
  const plain = fact.factor === 1n && fact.offset === 0n;
  if (plain) checkRange(fact.ref, value, currency, span);
  const negative = fact.factor < 0n;
  const limit = negative ? fact.offset - BigInt(value) : BigInt(value) - fact.offset;
  const direction = negative ? mirrored[op] : op;
  const threshold = solve(direction, limit, negative ? -fact.factor : fact.factor);
  if (threshold === null) return refuse('outOfRange', span, 'This can never be equal.', 'Compare with another value.');
  const safe = threshold >= BigInt(Number.MIN_SAFE_INTEGER) && threshold <= BigInt(Number.MAX_SAFE_INTEGER);
  if (!safe) refuse('outOfRange', span, 'This number is too large to be compared exactly.', 'Use a smaller one.');
  return { kind: 'compare', ref: fact.ref, op: direction, value: Number(threshold), currency };
};

const noOrder = (span: Span, what: string): never =>
  refuse('notInLanguage', span, `${what} are not ordered in this language.`, 'Compare with == or !=, or use `in`.');

const compareText = (op: Order, ref: Ref, constant: Constant, span: Span): Ir => {
  if (constant.type !== 'string') {
    return refuse('wrongType', span, `${ref.name} is text.`, 'Compare it with a text in quotes, such as "vip".');
  }
  if (op !== '==' && op !== '!=') return noOrder(span, 'Texts');
  checkEnumValue(ref, constant.value, span);
  const equal: Ir = { kind: 'oneOf', ref, values: [constant.value] };
  return op === '==' ? equal : not(equal);
};

const compareBool = (op: Order, ref: Ref, constant: Constant, span: Span): Ir => {
  if (constant.type !== 'bool')
    return refuse('wrongType', span, `${ref.name} is true or false.`, `Write ${ref.name} alone.`);
  if (op !== '==' && op !== '!=') return noOrder(span, 'Truth values');
  const holds: Ir = { kind: 'isTrue', ref };
  return (op === '==') === constant.value ? holds : not(holds);
};

/** A fact against a constant. */
export const compareConstant = (op: Order, fact: FactTerm, other: ConstantTerm): Ir => {
  const { ref } = fact;
  if (isNumeric(ref.spec)) return compareNumbers(op, fact, other.constant, other);
  if (isText(ref.spec)) return compareText(op, ref, other.constant, other);
  if (ref.spec.type === 'bool') return compareBool(op, ref, other.constant, other);
  if (ref.spec.type === 'attachment')
    return refuse('wrongType', fact, `${ref.name} is an attachment.`, `Ask whether it is there: has(${ref.name}).`);
  return refuse('wrongType', fact, `${ref.name} is a set.`, `Ask whether it holds something: "x" in ${ref.name}.`);
};

const sameKind = (left: Ref, right: Ref): boolean => {
  const [a, b] = [left.spec, right.spec];
  if (isText(a) && isText(b)) return true;
  if (a.type === 'decimal' && b.type === 'decimal') return a.scale === b.scale;
  return a.type === b.type && a.type !== 'set' && a.type !== 'attachment';
};

const isPlain = (term: FactTerm): boolean => term.factor === 1n && term.offset === 0n;

const compareFacts = (op: Order, left: FactTerm, right: FactTerm, span: Span): Ir => {
  if (!isPlain(left) || !isPlain(right)) {
    const message = 'Two facts are compared directly or not at all: arithmetic between them could not be proved.';
    refuse('notInLanguage', span, message, 'Declare the result as a fact of its own.');
  }
  if (!sameKind(left.ref, right.ref)) {
    const message = `${left.ref.name} is ${left.ref.spec.type}, ${right.ref.name} is ${right.ref.spec.type}.`;
    refuse('wrongType', span, message, 'Compare facts of one type (decimals: of one scale).');
  }
  if (left.ref.key === right.ref.key) {
    refuse('wrongType', span, `${left.ref.name} is compared with itself.`, 'Compare it with something else.');
  }
  if (op !== '==' && op !== '!=' && !isNumeric(left.ref.spec)) noOrder(span, 'Texts and truth values');
  // One form for `a < b` and `b > a`, so that proofs see that they are the same.
  return left.ref.key < right.ref.key
    ? { kind: 'compareFacts', left: left.ref, op, right: right.ref }
    : { kind: 'compareFacts', left: right.ref, op: mirrored[op], right: left.ref };
};

/** `left op right`. */
export const compare = (op: Order, left: Term, right: Term, span: Span): Ir => {
  if (left.kind === 'constant' && right.kind === 'constant') {
    return refuse('notInLanguage', span, 'Two constants are compared.', 'Compare a fact, or write `true`.');
  }
  if (left.kind === 'fact' && right.kind === 'fact') return compareFacts(op, left, right, span);
  return left.kind === 'fact'
    ? compareConstant(op, left, right as ConstantTerm)
    : compareConstant(mirrored[op], right as FactTerm, left as ConstantTerm);
};
