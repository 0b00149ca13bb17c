/**
 * Proposes cases for a control: few that together show every rule at work, both sides of every threshold, and what
 * happens where no rule speaks. They say what the control decides today; a person confirms that it is what was meant.
 */
import { NotProved, type Region } from '../check/boxes.ts';
import { firesOf, type ProvenRule, proveStep, type StepProof, searchCase } from '../check/proof.ts';
import { compileControl } from '../evaluate/compile.ts';
import { rawValue } from '../evaluate/records.ts';
import { strictness } from '../evaluate/verdict.ts';
import type { CompiledControl, Control, GateInput, RuleSpec, Verdict } from '../model.ts';
import { showValue } from '../value/spec.ts';
import { placeOf, sidesOf } from './threshold.ts';

export type ProposedCase = { name: string; input: GateInput; verdict: Verdict };

export type ProposedCases = {
  cases: ProposedCase[];
  /** what no case was found for, in words: conditions that could not be brought together */
  missing: string[];
};

/** What a case can show, and whether an input shows it. */
type Goal = { name: string; shows(input: GateInput, verdict: Verdict): boolean };
type Candidate = { input: GateInput; verdict: Verdict };
type Sought = { goal: Goal; found: GateInput | null };

const kindOf = ({ then, instead }: RuleSpec): RuleSpec['then'] =>
  instead !== null && 'handoff' in instead ? 'handoff' : then;

/** Where other rules decide instead: stricter ones, and those of the same kind that stand before it. */
const overruled = (proof: StepProof, { rule }: ProvenRule): Region => {
  const own = proof.rules.findIndex((other) => other.rule === rule);
  const before = proof.rules.filter((other, index) => {
    const difference = strictness[kindOf(other.rule)] - strictness[kindOf(rule)];
    return difference < 0 || (difference === 0 && index < own);
  });
  return [...firesOf(before), ...proof.errors];
};

const inputIn = (proof: StepProof, region: Region, covers: Region, accept: (verdict: Verdict) => boolean) => {
  const search = searchCase(proof, region, covers, accept);
  return search.found ? (search.case?.input ?? null) : null;
};

/** Where any other rule asks for something: outside of it the case shows this rule and nothing else. */
const besides = (proof: StepProof, { rule }: ProvenRule): Region => [
  ...firesOf(proof.rules.filter((other) => other.rule !== rule && other.rule.then !== 'continue')),
  ...proof.errors,
];

const nameOf = ({ compiled, step }: StepProof, { id, at }: RuleSpec): string =>
  at.length === 1 || compiled.control.steps.length === 1 ? id : `${id} at ${step.name}`;

/** The rule decides, alone where it can; where others always come before it, it at least fires. */
const ruleAtWork = (proof: StepProof, proven: ProvenRule): Sought => {
  const { rule, regions } = proven;
  const name = nameOf(proof, rule);
  const decides = (verdict: Verdict) => verdict.decidedBy === rule.id;
  const fires = (verdict: Verdict) => verdict.fired.includes(rule.id);
  const atStep = (shows: (verdict: Verdict) => boolean): Goal => ({
    name,
    shows: (input, verdict) => input.step === proof.step.name && shows(verdict),
  });
  for (const covers of [besides(proof, proven), overruled(proof, proven)]) {
    const found = inputIn(proof, regions.yes, covers, decides);
    if (found !== null) return { goal: atStep(decides), found };
  }
  return { goal: atStep(fires), found: inputIn(proof, regions.yes, proof.errors, fires) };
};

const quietCase = (proof: StepProof): Sought[] => {
  const { step, space, rules, errors } = proof;
  if (rules.length === 0) return [];
  const house = step.risk === 'high' ? 'outsidePolicy' : 'lowRisk';
  const shows = (verdict: Verdict) => verdict.house === house;
  const found = inputIn(proof, [space.full], [...firesOf(rules), ...errors], shows);
  if (found === null) return [];
  const name = `${step.name}, no rule applies`;
  return [{ goal: { name, shows: (input, verdict) => input.step === step.name && shows(verdict) }, found }];
};

/** A case shows one side of a threshold when the fact has its value there, and the rule answers as it does there. */
const thresholds = (proof: StepProof, proven: ProvenRule, base: GateInput): Sought[] =>
  sidesOf(proof, proven, base).map(({ ref, value, input, fires }) => {
    const place = placeOf(proof, ref);
    const isThere = (other: GateInput) =>
      other.step === proof.step.name &&
      place !== null &&
      JSON.stringify(rawValue(place, other)) === JSON.stringify(value);
    const goal: Goal = {
      name: `${nameOf(proof, proven.rule)}, ${ref.label} ${showValue(ref.spec, value)}`,
      shows: (other, { fired }) => isThere(other) && fired.includes(proven.rule.id) === fires,
    };
    return { goal, found: input };
  });

const soughtAt = (proof: StepProof): Sought[] => [
  ...proof.rules.flatMap((proven) => {
    const atWork = ruleAtWork(proof, proven);
    return [atWork, ...(atWork.found === null ? [] : thresholds(proof, proven, atWork.found))];
  }),
  ...quietCase(proof),
];

/** Takes the candidate that shows the most of what is not shown yet, until all is shown; in the order of the rules. */
const chosenFrom = (candidates: Candidate[], goals: Goal[]): { candidate: Candidate; name: string }[] => {
  let open = goals;
  const chosen: { candidate: Candidate; name: string; at: number }[] = [];
  while (open.length > 0) {
    const counts = candidates.map(({ input, verdict }) => open.filter((goal) => goal.shows(input, verdict)).length);
    const most = Math.max(0, ...counts);
    const best = candidates[counts.indexOf(most)];
    if (best === undefined || most === 0) break;
    const shown = open.filter((goal) => goal.shows(best.input, best.verdict));
    const name = shown.map((goal) => goal.name).sort((a, b) => b.length - a.length)[0] ?? best.input.step;
    chosen.push({ candidate: best, name, at: goals.indexOf(shown[0] as Goal) });
    open = open.filter((goal) => !shown.includes(goal));
  }
  return chosen.sort((a, b) => a.at - b.at);
};

const atStep = (compiled: CompiledControl, step: Control['steps'][number], known: Candidate[]) => {
  const open = soughtAt(proveStep(compiled, step)).filter(
    ({ goal }) => !known.some(({ input, verdict }) => goal.shows(input, verdict)),
  );
  const found = open.flatMap(({ goal, found: input }) =>
    input === null ? [] : [{ goal, candidate: { input, verdict: compiled.decide(input) } }],
  );
  return {
    chosen: chosenFrom(
      found.map(({ candidate }) => candidate),
      found.map(({ goal }) => goal),
    ),
    missing: open.flatMap(({ goal, found: input }) => (input === null ? [goal.name] : [])),
  };
};

const uniquely = (name: string, taken: Set<string>): string => {
  let unique = name;
  for (let count = 2; taken.has(unique); count++) unique = `${name} (${count})`;
  taken.add(unique);
  return unique;
};

/** Cases that `existing` ones do not show already. `names`: names that are taken. Never throws for a parsed control. */
export const proposeCases = (control: Control, existing: { name: string; input: GateInput }[] = []): ProposedCases => {
  const compiled = compileControl(control);
  const known = existing.map(({ input }) => ({ input, verdict: compiled.decide(input) }));
  const taken = new Set(existing.map(({ name }) => name));
  const proposed: ProposedCases = { cases: [], missing: [] };
  for (const step of control.steps) {
    try {
      const { chosen, missing } = atStep(compiled, step, known);
      proposed.missing.push(...missing);
      for (const { candidate, name } of chosen) proposed.cases.push({ name: uniquely(name, taken), ...candidate });
    } catch (error) {
      if (!(error instanceof NotProved)) throw error;
      proposed.missing.push(step.name);
    }
  }
  return proposed;
};
