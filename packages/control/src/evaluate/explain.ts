/** The slow path: a fact could not be used. Says which and why, and still judges the rules that do not need it. */
import { baseOf, type Ref } from '../expression/ir.ts';
import type { GateInput, Verdict } from '../model.ts';
import { type Plan, type PlannedRule, readUsable } from './plan.ts';
import { type Named, namedOf, problemWith, viewOf } from './text.ts';
import { type Judge, verdictOf } from './verdict.ts';

type Bad = { key: string; named: Named; problem: string };

const unusable = ({ feed }: Plan, input: GateInput): Bad[] => {
  const unread = readUsable(feed, input);
  return feed.refs.flatMap((ref, index): Bad[] => {
    const named = feed.named[index] as Named;
    const problem = problemWith(named, ref.optional, input);
    if (problem === null && !unread.includes(index)) return [];
    return [{ key: ref.key, named, problem: problem ?? 'cannot be used' }];
  });
};

const lookupFailed = ({ named }: Bad, input: GateInput): boolean => {
  const { from, source } = named.place;
  if (from !== 'lookup' || source === null || !Object.hasOwn(input.looked ?? {}, source)) return false;
  return input.looked[source]?.ok === false;
};

const sentence = ({ named, problem }: Bad): string => `Belay cannot judge this step: ${named.label} ${problem}.`;

/** Decides with some facts unusable: a handoff, unless only lookups failed and the low-risk step may go on. */
export const explain = (judge: Judge, plan: Plan, input: GateInput): Verdict => {
  const { directory, fault, control } = judge;
  const bad = unusable(plan, input);
  // Fixed before the rules are asked: what one rule cannot judge, another may have asked for with `has`.
  const unread = new Set(bad.map(({ key }) => key));
  const isBad = (ref: Ref) => unread.has(baseOf(ref).key);
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
