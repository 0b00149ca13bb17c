/**
 * Conditions in words, from the form that the evaluator reads, so that the words cannot say anything else. Negations are
 * carried to the single facts, and what another part of the same sentence implies is left out.
 */
import { sayName } from '@belay/protocol';
import { type Atom, type Ir, type Order, type Ref, refsOf } from '../expression/ir.ts';
import type { Control } from '../model.ts';
import { type NumericSpec, showInteger } from '../value/spec.ts';
import { sayDuration, sayList } from './names.ts';

/** A condition in one line; with its parts, of which all or one must hold, where it has several. */
export type Phrase = { say: string; join?: undefined } | { say: string; join: 'all' | 'any'; of: Phrase[] };

/** Names that stay names: lists, and conditions that are explained elsewhere. */
export type Known = { lists: Control['lists']; terms: readonly string[] };

const nothingKnown: Known = { lists: {}, terms: [] };

/** An argument that no fact stands for is told from a fact of the same name. */
export const sayRef = ({ derived, name, label }: Ref): string =>
  derived === null && name.startsWith('args.') ? `the step's ${label}` : label;

const opposite: Record<Order, Order> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '!=', '!=': '==' };

const orders: Record<Order, string> = {
  '<': 'is below',
  '<=': 'is at most',
  '>': 'is above',
  '>=': 'is at least',
  '==': 'is',
  '!=': 'is not',
};
const timeOrders: Record<Order, string> = {
  ...orders,
  '<': 'is before',
  '<=': 'is not after',
  '>': 'is after',
  '>=': 'is not before',
};

const sayOrder = (ref: Ref, op: Order): string =>
  (ref.spec.type === 'date' || ref.spec.type === 'timestamp' ? timeOrders : orders)[op];

export const sayInteger = (spec: NumericSpec, value: number, currency: string | null): string =>
  spec.type === 'duration' ? sayDuration(value) : showInteger(spec, value, currency);

const sayOneOf = (values: string[], yes: boolean, { lists }: Known): string => {
  const is = yes ? 'is' : 'is not';
  const list = Object.entries(lists).find(
    ([, members]) => members.length === values.length && members.every((member) => values.includes(member)),
  );
  if (list !== undefined) return `${is} in the list ${sayName(list[0])}`;
  if (values.length === 1) return `${is} ${values[0]}`;
  return yes ? `is ${sayList(values, 'or')}` : `is neither ${sayList(values, 'nor')}`;
};

const texts = { contains: 'contain', startsWith: 'start with', endsWith: 'end with' } as const;

const sayText = (op: keyof typeof texts, value: string, yes: boolean): string => {
  const [verb = '', ...rest] = texts[op].split(' ');
  return `${yes ? `${verb}s` : `does not ${verb}`}${rest.map((word) => ` ${word}`).join('')} "${value}"`;
};

export const sayAtom = (atom: Atom, yes: boolean, known: Known): string => {
  switch (atom.kind) {
    case 'isTrue':
      if (known.terms.includes(atom.ref.name))
        return `“${sayName(atom.ref.name)}” ${yes ? 'applies' : 'does not apply'}`;
      return `${sayRef(atom.ref)} is ${yes ? 'yes' : 'no'}`;
    case 'present':
      return `${sayRef(atom.ref)} is ${yes ? 'known' : 'not known'}`;
    case 'compare': {
      const { ref, value, currency } = atom;
      const op = yes ? atom.op : opposite[atom.op];
      return `${sayRef(ref)} ${sayOrder(ref, op)} ${sayInteger(ref.spec as NumericSpec, value, currency)}`;
    }
    case 'compareFacts': {
      const op = yes ? atom.op : opposite[atom.op];
      const same = op === '==' ? 'is the same as' : op === '!=' ? 'is not the same as' : sayOrder(atom.left, op);
      return `${sayRef(atom.left)} ${same} ${sayRef(atom.right)}`;
    }
    case 'currency':
      return `${sayRef(atom.ref)} is ${yes ? '' : 'not '}in ${sayList(atom.currencies, 'or')}`;
    case 'oneOf':
      return `${sayRef(atom.ref)} ${sayOneOf(atom.values, yes, known)}`;
    case 'text':
      return `${sayRef(atom.ref)} ${sayText(atom.op, atom.value, yes)}`;
    case 'member':
      return `${sayRef(atom.set)} ${yes ? 'include' : 'do not include'} "${atom.value}"`;
    case 'memberFact':
      return `${sayRef(atom.element)} is ${yes ? '' : 'not '}among ${sayRef(atom.set)}`;
    case 'quantifier': {
      const every = atom.all === yes;
      const test = phraseOf(atom.test, known, yes).say;
      return `for ${every ? 'each' : 'some'} of ${sayRef(atom.set)}, ${test}`;
    }
  }
};

/** Is this part said by another one beside it? "in EUR" by "above EUR 500.00"; "is known" by anything that reads it. */
const isImplied = (part: Ir, beside: Ir[]): boolean =>
  beside.some((other) => {
    if (other === part) return false;
    if (part.kind === 'currency' && part.currencies.length === 1)
      return other.kind === 'compare' && other.ref.key === part.ref.key && other.currency === part.currencies[0];
    if (part.kind !== 'present' || ['present', 'constant', 'and', 'or'].includes(other.kind)) return false;
    return refsOf([other]).some((ref) => ref.key === part.ref.key);
  });

const joined = (join: 'all' | 'any', parts: Phrase[]): Phrase => {
  const of = parts.flatMap((part) => (part.join === join ? part.of : [part]));
  if (of.length === 1 && of[0] !== undefined) return of[0];
  const said = of.map((part) => (part.join === undefined ? part.say : `(${part.say})`));
  return { say: sayList(said, join === 'all' ? 'and' : 'or'), join, of };
};

/** The condition, or with `yes: false` its opposite. */
export const phraseOf = (ir: Ir, known: Known = nothingKnown, yes = true): Phrase => {
  switch (ir.kind) {
    case 'constant':
      return { say: ir.value === yes ? 'always' : 'never' };
    case 'not':
      return phraseOf(ir.of, known, !yes);
    case 'and':
    case 'or': {
      const parts = ir.kind === 'and' && yes ? ir.of.filter((part) => !isImplied(part, ir.of)) : ir.of;
      return joined(
        (ir.kind === 'and') === yes ? 'all' : 'any',
        parts.map((part) => phraseOf(part, known, yes)),
      );
    }
    default:
      return { say: sayAtom(ir, yes, known) };
  }
};
