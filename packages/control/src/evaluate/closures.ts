/**
 * IR to closures over slots. A closure answers true or false; an absent fact or money in another currency is noted
 * in `fault` instead, and whoever runs the closures discards every answer when a fault was noted.
 */
import type { Atom, Ir, Order, Ref } from '../expression/ir.ts';
import { currencyCode } from '../value/money.ts';
import { type Layout, type Slots, slotIn } from './slots.ts';

export type Test = () => boolean;

/** The first fact that a condition could not use, and why. */
export type Fault = { ref: Ref | null; problem: string };

export type Bench = { slots: Slots; layout: Layout; fault: Fault };

const slotOf = ({ layout }: Bench, ref: Ref): number => slotIn(layout, ref);

const note = (fault: Fault, ref: Ref, problem: string): false => {
  if (fault.ref === null) {
    fault.ref = ref;
    fault.problem = problem;
  }
  return false;
};

/** Notes a fault when the optional fact is absent. */
const guarded = (bench: Bench, ref: Ref, test: Test): Test => {
  if (!ref.optional) return test;
  const { slots, fault } = bench;
  const slot = slotOf(bench, ref);
  return () => (slots.present[slot] === 1 ? test() : note(fault, ref, 'is missing'));
};

const orderTest = (numbers: Float64Array, slot: number, op: Order, value: number): Test => {
  switch (op) {
    case '<':
      return () => (numbers[slot] as number) < value;
    case '<=':
      return () => (numbers[slot] as number) <= value;
    case '>':
      return () => (numbers[slot] as number) > value;
    case '>=':
      return () => (numbers[slot] as number) >= value;
    case '==':
      return () => numbers[slot] === value;
    case '!=':
      return () => numbers[slot] !== value;
  }
};

const compareTest = (bench: Bench, atom: Extract<Atom, { kind: 'compare' }>): Test => {
  const { slots, fault } = bench;
  const { ref, op, value, currency } = atom;
  const slot = slotOf(bench, ref);
  const test = orderTest(slots.numbers, slot, op, value);
  if (currency === null || (ref.spec.type === 'money' && ref.spec.currency.length === 1)) return test;
  const code = currencyCode(currency);
  if (op === '==') return () => slots.numbers[slot + 1] === code && test();
  if (op === '!=') return () => slots.numbers[slot + 1] !== code || test();
  const problem = `is not in ${currency}, which a rule compares it with`;
  return () => (slots.numbers[slot + 1] === code ? test() : note(fault, ref, problem));
};

const factsTest = (bench: Bench, atom: Extract<Atom, { kind: 'compareFacts' }>): Test => {
  const { slots, fault } = bench;
  const { numbers, texts } = slots;
  const { left, op, right } = atom;
  const [a, b] = [slotOf(bench, left), slotOf(bench, right)];
  if (left.spec.type === 'string' || left.spec.type === 'enum') {
    return op === '==' ? () => texts[a] === texts[b] : () => texts[a] !== texts[b];
  }
  const test: Record<Order, Test> = {
    '<': () => (numbers[a] as number) < (numbers[b] as number),
    '<=': () => (numbers[a] as number) <= (numbers[b] as number),
    '>': () => (numbers[a] as number) > (numbers[b] as number),
    '>=': () => (numbers[a] as number) >= (numbers[b] as number),
    '==': () => numbers[a] === numbers[b],
    '!=': () => numbers[a] !== numbers[b],
  };
  const chosen = test[op];
  if (left.spec.type !== 'money') return chosen;
  if (op === '==') return () => numbers[a + 1] === numbers[b + 1] && chosen();
  if (op === '!=') return () => numbers[a + 1] !== numbers[b + 1] || chosen();
  const problem = `is in another currency than ${right.name}, which a rule compares it with`;
  return () => (numbers[a + 1] === numbers[b + 1] ? chosen() : note(fault, left, problem));
};

const oneOfTest = (texts: string[], slot: number, values: string[]): Test => {
  const [only] = values;
  if (values.length === 1) return () => texts[slot] === only;
  if (values.length < 8) return () => values.includes(texts[slot] as string);
  const known = new Set(values);
  return () => known.has(texts[slot] as string);
};

const textTest = (texts: string[], slot: number, op: 'contains' | 'startsWith' | 'endsWith', value: string): Test => {
  if (op === 'contains') return () => (texts[slot] as string).includes(value);
  if (op === 'startsWith') return () => (texts[slot] as string).startsWith(value);
  return () => (texts[slot] as string).endsWith(value);
};

const textMethods = {
  contains: (text: string, value: string) => text.includes(value),
  startsWith: (text: string, value: string) => text.startsWith(value),
  endsWith: (text: string, value: string) => text.endsWith(value),
};

/** The condition inside `exists` and `all`, over one element. */
export const elementTest = (ir: Ir): ((element: string) => boolean) => {
  switch (ir.kind) {
    case 'constant':
      return () => ir.value;
    case 'not': {
      const test = elementTest(ir.of);
      return (element) => !test(element);
    }
    case 'and':
    case 'or': {
      const tests = ir.of.map(elementTest);
      return ir.kind === 'and'
        ? (element) => tests.every((test) => test(element))
        : (element) => tests.some((test) => test(element));
    }
    case 'oneOf': {
      const values = new Set(ir.values);
      return (element) => values.has(element);
    }
    case 'text': {
      const holds = textMethods[ir.op];
      return (element) => holds(element, ir.value);
    }
    default:
      throw new Error(`A ${ir.kind} condition cannot be asked of an element.`);
  }
};

const quantifierTest = (bench: Bench, atom: Extract<Atom, { kind: 'quantifier' }>): Test => {
  const { sets } = bench.slots;
  const slot = slotOf(bench, atom.set);
  const test = elementTest(atom.test);
  return atom.all ? () => (sets[slot] ?? []).every(test) : () => (sets[slot] ?? []).some(test);
};

const currencyTest = (bench: Bench, { ref, currencies }: Extract<Atom, { kind: 'currency' }>): Test => {
  const { numbers } = bench.slots;
  const slot = slotOf(bench, ref) + 1;
  const codes = currencies.map((currency) => currencyCode(currency));
  return () => codes.includes(numbers[slot] as number);
};

const atomTest = (bench: Bench, atom: Atom): Test => {
  const { numbers, texts, sets, present } = bench.slots;
  switch (atom.kind) {
    case 'isTrue': {
      const slot = slotOf(bench, atom.ref);
      return guarded(bench, atom.ref, () => numbers[slot] === 1);
    }
    case 'present': {
      const slot = slotOf(bench, atom.ref);
      return () => present[slot] === 1;
    }
    case 'compare':
      return guarded(bench, atom.ref, compareTest(bench, atom));
    case 'compareFacts':
      return guarded(bench, atom.left, guarded(bench, atom.right, factsTest(bench, atom)));
    case 'currency':
      return guarded(bench, atom.ref, currencyTest(bench, atom));
    case 'oneOf':
      return guarded(bench, atom.ref, oneOfTest(texts, slotOf(bench, atom.ref), atom.values));
    case 'text':
      return guarded(bench, atom.ref, textTest(texts, slotOf(bench, atom.ref), atom.op, atom.value));
    case 'member': {
      const slot = slotOf(bench, atom.set);
      return guarded(bench, atom.set, () => (sets[slot] ?? []).includes(atom.value));
    }
    case 'memberFact': {
      const [slot, element] = [slotOf(bench, atom.set), slotOf(bench, atom.element)];
      const test = () => (sets[slot] ?? []).includes(texts[element] as string);
      return guarded(bench, atom.element, guarded(bench, atom.set, test));
    }
    case 'quantifier':
      return guarded(bench, atom.set, quantifierTest(bench, atom));
  }
};

const conjunction = (tests: Test[]): Test => {
  const [a, b, c] = tests;
  if (tests.length === 2 && a && b) return () => a() && b();
  if (tests.length === 3 && a && b && c) return () => a() && b() && c();
  return () => {
    for (let index = 0; index < tests.length; index++) if (!(tests[index] as Test)()) return false;
    return true;
  };
};

const disjunction = (tests: Test[]): Test => {
  const [a, b] = tests;
  if (tests.length === 2 && a && b) return () => a() || b();
  return () => {
    for (let index = 0; index < tests.length; index++) if ((tests[index] as Test)()) return true;
    return false;
  };
};

/** A condition as a closure over the slots of `bench`. */
export const testOf = (bench: Bench, ir: Ir): Test => {
  switch (ir.kind) {
    case 'constant': {
      const { value } = ir;
      return () => value;
    }
    case 'not': {
      const test = testOf(bench, ir.of);
      return () => !test();
    }
    case 'and':
      return conjunction(ir.of.map((part) => testOf(bench, part)));
    case 'or':
      return disjunction(ir.of.map((part) => testOf(bench, part)));
    default:
      return atomTest(bench, ir);
  }
};
