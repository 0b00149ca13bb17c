/** From the rules that fired to the gate's answer: every requirement, strictest first, each with its sentence. */
import { didYouMean, type FactView, type OutcomeKind, type Requirement } from '@belay/protocol';
import type { Control, GateInput, RuleSpec, Verdict } from '../model.ts';
import type { Fault } from './closures.ts';
import { type Plan, type PlannedRule, readAll } from './plan.ts';
import { type Directory, type Named, viewOf } from './text.ts';

/** Strictest first. */
export const strictness: Record<OutcomeKind, number> = { handoff: 0, forbid: 1, approval: 2, continue: 3 };

const requirement = (
  kind: OutcomeKind,
  rule: RuleSpec,
  because: string,
  more: { to?: string; by?: string | null; instead?: string | null },
): Requirement => ({
  kind,
  rule: rule.id,
  because,
  cites: rule.cites,
  to: more.to ?? null,
  by: more.by ?? null,
  instead: more.instead ?? null,
});

const requirementsOf = (rule: RuleSpec, owner: string, because: string): Requirement[] => {
  switch (rule.then) {
    case 'handoff':
      return [requirement('handoff', rule, because, { to: rule.to ?? owner })];
    case 'approval':
      return [requirement('approval', rule, because, { by: rule.by })];
    case 'continue':
      return [requirement('continue', rule, because, {})];
    case 'forbid': {
      const { instead } = rule;
      if (instead === null || 'text' in instead) {
        return [requirement('forbid', rule, because, { instead: instead?.text ?? null })];
      }
      const forbid = requirement('forbid', rule, because, { instead: 'A person takes this over.' });
      return [forbid, requirement('handoff', rule, because, { to: instead.handoff })];
    }
  }
};

/** Sorting is stable: within one kind the order of the file stays. */
const byStrictness = (requirements: Requirement[]): Requirement[] =>
  requirements.sort((a, b) => strictness[a.kind] - strictness[b.kind]);

const houseHandoff = (control: Control, because: string): Requirement => ({
  kind: 'handoff',
  rule: null,
  because,
  cites: null,
  to: control.owner,
  by: null,
  instead: null,
});

export type Judge = { control: Control; directory: Directory; fault: Fault };

/** The facts, each once; those that could not be used are shown already. */
const viewsOf = (input: GateInput, shown: Named[], bad: FactView[]): FactView[] => {
  const views = [...bad];
  for (const named of shown) {
    if (!views.some(({ name }) => name === named.name)) views.push(viewOf(named, input, null));
  }
  return views;
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
  const { control } = judge;
  const asked = fired.flatMap(({ rule, because }) => requirementsOf(rule, control.owner, because(input)));
  const house =
    bad.length > 0 ? 'badFact' : asked.length > 0 ? null : plan.step.risk === 'high' ? 'outsidePolicy' : 'lowRisk';
  if (house === 'lowRisk') return quietVerdict(plan.step.name);
  const requirements = bad.map(({ because }) => houseHandoff(control, because));
  if (house === 'outsidePolicy') {
    const because = `No rule lets "${plan.step.name}" through here: it is outside of the policy.`;
    requirements.push(houseHandoff(control, because));
  }
  requirements.push(...(house === 'badFact' ? asked.filter(({ kind }) => kind !== 'continue') : asked));
  const first = byStrictness(requirements)[0] as Requirement;
  const shown = house === 'outsidePolicy' ? plan.feed.named : fired.flatMap((rule) => rule.shown);
  const { priority, priorityBecause } =
    first.kind === 'continue' ? { priority: 0, priorityBecause: [] } : prioritiesAt(judge, plan, input);
  return {
    outcome: first.kind,
    decidedBy: first.rule,
    because: first.because,
    requirements,
    fired: fired.map(({ rule }) => rule.id),
    facts: viewsOf(
      input,
      shown,
      bad.map(({ view }) => view),
    ),
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
