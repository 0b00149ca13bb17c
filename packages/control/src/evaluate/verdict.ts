/** From the rules that fired to the gate's answer: every requirement, strictest first, each with its sentence. */
import { didYouMean, type FactView, labelOf, type OutcomeKind, type Requirement } from '@belay/protocol';
import type { Control, GateInput, RuleSpec, Verdict } from '../model.ts';
import type { Bench, Fault } from './closures.ts';
import { type Plan, type PlannedRule, readAll } from './plan.ts';
import { type Directory, type Named, viewOf } from './text.ts';

/** Strictest first. */
export const strictness: Record<OutcomeKind, number> = { handoff: 0, forbid: 1, approval: 2, continue: 3 };

const requirement = (
  kind: OutcomeKind,
  rule: RuleSpec,
  because: string,
  to: string | null,
  by: string | null,
  instead: string | null,
): Requirement => ({ kind, rule: rule.id, because, cites: rule.cites, to, by, instead });

const addRequirements = (requirements: Requirement[], rule: RuleSpec, owner: string, because: string): void => {
  switch (rule.then) {
    case 'handoff':
      requirements.push(requirement('handoff', rule, because, rule.to ?? owner, null, null));
      return;
    case 'approval':
      requirements.push(requirement('approval', rule, because, null, rule.by, null));
      return;
    case 'continue':
      requirements.push(requirement('continue', rule, because, null, null, null));
      return;
    case 'forbid': {
      const { instead } = rule;
      if (instead === null || 'text' in instead) {
        requirements.push(requirement('forbid', rule, because, null, null, instead?.text ?? null));
        return;
      }
      requirements.push(requirement('forbid', rule, because, null, null, 'A person takes this over.'));
      requirements.push(requirement('handoff', rule, because, instead.handoff, null, null));
    }
  }
};

/** Sorting is stable: within one kind the order of the file stays. */
const byStrictness = (requirements: Requirement[]): Requirement[] =>
  requirements.length < 2 ? requirements : requirements.sort((a, b) => strictness[a.kind] - strictness[b.kind]);

const houseHandoff = (control: Control, because: string): Requirement => ({
  kind: 'handoff',
  rule: null,
  because,
  cites: null,
  to: control.owner,
  by: null,
  instead: null,
});

export type Judge = { control: Control; directory: Directory; bench: Bench; fault: Fault };

/** Adds the facts that are not shown already. */
const addViews = (views: FactView[], input: GateInput, shown: Named[]): void => {
  for (const named of shown) {
    if (!views.some(({ name }) => name === named.name)) views.push(viewOf(named, input, null));
  }
};

const prioritiesAt = ({ fault }: Judge, plan: Plan, input: GateInput) => {
  const priorityBecause: string[] = [];
  let priority = 0;
  for (const { feed, test, add, because } of plan.priorities) {
    fault.ref = null;
    if (!readAll(feed, input) || !test() || fault.ref !== null) continue;
    priority += add;
    priorityBecause.push(because(input));
  }
  return { priority, priorityBecause };
};

/** The quiet answer of a low-risk step: the same object each time, so that it costs nothing. */
export const quietVerdict = (label: string): Verdict =>
  Object.freeze<Verdict>({
    outcome: 'continue',
    decidedBy: null,
    because: `"${label}" is low risk, and no rule asks for anything.`,
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
  const { control } = judge;
  const house =
    bad.length > 0 ? 'badFact' : fired.length > 0 ? null : plan.step.risk === 'high' ? 'outsidePolicy' : 'lowRisk';
  if (house === 'lowRisk') return quietVerdict(labelOf(plan.step));
  const requirements: Requirement[] = [];
  const facts: FactView[] = [];
  for (const { view, because } of bad) {
    requirements.push(houseHandoff(control, because));
    facts.push(view);
  }
  if (house === 'outsidePolicy') {
    const because = `No rule lets "${labelOf(plan.step)}" through here: it is outside of the policy.`;
    requirements.push(houseHandoff(control, because));
    addViews(facts, input, plan.feed.named);
  }
  for (const { rule, because, shown } of fired) {
    if (house !== 'badFact' || rule.then !== 'continue') {
      addRequirements(requirements, rule, control.owner, because(input));
    }
    addViews(facts, input, shown);
  }
  const first = byStrictness(requirements)[0] as Requirement;
  const { priority, priorityBecause } =
    first.kind === 'continue' ? { priority: 0, priorityBecause: [] } : prioritiesAt(judge, plan, input);
  return {
    outcome: first.kind,
    decidedBy: first.rule,
    because: first.because,
    requirements,
    fired: fired.map(({ rule }) => rule.id),
    facts,
    house,
    priority,
    priorityBecause,
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
