/**
 * The one form of a condition that evaluator and checker share: and, or, not over atoms about typed facts.
 * Every number is an integer in the unit of its type. An atom whose fact is absent, or whose money is in another
 * currency, has no truth value: that is an error and a handoff, never a silent false.
 */
import type { TypeSpec } from '../model.ts';

export type Order = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** A fact or argument as conditions read it. */
export type Ref = {
  /** identity: `amount`, `args.invoiceId`, `size(labels)` */
  key: string;
  name: string;
  /** as people say it */
  label: string;
  spec: TypeSpec;
  /** may be absent and has no default: reading it then is an error unless `has` was asked first */
  optional: boolean;
  /** `size(labels)`: a fact computed from another one */
  derived: { by: 'size' | 'hour' | 'minute' | 'weekday'; from: Ref } | null;
};

export type Atom =
  | { kind: 'isTrue'; ref: Ref }
  | { kind: 'present'; ref: Ref }
  /** integer, decimal, money (only in `currency`), duration, date, timestamp against a constant */
  | { kind: 'compare'; ref: Ref; op: Order; value: number; currency: string | null }
  | { kind: 'compareFacts'; left: Ref; op: Order; right: Ref }
  | { kind: 'currency'; ref: Ref; currencies: string[] }
  /** text or enum against constants */
  | { kind: 'oneOf'; ref: Ref; values: string[] }
  | { kind: 'text'; ref: Ref; op: 'contains' | 'startsWith' | 'endsWith'; value: string }
  | { kind: 'member'; set: Ref; value: string }
  | { kind: 'memberFact'; set: Ref; element: Ref }
  /** `exists` and `all` over a set; the test reads nothing but its element */
  | { kind: 'quantifier'; set: Ref; all: boolean; test: Ir };

export type Ir =
  | { kind: 'constant'; value: boolean }
  | { kind: 'and' | 'or'; of: Ir[] }
  | { kind: 'not'; of: Ir }
  | Atom;

/** The ref that stands for the element inside `exists` and `all`. */
export const elementRef: Ref = {
  key: '@',
  name: '@',
  label: 'it',
  spec: { type: 'string' },
  optional: false,
  derived: null,
};

export const constant = (value: boolean): Ir => ({ kind: 'constant', value });
export const not = (of: Ir): Ir => (of.kind === 'not' ? of.of : { kind: 'not', of });
export const all = (of: Ir[]): Ir => join('and', of);
export const any = (of: Ir[]): Ir => join('or', of);

const join = (kind: 'and' | 'or', of: Ir[]): Ir => {
  const flat = of.flatMap((part) => (part.kind === kind ? part.of : [part]));
  return flat.length === 1 && flat[0] ? flat[0] : { kind, of: flat };
};

/** Calls `visit` for every atom; not for those inside of `exists` and `all`, which read no facts. */
export const eachAtom = (ir: Ir, visit: (atom: Atom) => void): void => {
  switch (ir.kind) {
    case 'constant':
      return;
    case 'and':
    case 'or':
      for (const part of ir.of) eachAtom(part, visit);
      return;
    case 'not':
      eachAtom(ir.of, visit);
      return;
    default:
      visit(ir);
  }
};

/** The facts that an atom reads. */
export const atomRefs = (atom: Atom): Ref[] => {
  switch (atom.kind) {
    case 'compareFacts':
      return [atom.left, atom.right];
    case 'member':
    case 'quantifier':
      return [atom.set];
    case 'memberFact':
      return [atom.element, atom.set];
    default:
      return [atom.ref];
  }
};

/** The declared fact or argument behind a ref. */
export const baseOf = (ref: Ref): Ref => ref.derived?.from ?? ref;

/** The facts a condition reads, each once, in the order of reading. */
export const refsOf = (irs: Ir[]): Ref[] => {
  const found = new Map<string, Ref>();
  for (const ir of irs) {
    eachAtom(ir, (atom) => {
      for (const ref of atomRefs(atom)) found.set(ref.key, found.get(ref.key) ?? ref);
    });
  }
  return [...found.values()];
};
