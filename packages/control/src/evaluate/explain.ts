/** The slow path: a fact could not be used. Says which and why, and still judges the rules that do not need it. */
import { baseOf, type Ref } from '../expression/ir.ts';
import type { GateInput, Verdict } from '../model.ts';
import type { Plan, PlannedRule } from './plan.ts';
import { type Named, namedOf, problemWith, viewOf } from './text.ts';
import { type Judge, verdictOf } from './verdict.ts';

type Bad = { key: string; named: Named; problem: string };

const unusable = (plan: Plan, input: GateInput): Bad[] => {
  const { refs, named, readers, derivers } = plan.feed;
  const bad: Bad[] = [];
  for (const [index, ref] of refs.entries()) {
    const fact = named[index] as Named;
    const problem = problemWith(fact, ref.optional, input);
    const read = readers[index]?.(input) === true;
    if (!read || problem !== null) bad.push({ key: ref.key, named: fact, problem: problem ?? 'cannot be used' });
  }
  for (const derive of derivers) derive();
  return bad;
};

const lookupFailed = ({ named }: Bad, input: GateInput): boolean => {
  const { from, source } = named.place;
  if (from !== 'lookup' || source === null || !Object.hasOwn(input.looked ?? {}, source)) return false;
  return input.looked[source]?.ok === false;
};

const sentence = ({ named, problem }: Bad): string => `Belay cannot judge this step: ${named.name} ${problem}.`;

/** Decides with some facts unusable: a handoff, unless only lookups failed and the low-risk step may go on. */
export const explain = (judge: Judge, plan: Plan, input: GateInput): Verdict => {
  const { directory, fault, control } = judge;
  const bad = unusable(plan, input);
  const isBad = (ref: Ref) => bad.some(({ key }) => key === baseOf(ref).key);
  const fired: PlannedRule[] = [];
  for (const rule of plan.rules) {
    if (rule.refs.some(isBad)) continue;
    fault.ref = null;
    const fires = rule.test();
    const wrong = fault.ref as Ref | null;
    if (wrong === null) {
      if (fires) fired.push(rule);
    } else {
      bad.push({ key: wrong.key, named: namedOf(directory, plan.step.name, wrong), problem: fault.problem });
    }
  }
  const tolerated =
    plan.step.risk === 'low' &&
    control.onLookupFailure === 'continue' &&
    bad.every((candidate) => lookupFailed(candidate, input));
  if (tolerated) return verdictOf(judge, plan, input, fired, []);
  const distinct = [...new Map(bad.map((candidate) => [candidate.key, candidate])).values()];
  const reasons = distinct.map((candidate) => ({
    view: viewOf(candidate.named, input, candidate.problem),
    because: sentence(candidate),
  }));
  return verdictOf(judge, plan, input, fired, reasons);
};
