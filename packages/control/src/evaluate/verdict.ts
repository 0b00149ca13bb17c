/** From the rules that fired to the gate's answer: every requirement, strictest first, each with its sentence. */
import { didYouMean, type FactView, type OutcomeKind, type Requirement } from '@belay/protocol';
import { baseOf, type Ref } from '../expression/ir.ts';
import type { Control, GateInput, RuleSpec, Verdict } from '../model.ts';
import type { Fault } from './closures.ts';
import { type Plan, type PlannedRule, readAll } from './plan.ts';
import { type Directory, fillText, namedOf, viewOf } from './text.ts';

/** Strictest first. */
export const strictness: Record<OutcomeKind, number> = { handoff: 0, forbid: 1, approval: 2, continue: 3 };

const none = { cites: null, to: null, by: null, instead: null };

const requirementsOf = (rule: RuleSpec, owner: string, because: string): Requirement[] => {
  const base = { ...none, rule: rule.id, because, cites: rule.cites };
  switch (rule.then) {
    case 'handoff':
      return [{ ...base, kind: 'handoff', to: rule.to ?? owner }];
    case 'approval':
      return [{ ...base, kind: 'approval', by: rule.by }];
    case 'continue':
      return [{ ...base, kind: 'continue' }];
    case 'forbid': {
      const { instead } = rule;
      if (instead !== null && 'handoff' in instead) {
        const forbid = { ...base, kind: 'forbid' as const, instead: 'A person takes this over.' };
        return [forbid, { ...base, kind: 'handoff', to: instead.handoff }];
      }
      return [{ ...base, kind: 'forbid', instead: instead?.text ?? null }];
    }
  }
};

const byStrictness = (requirements: Requirement[]): Requirement[] =>
  requirements
    .map((requirement, index) => ({ requirement, index }))
    .sort((a, b) => strictness[a.requirement.kind] - strictness[b.requirement.kind] || a.index - b.index)
    .map(({ requirement }) => requirement);

const houseHandoff = (control: Control, because: string): Requirement => ({
  ...none,
  kind: 'handoff',
  rule: null,
  because,
  to: control.owner,
});

export type Judge = { control: Control; directory: Directory; fault: Fault };

const viewsOf = ({ directory }: Judge, input: GateInput, refs: Ref[]): FactView[] => {
  const bases = new Map(refs.map((ref) => [baseOf(ref).key, baseOf(ref)]));
  return [...bases.values()].map((ref) => viewOf(namedOf(directory, input.step, ref), input, null));
};

const prioritiesAt = ({ directory, fault }: Judge, plan: Plan, input: GateInput) => {
  const because: string[] = [];
  let priority = 0;
  for (const { feed, test, add, because: text } of plan.priorities) {
    fault.ref = null;
    if (!readAll(feed, input) || !test() || fault.ref !== null) continue;
    priority += add;
    because.push(fillText(directory, text, input));
  }
  return { priority, priorityBecause: because };
};

/** The quiet answer of a low-risk step: the same object each time, so that it costs nothing. */
export const quietVerdict = (step: string): Verdict =>
  Object.freeze<Verdict>({
    outcome: 'continue',
    decidedBy: null,
    because: `"${step}" is low risk, and no rule asks for anything.`,
    requirements: Object.freeze([]) as unknown as [],
    fired: Object.freeze([]) as unknown as [],
    facts: Object.freeze([]) as unknown as [],
    house: 'lowRisk',
    priority: 0,
    priorityBecause: Object.freeze([]) as unknown as [],
  });

type BadFact = { view: FactView; because: string };

/** The answer when `fired` fired and `bad` could not be used. Every path that ends here names its reason. */
export const verdictOf = (
  judge: Judge,
  plan: Plan,
  input: GateInput,
  fired: PlannedRule[],
  bad: BadFact[],
): Verdict => {
  const { control, directory } = judge;
  const asked = fired.flatMap(({ rule }) =>
    requirementsOf(rule, control.owner, fillText(directory, rule.because, input)),
  );
  const house =
    bad.length > 0 ? 'badFact' : asked.length > 0 ? null : plan.step.risk === 'high' ? 'outsidePolicy' : 'lowRisk';
  if (house === 'lowRisk') return quietVerdict(plan.step.name);
  const kept = house === 'badFact' ? asked.filter(({ kind }) => kind !== 'continue') : asked;
  const handoffs = bad.map(({ because }) => houseHandoff(control, because));
  if (house === 'outsidePolicy') {
    handoffs.push(houseHandoff(control, `No rule lets "${plan.step.name}" through here: it is outside of the policy.`));
  }
  const requirements = byStrictness([...handoffs, ...kept]);
  const first = requirements[0] as Requirement;
  const refs = house === 'outsidePolicy' ? plan.feed.refs : fired.flatMap((rule) => rule.refs);
  const bads = bad.map(({ view }) => view);
  const usable = viewsOf(judge, input, refs).filter(({ name }) => !bads.some((view) => view.name === name));
  const quiet = { priority: 0, priorityBecause: [] };
  return {
    outcome: first.kind,
    decidedBy: first.rule,
    because: first.because,
    requirements,
    fired: fired.map(({ rule }) => rule.id),
    facts: [...bads, ...usable],
    house,
    ...(first.kind === 'continue' ? quiet : prioritiesAt(judge, plan, input)),
  };
};

export const unknownStepVerdict = (control: Control, step: unknown): Verdict => {
  const name = typeof step === 'string' ? step.slice(0, 100) : 'this step';
  const known = control.steps.map((candidate) => candidate.name);
  const because = `The control "${control.name}" has no step "${name}".${didYouMean(name, known)}`;
  return {
    outcome: 'handoff',
    decidedBy: null,
    because,
    requirements: [houseHandoff(control, because)],
    fired: [],
    facts: [],
    house: 'unknownStep',
    priority: 0,
    priorityBecause: [],
  };
};
