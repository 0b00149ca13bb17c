/** The design check: proves, before an agent runs, what a control can and cannot lead to. */
import { compileControl } from '../evaluate/compile.ts';
import type { CompiledControl, Control, StepSpec } from '../model.ts';
import type { Path } from '../source/edit.ts';
import { NotProved } from './boxes.ts';
import { cannotBeJudged, gapsAtThresholds, neverContinues, outsidePolicy } from './cover-findings.ts';
import { type Finding, finding, type Severity } from './finding.ts';
import { limitFindings } from './limit-findings.ts';
import type { OrganisationView } from './organisation.ts';
import { packetFieldsUnfilled } from './packet-findings.ts';
import { proveStep, type StepProof } from './proof.ts';
import { laddersThatLoop, laddersThatTakeLong, reachFindings } from './reach-findings.ts';
import { neverDecides, neverFires, twoOwners } from './rule-findings.ts';
import {
  approvalsThatWait,
  forbidsWithoutWayOn,
  laddersThatStop,
  organisationFindings,
  unusedNames,
} from './structure-findings.ts';
import { continueOnAgentsWord, untiedArguments } from './trust-findings.ts';

const notProved = (step: StepSpec | null, what: string): Finding => {
  const where = step === null ? '' : ` at "${step.name}"`;
  const sentence = `It could not be proved within the allowed steps${where}: ${what}.`;
  return finding('notProved', sentence, 'Split long conditions, or use fewer facts in one step.', {
    step: step?.name ?? null,
  });
};

/** The answer of a question, or the honest "not proved". */
const within = (step: StepSpec | null, what: string, ask: () => Finding[]): Finding[] => {
  try {
    return ask();
  } catch (error) {
    if (error instanceof NotProved) return [notProved(step, what)];
    throw error;
  }
};

const proveSteps = (compiled: CompiledControl): { proofs: StepProof[]; failed: Finding[] } => {
  const proofs: StepProof[] = [];
  const failed: Finding[] = [];
  for (const step of compiled.control.steps) {
    failed.push(
      ...within(step, 'its conditions are too many', () => {
        proofs.push(proveStep(compiled, step));
        return [];
      }),
    );
  }
  return { proofs, failed };
};

const stepFindings = (proof: StepProof): Finding[] => {
  const { step } = proof;
  const judged = within(step, 'whether every case can be judged', () => cannotBeJudged(proof));
  if (step.risk === 'low') return judged;
  return [
    ...judged,
    ...within(step, 'whether every case is spoken of', () => {
      const gaps = gapsAtThresholds(proof);
      return [...neverContinues(proof), ...gaps, ...(gaps.length > 0 ? [] : outsidePolicy(proof))];
    }),
    ...within(step, 'what the agent decides by its word', () => continueOnAgentsWord(proof)),
    ...within(step, 'whether arguments are tied to records', () => untiedArguments(proof)),
  ];
};

/** Questions about rules beside one another need every step: with one missing they are not asked. */
const ruleFindings = (control: Control, proofs: StepProof[]): Finding[] => {
  const never = within(null, 'whether every rule can fire', () => neverFires(control, proofs));
  const dead = new Set(never.flatMap(({ rule }) => (rule === null ? [] : [rule])));
  return [
    ...never,
    ...within(null, 'whether every rule can decide', () => neverDecides(control, proofs, dead)),
    ...within(null, 'whether a case can have two owners', () => twoOwners(control, proofs)),
  ];
};

/** A finding about a rule stands at the rule, one about a step at the step. */
const placeOf = (control: Control, { rule, step }: Finding): Path => {
  if (rule !== null) return ['rules', control.rules.findIndex(({ id }) => id === rule)];
  return step === null ? [] : ['steps', step];
};

const weight: Record<Severity, number> = { error: 0, warning: 1, notice: 2 };

/** Everything that is wrong or worth knowing about a control; worst first. Each case was replayed through the evaluator. */
export const checkControl = (control: Control, organisation?: OrganisationView): Finding[] => {
  const compiled = compileControl(control);
  const { proofs, failed } = proveSteps(compiled);
  const findings = [
    ...(failed.length === 0 ? ruleFindings(control, proofs) : []),
    ...proofs.flatMap(stepFindings),
    ...forbidsWithoutWayOn(control),
    ...laddersThatStop(control),
    ...laddersThatLoop(control),
    ...laddersThatTakeLong(control),
    ...approvalsThatWait(control),
    ...packetFieldsUnfilled(compiled),
    ...limitFindings(control),
    ...unusedNames(control),
    ...(organisation === undefined
      ? []
      : [...organisationFindings(control, organisation), ...reachFindings(control, organisation)]),
    ...failed,
  ];
  return findings
    .map((found, index) => ({ found, index }))
    .sort((a, b) => weight[a.found.severity] - weight[b.found.severity] || a.index - b.index)
    .map(({ found }) => (found.at.length > 0 ? found : { ...found, at: placeOf(control, found) }));
};
