/** Both sides of a threshold: two inputs that differ in one fact, between which the answer of a rule changes. */
import type { Json } from '@belay/protocol';
import type { ProvenRule, StepProof } from '../check/proof.ts';
import { wireInteger } from '../check/witness.ts';
import { rawValue, withValue } from '../evaluate/records.ts';
import { type Atom, eachAtom, type Order, type Ref } from '../expression/ir.ts';
import type { GateInput } from '../model.ts';
import { parseMoney } from '../value/money.ts';
import { boundsOf, integerOf, isNumeric, type NumericSpec } from '../value/spec.ts';

/** The neighbouring values between which the answer of a comparison changes. */
const neighbours: Record<Order, (value: number) => [number, number]> = {
  '>': (value) => [value, value + 1],
  '<=': (value) => [value, value + 1],
  '>=': (value) => [value - 1, value],
  '<': (value) => [value - 1, value],
  '==': (value) => [value, value + 1],
  '!=': (value) => [value, value + 1],
};

/** `ref` with the value just below or at, and just above or at the threshold. */
type Threshold = { ref: Ref; values: [Json, Json] };

export const placeOf = ({ placed }: StepProof, ref: Ref) =>
  placed.find((one) => one.ref.key === ref.key)?.place ?? null;

const valuesAt = (spec: NumericSpec, op: Order, value: number, currency: string | null): [Json, Json] | null => {
  const { min, max } = boundsOf(spec, currency ?? undefined);
  const [low, high] = neighbours[op](value);
  if (low < min || high > max) return null;
  return [wireInteger(spec, low, currency), wireInteger(spec, high, currency)];
};

/** The threshold that an atom names: a constant, or the other fact as it is in `base`. */
const thresholdOf = (proof: StepProof, base: GateInput, atom: Atom): Threshold | null => {
  if (atom.kind === 'compare' && atom.ref.derived === null && isNumeric(atom.ref.spec)) {
    const values = valuesAt(atom.ref.spec, atom.op, atom.value, atom.currency);
    return values === null ? null : { ref: atom.ref, values };
  }
  if (atom.kind !== 'compareFacts' || atom.op === '==' || atom.op === '!=') return null;
  const { left, right, op } = atom;
  const place = placeOf(proof, right);
  if (place === null || left.derived !== null || !isNumeric(left.spec)) return null;
  const other = rawValue(place, base);
  const value = other === undefined || other === null ? null : integerOf(left.spec, other);
  const currency = typeof other === 'string' ? (parseMoney(other)?.currency ?? null) : null;
  const values = value === null ? null : valuesAt(left.spec, op, value, currency);
  return values === null ? null : { ref: left, values };
};

/** `base` with another value of one fact, and of the facts that are equal to it there: `amount == invoice.amount`. */
const moved = (proof: StepProof, base: GateInput, ref: Ref, value: Json): GateInput => {
  const place = placeOf(proof, ref);
  if (place === null) return base;
  const current = JSON.stringify(rawValue(place, base));
  const equals = proof.space.dimensions.flatMap((dimension) => {
    if (dimension.kind !== 'relation') return [];
    const { left, right } = dimension;
    const other = left.key === ref.key ? right : right.key === ref.key ? left : null;
    const where = other === null ? null : placeOf(proof, other);
    return where !== null && JSON.stringify(rawValue(where, base)) === current ? [where] : [];
  });
  return equals.reduce((input, where) => withValue(input, where, value), withValue(base, place, value));
};

/** One side: the input, and whether the rule fires in it. */
export type Side = { ref: Ref; value: Json; input: GateInput; fires: boolean };

const bothSides = (proof: StepProof, { rule }: ProvenRule, base: GateInput, { ref, values }: Threshold): Side[] => {
  const sides = values.map((value): Side => {
    const input = moved(proof, base, ref, value);
    return { ref, value, input, fires: proof.compiled.decide(input).fired.includes(rule.id) };
  });
  return sides[0]?.fires === sides[1]?.fires ? [] : sides;
};

/** Sides of every threshold of the rule that shows when only this fact moves from where it is in `base`. */
export const sidesOf = (proof: StepProof, proven: ProvenRule, base: GateInput): Side[] => {
  const found: Side[] = [];
  eachAtom(proven.ir, (atom) => {
    const threshold = thresholdOf(proof, base, atom);
    if (threshold !== null && placeOf(proof, threshold.ref) !== null)
      found.push(...bothSides(proof, proven, base, threshold));
  });
  return found;
};
