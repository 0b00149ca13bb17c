/**
 * Why a step was decided so, and the nearest change of one fact that would have decided otherwise. Only values that a
 * reader can do something with: no invented text, no other currency.
 */
import type { Json, OutcomeKind, Requirement } from '@belay/protocol';
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
import { integerOf, isNumeric, isText, type NumericSpec, showValue } from '../value/spec.ts';

export type Alternative = {
  fact: string;
  outcome: OutcomeKind;
  /** "It would have continued if amount were EUR 499.99 (it is EUR 500.01)." */
  sentence: string;
  input: GateInput;
};

export type Why = { verdict: Verdict; alternatives: Alternative[] };

/** What is asked besides by the rules of the step. */
export type Beside = {
  /** by limits and people, of the input as it would be */
  also: (input: GateInput) => Requirement[];
  /** arguments that a limit adds up, with the most that its counter has room for, in the argument's unit */
  room: { argument: string; units: number; currency: string | null }[];
};

const nothingBeside: Beside = { also: () => [], room: [] };

/** How the facts of the step stand in the input. */
type Reading = { space: Space; namedAt: (ref: Ref) => Named; currentOf: (ref: Ref) => Json | undefined };

const isArgument = ({ place }: Named): boolean => place.from === 'args';

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
    if (now !== null && cell.currency !== currency) return [];
    const value = Math.min(Math.max(now ?? cell.from, cell.from), cell.to);
    return [{ value: wireInteger(spec, value, cell.currency), distance: Math.abs(value - (now ?? value)) }];
  });
};

/** Values that the control names: a text that was made up to stand for all others says nothing to a reader. */
const plainSteps = (cells: Cell[]): Step[] =>
  cells.flatMap((cell): Step[] =>
    cell.kind === 'truth' || (cell.kind === 'text' && cell.exact) ? [{ value: cell.value, distance: 1 }] : [],
  );

/** Values of the facts that it is compared with, and their neighbours. */
const relatedSteps = (ref: Ref, { space, namedAt, currentOf }: Reading): Step[] =>
  space.dimensions.flatMap((dimension): Step[] => {
    if (dimension.kind !== 'relation') return [];
    const { left, right } = dimension;
    const other = left.key === ref.key ? right : right.key === ref.key ? left : null;
    const value = other === null ? undefined : currentOf(other);
    if (value === undefined || value === null) return [];
    const { spec } = ref;
    const current = currentOf(ref);
    // Two names that should be the same: the argument is the one that was chosen.
    if (isText(spec) && other !== null && isArgument(namedAt(other)) && !isArgument(namedAt(ref))) return [];
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

const stepsOf = (ref: Ref, reading: Reading): Step[] => {
  const { space } = reading;
  const current = reading.currentOf(ref);
  const dimension = space.dimensions.find(({ key }) => key === ref.key);
  const cells = dimension?.kind === 'fact' ? dimension.cells : [];
  if (ref.spec.type === 'set') return memberSteps(ref, space, current);
  const own = isNumeric(ref.spec) ? numericSteps(ref, cells, current) : plainSteps(cells);
  return [...own, ...relatedSteps(ref, reading)];
};

const words: Record<OutcomeKind, string> = {
  continue: 'continued',
  approval: 'waited for a sign-off',
  handoff: 'been handed to a person',
  forbid: 'been refused',
};

type Asked = { compiled: CompiledControl; input: GateInput; beside: Beside; outcome: OutcomeKind };

const strictest = (verdict: Verdict, also: Requirement[]): OutcomeKind =>
  also.reduce<OutcomeKind>((found, { kind }) => (strictness[kind] < strictness[found] ? kind : found), verdict.outcome);

const alternativesOf = ({ compiled, input, beside, outcome }: Asked, named: Named, steps: Step[]): Alternative[] => {
  const found = new Map<OutcomeKind, Alternative>();
  const current = rawValue(named.place, input);
  for (const { value } of steps) {
    if (JSON.stringify(value) === JSON.stringify(current)) continue;
    const changed = withValue(input, named.place, value);
    const verdict = compiled.decide(changed);
    if (verdict.house === 'badFact') continue;
    const then = strictest(verdict, beside.also(changed));
    if (then === outcome || found.has(then)) continue;
    const [from, to] = [showValue(named.spec, current), showValue(named.spec, value)];
    const sentence = `It would have ${words[then]} if ${named.label} were ${to} (it is ${from}).`;
    found.set(then, { fact: named.name, outcome: then, sentence, input: changed });
  }
  return [...found.values()];
};

type Read = { space: Space; bases: Ref[] };
const readAt = new WeakMap<CompiledControl, Map<string, Read>>();

/** What the rules of a step tell apart; worked out once for each compiled control and step. */
const readersOf = (compiled: CompiledControl, name: string): Read => {
  const known = readAt.get(compiled) ?? new Map<string, Read>();
  readAt.set(compiled, known);
  const before = known.get(name);
  if (before !== undefined) return before;
  const step = compiled.control.steps.find((one) => one.name === name);
  const irs = step === undefined ? [] : stepIrs(compiled.control, step).rules.map(({ ir }) => ir);
  const bases = [...new Map(refsOf(irs).map((ref) => [baseOf(ref).key, baseOf(ref)])).values()];
  const read = { space: spaceOf(irs), bases };
  known.set(name, read);
  return read;
};

/** The most of an argument that its limit still has room for. */
const roomSteps = (
  { control }: CompiledControl,
  directory: Directory,
  input: GateInput,
  { argument, units, currency }: Beside['room'][number],
): { named: Named; steps: Step[] }[] => {
  const fact = control.facts.find(({ from, at }) => from === 'args' && at === `/${argument}`);
  const named = directory(input.step, fact?.name ?? `args.${argument}`);
  if (named === null || named.spec === null || !isNumeric(named.spec) || units <= 0) return [];
  const spec: NumericSpec = named.spec;
  const now = integerOf(spec, rawValue(named.place, input) ?? null);
  return [{ named, steps: [{ value: wireInteger(spec, units, currency), distance: Math.abs(units - (now ?? 0)) }] }];
};

/** The verdict, and for each fact the nearest value with which it would have been another; the mildest outcomes first. */
export const why = (compiled: CompiledControl, asked: GateInput, beside: Beside = nothingBeside): Why => {
  const input = takerOf(compiled.control)(asked);
  const directory = directoryOf(compiled.control);
  const verdict = compiled.decide(input);
  const { space, bases } = readersOf(compiled, input.step);
  const namedAt = (ref: Ref) => namedOf(directory, input.step, ref);
  const reading: Reading = { space, namedAt, currentOf: (ref) => rawValue(namedAt(ref).place, input) };
  const sought = new Map<string, { named: Named; steps: Step[] }>();
  const seek = (named: Named, steps: Step[]) => {
    const known = sought.get(named.name)?.steps ?? [];
    sought.set(named.name, { named, steps: [...known, ...steps].sort((a, b) => a.distance - b.distance) });
  };
  for (const ref of bases) seek(namedAt(ref), stepsOf(ref, reading));
  for (const room of beside.room)
    for (const { named, steps } of roomSteps(compiled, directory, input, room)) seek(named, steps);
  const asks = { compiled, input, beside, outcome: strictest(verdict, beside.also(input)) };
  const alternatives = [...sought.values()].flatMap(({ named, steps }) => alternativesOf(asks, named, steps));
  return { verdict, alternatives: alternatives.sort((a, b) => strictness[b.outcome] - strictness[a.outcome]) };
};

const mostTold = 3;

/** At most three sentences for whoever is asked: the nearest changes with which fewer people would have been needed. */
export const nearest = (compiled: CompiledControl, input: GateInput, beside: Beside = nothingBeside): string[] => {
  const { verdict, alternatives } = why(compiled, input, beside);
  const now = strictest(verdict, beside.also(input));
  const milder = alternatives.filter(({ outcome }) => strictness[outcome] > strictness[now]);
  const mildest = new Map<string, string>();
  for (const { fact, sentence } of milder) if (!mildest.has(fact)) mildest.set(fact, sentence);
  return [...mildest.values()].slice(0, mostTold);
};
