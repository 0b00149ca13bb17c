/** One step, ready for questions: its space, where each of its rules fires, fails and errs, and cases on demand. */
import { labelOf } from '@belay/protocol';
import { stepIrs } from '../evaluate/plan.ts';
import { directoryOf, namedOf } from '../evaluate/text.ts';
import { baseOf, type Ir, refsOf } from '../expression/ir.ts';
import type { CompiledControl, RuleSpec, StepSpec, Verdict } from '../model.ts';
import { type Box, type Budget, outsideOf, type Region } from './boxes.ts';
import type { Space } from './dimension.ts';
import type { FoundCase } from './finding.ts';
import { type Regions, regionsOf } from './regions.ts';
import { spaceOf } from './space.ts';
import { type Placed, witnessOf } from './witness.ts';

export type ProvenRule = { rule: RuleSpec; ir: Ir; regions: Regions };

export type StepProof = {
  compiled: CompiledControl;
  step: StepSpec;
  rules: ProvenRule[];
  space: Space;
  /** where some rule has no answer: the step is handed to the owner there */
  errors: Region;
  placed: Placed[];
  budget: Budget;
};

/** Enough for a step of some hundred rules; a question that needs more is answered with "not proved". */
const stepBudget = 10_000_000;

/** Facts that the conditions read, and those of the step's arguments that are read by none: a case shows them too. */
const placedFor = (compiled: CompiledControl, step: StepSpec, irs: Ir[]): Placed[] => {
  const directory = directoryOf(compiled.control);
  const bases = new Map(refsOf(irs).map((ref) => [baseOf(ref).key, baseOf(ref)]));
  const taken = new Set(
    [...bases.values()]
      .map((ref) => namedOf(directory, step.name, ref).place)
      .flatMap(({ from, path }) => (from === 'args' ? [path[0]] : [])),
  );
  for (const [name, spec] of Object.entries(step.arguments)) {
    const key = `args.${name}`;
    if (!taken.has(name)) {
      const label = labelOf({ name, label: spec.label });
      bases.set(key, { key, name: key, label, spec, optional: spec.optional, derived: null });
    }
  }
  return [...bases.values()].map((ref) => ({ ref, place: namedOf(directory, step.name, ref).place }));
};

/** With `shared`, in the space of another proof: so that regions of two versions can be laid over one another. */
export const proveStep = (compiled: CompiledControl, step: StepSpec, shared?: Space): StepProof => {
  const { rules } = stepIrs(compiled.control, step);
  const irs = rules.map(({ ir }) => ir);
  const space = shared ?? spaceOf(irs);
  const budget: Budget = { steps: stepBudget };
  const proven = rules.map(({ rule, ir }) => ({ rule, ir, regions: regionsOf(space, ir, budget) }));
  const errors = proven.flatMap(({ regions }) => regions.error);
  return { compiled, step, rules: proven, space, errors, placed: placedFor(compiled, step, irs), budget };
};

/** A part of the region that nothing in `covers` covers and that is not impossible; null when there is none. */
export const partOutside = ({ space, budget }: StepProof, region: Region, covers: Region): Box | null =>
  outsideOf(region, [...covers, ...space.impossible], budget);

export type Search = { found: false } | { found: true; case: FoundCase | null };

/** More boxes than these are not tried for a case that replays. */
const maxAttempts = 40;

/** Is there an input in the region, outside of the covers? With one that the evaluator decides as expected, if possible. */
export const searchCase = (
  proof: StepProof,
  region: Region,
  covers: Region,
  accept: (verdict: Verdict) => boolean,
): Search => {
  const excluded = [...covers];
  let found = false;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const box = partOutside(proof, region, excluded);
    if (box === null) break;
    found = true;
    const shown = replay(proof, box, accept);
    if (shown !== null) return { found: true, case: shown };
    excluded.push(firstCells(box));
  }
  return found ? { found: true, case: null } : { found: false };
};

/** The part of a box that its witness was drawn from. */
export const firstCells = (box: Box): Box => box.map((cells) => cells & -cells);

const replay = (proof: StepProof, box: Box, accept: (verdict: Verdict) => boolean): FoundCase | null => {
  const input = witnessOf(proof.space, box, proof.step.name, proof.placed);
  if (input === null) return null;
  const verdict = proof.compiled.decide(input);
  return accept(verdict) ? { input, outcome: verdict.outcome, because: verdict.because } : null;
};

export const firesOf = (rules: ProvenRule[]): Region => rules.flatMap(({ regions }) => regions.yes);
