/** Why a step was decided so, and the nearest change of one fact that would have decided otherwise. */
import type { Json, OutcomeKind } from '@belay/protocol';
import type { Cell } from '../check/cells.ts';
import type { Dimension, Space } from '../check/dimension.ts';
import { spaceOf } from '../check/space.ts';
import { wireInteger } from '../check/witness.ts';
import { stepIrs } from '../evaluate/plan.ts';
import { rawValue, withValue } from '../evaluate/records.ts';
import { takerOf } from '../evaluate/take.ts';
import { type Directory, directoryOf, type Named, namedOf } from '../evaluate/text.ts';
import { strictness } from '../evaluate/verdict.ts';
import { baseOf, type Ref, refsOf } from '../expression/ir.ts';
import type { CompiledControl, GateInput, Verdict } from '../model.ts';
import { parseMoney } from '../value/money.ts';
import { integerOf, isNumeric, showValue } from '../value/spec.ts';

export type Alternative = {
  fact: string;
  outcome: OutcomeKind;
  /** "It would have continued if amount were EUR 499.99 (it is EUR 500.01)." */
  sentence: string;
  input: GateInput;
};

export type Why = { verdict: Verdict; alternatives: Alternative[] };

/** Another value, and how far it is from the one that was. */
type Step = { value: Json; distance: number };

const numericSteps = (ref: Ref, cells: Cell[], current: Json | undefined): Step[] => {
  const { spec } = ref;
  if (!isNumeric(spec)) return [];
  const now = current === undefined ? null : integerOf(spec, current);
  const currency =
    typeof current === 'string' && spec.type === 'money' ? (parseMoney(current)?.currency ?? null) : null;
  return cells.flatMap((cell): Step[] => {
    if (cell.kind !== 'range') return [];
    const value = Math.min(Math.max(now ?? cell.from, cell.from), cell.to);
    const foreign = now !== null && cell.currency !== currency ? 1e15 : 0;
    return [{ value: wireInteger(spec, value, cell.currency), distance: Math.abs(value - (now ?? value)) + foreign }];
  });
};

const plainSteps = (cells: Cell[]): Step[] =>
  cells.flatMap((cell): Step[] =>
    cell.kind === 'text' || cell.kind === 'truth' ? [{ value: cell.value, distance: 1 }] : [],
  );

/** Values of the facts that it is compared with, and their neighbours. */
const relatedSteps = (
  ref: Ref,
  space: Space,
  current: Json | undefined,
  currentOf: (ref: Ref) => Json | undefined,
): Step[] =>
  space.dimensions.flatMap((dimension): Step[] => {
    if (dimension.kind !== 'relation') return [];
    const { left, right } = dimension;
    const other = left.key === ref.key ? right : right.key === ref.key ? left : null;
    const value = other === null ? undefined : currentOf(other);
    if (value === undefined || value === null) return [];
    const { spec } = ref;
    if (!isNumeric(spec)) return [{ value, distance: 1 }];
    const near = integerOf(spec, value);
    const now = current === undefined || current === null ? null : integerOf(spec, current);
    const currency = typeof value === 'string' && spec.type === 'money' ? (parseMoney(value)?.currency ?? null) : null;
    if (near === null) return [];
    return [near, near - 1, near + 1].map((each) => ({
      value: wireInteger(spec, each, currency),
      distance: Math.abs(each - (now ?? each)),
    }));
  });

const memberSteps = (ref: Ref, space: Space, current: Json | undefined): Step[] => {
  const members = Array.isArray(current) ? current : [];
  return space.dimensions.flatMap((dimension: Dimension): Step[] => {
    if (dimension.kind !== 'condition' || dimension.atom.kind !== 'member' || dimension.atom.set.key !== ref.key)
      return [];
    const { value } = dimension.atom;
    const changed = members.includes(value) ? members.filter((member) => member !== value) : [...members, value];
    return [{ value: changed, distance: 1 }];
  });
};

const stepsOf = (
  ref: Ref,
  space: Space,
  current: Json | undefined,
  currentOf: (ref: Ref) => Json | undefined,
): Step[] => {
  const dimension = space.dimensions.find(({ key }) => key === ref.key);
  const cells = dimension?.kind === 'fact' ? dimension.cells : [];
  if (ref.spec.type === 'set') return memberSteps(ref, space, current);
  const own = isNumeric(ref.spec) ? numericSteps(ref, cells, current) : plainSteps(cells);
  return [...own, ...relatedSteps(ref, space, current, currentOf)].sort((a, b) => a.distance - b.distance);
};

const words: Record<OutcomeKind, string> = {
  continue: 'continued',
  approval: 'waited for a sign-off',
  handoff: 'been handed to a person',
  forbid: 'been refused',
};

const alternativesOf = (
  compiled: CompiledControl,
  input: GateInput,
  named: Named,
  steps: Step[],
  outcome: OutcomeKind,
): Alternative[] => {
  const found = new Map<OutcomeKind, Alternative>();
  const current = rawValue(named.place, input);
  for (const { value } of steps) {
    if (JSON.stringify(value) === JSON.stringify(current)) continue;
    const changed = withValue(input, named.place, value);
    const verdict = compiled.decide(changed);
    if (verdict.outcome === outcome || verdict.house === 'badFact' || found.has(verdict.outcome)) continue;
    const [from, to] = [showValue(named.spec, current), showValue(named.spec, value)];
    const sentence = `It would have ${words[verdict.outcome]} if ${named.name} were ${to} (it is ${from}).`;
    found.set(verdict.outcome, { fact: named.name, outcome: verdict.outcome, sentence, input: changed });
  }
  return [...found.values()];
};

const readersOf = (compiled: CompiledControl, directory: Directory, input: GateInput) => {
  const currentOf = (ref: Ref) => rawValue(namedOf(directory, input.step, ref).place, input);
  const step = compiled.control.steps.find(({ name }) => name === input.step);
  const irs = step === undefined ? [] : stepIrs(compiled.control, step).rules.map(({ ir }) => ir);
  const bases = [...new Map(refsOf(irs).map((ref) => [baseOf(ref).key, baseOf(ref)])).values()];
  return { currentOf, space: spaceOf(irs), bases };
};

/** The verdict, and for each fact the nearest value with which it would have been another; the mildest outcomes first. */
export const why = (compiled: CompiledControl, asked: GateInput): Why => {
  const input = takerOf(compiled.control)(asked);
  const directory = directoryOf(compiled.control);
  const verdict = compiled.decide(input);
  const { currentOf, space, bases } = readersOf(compiled, directory, input);
  const alternatives = bases.flatMap((ref) => {
    const named = namedOf(directory, input.step, ref);
    return alternativesOf(compiled, input, named, stepsOf(ref, space, currentOf(ref), currentOf), verdict.outcome);
  });
  return { verdict, alternatives: alternatives.sort((a, b) => strictness[b.outcome] - strictness[a.outcome]) };
};
