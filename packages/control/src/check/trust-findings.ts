/** Findings about trust: a high-risk step that continues on the agent's word, or on arguments tied to no record. */
import { analyse } from '../expression/condition.ts';
import { atomRefs, baseOf, type Ref } from '../expression/ir.ts';
import { scopeOf } from '../expression/scope.ts';
import type { Control, FactSpec } from '../model.ts';
import { type Box, intersectAll, type Region } from './boxes.ts';
import type { Dimension } from './dimension.ts';
import { type Finding, finding } from './finding.ts';
import { firesOf, type ProvenRule, partOutside, type StepProof, searchCase } from './proof.ts';
import { regionsOf } from './regions.ts';

type From = FactSpec['from'];

const fromOf = (control: Control, ref: Ref): From =>
  control.facts.find(({ name }) => name === baseOf(ref).name)?.from ?? 'args';

const refsIn = (dimension: Dimension): Ref[] => {
  if (dimension.kind === 'fact') return [dimension.ref];
  return dimension.kind === 'relation' ? [dimension.left, dimension.right] : atomRefs(dimension.atom);
};

const claimed = (proof: StepProof): { positions: number[]; names: string[] } => {
  const { control } = proof.compiled;
  const positions: number[] = [];
  const names = new Set<string>();
  for (const [position, dimension] of proof.space.dimensions.entries()) {
    const refs = refsIn(dimension).filter((ref) => fromOf(control, ref) === 'agent');
    if (refs.length === 0) continue;
    positions.push(position);
    for (const ref of refs) names.add(baseOf(ref).name);
  }
  return { positions, names: [...names] };
};

const stricterThanContinue = (proof: StepProof): Region => [
  ...firesOf(proof.rules.filter(({ rule }) => rule.then !== 'continue')),
  ...proof.errors,
];

const forgetting = (box: Box, positions: number[], full: Box): Box =>
  box.map((cells, position) => (positions.includes(position) ? (full[position] as bigint) : cells));

/** Cases that continue only because of what the agent claims: with another claim they would not. */
const onClaims = (proof: StepProof, { regions }: ProvenRule): Region => {
  const { positions } = claimed(proof);
  if (positions.length === 0) return [];
  const forgotten = regions.yes.map((box) => forgetting(box, positions, proof.space.full));
  const elsewhere = partOutside(proof, forgotten, regions.yes);
  if (elsewhere === null) return [];
  return intersectAll([forgetting(elsewhere, positions, proof.space.full)], regions.yes, proof.budget);
};

const agentsWord = (proof: StepProof, rule: string, region: Region, how: string): Finding[] => {
  const search = searchCase(proof, region, stricterThanContinue(proof), ({ outcome }) => outcome === 'continue');
  if (!search.found) return [];
  const { names } = claimed(proof);
  const sentence = `"${proof.step.name}" is high risk and continues on the agent's word: ${how} ${names.join(', ')}, which the agent claims.`;
  const edit = `Look ${names[0] ?? 'it'} up in a system of record, or ask for an approval instead.`;
  const more = { step: proof.step.name, rule, case: search.case, possible: search.case === null };
  return [finding('continueOnAgentsWord', sentence, edit, more)];
};

/** Where an exception silences a rule because of what the agent claims. */
const silencedByClaims = (proof: StepProof, { rule }: ProvenRule): Region => {
  if (rule.unless === null || rule.then === 'continue') return [];
  const { control } = proof.compiled;
  const scope = scopeOf(control, [proof.step.name]);
  const [when, unless] = [analyse(rule.when, scope).ir, analyse(rule.unless, scope).ir];
  if (when === null || unless === null) return [];
  const exception = regionsOf(proof.space, unless, proof.budget);
  const { positions } = claimed(proof);
  const depends = exception.yes.some((box) =>
    positions.some((position) => box[position] !== proof.space.full[position]),
  );
  return depends ? intersectAll(regionsOf(proof.space, when, proof.budget).yes, exception.yes, proof.budget) : [];
};

export const continueOnAgentsWord = (proof: StepProof): Finding[] =>
  proof.rules.flatMap((proven): Finding[] => {
    const { rule } = proven;
    if (rule.then === 'continue') return agentsWord(proof, rule.id, onClaims(proof, proven), `"${rule.id}" reads`);
    return agentsWord(proof, rule.id, silencedByClaims(proof, proven), `the exception of "${rule.id}" reads`);
  });

/** Dimensions that compare an argument with a looked-up fact, with the cell in which they are equal. */
const ties = (proof: StepProof): { position: number; equal: bigint }[] => {
  const { control } = proof.compiled;
  return proof.space.dimensions.flatMap((dimension, position) => {
    if (dimension.kind !== 'relation') return [];
    const origins = [fromOf(control, dimension.left), fromOf(control, dimension.right)];
    if (!origins.includes('args') || !origins.includes('lookup')) return [];
    const index = dimension.cells.indexOf('=');
    return index < 0 ? [] : [{ position, equal: 1n << BigInt(index) }];
  });
};

/** Continues whose arguments are not tied to any record: what was looked up may be about something else. */
export const untiedArguments = (proof: StepProof): Finding[] => {
  const { step } = proof;
  const tied = ties(proof);
  return proof.rules.flatMap(({ rule, regions }): Finding[] => {
    if (rule.then !== 'continue') return [];
    const loose = regions.yes.filter((box) => tied.every(({ position, equal }) => box[position] !== equal));
    const search = searchCase(proof, loose, stricterThanContinue(proof), ({ outcome }) => outcome === 'continue');
    if (!search.found) return [];
    const names = Object.keys(step.arguments);
    const what =
      names.length === 0
        ? 'declares no arguments: whatever is sent is carried out'
        : `lets ${names.join(', ')} through without comparing one of them with a looked-up fact`;
    const sentence = `"${step.name}" is high risk, and "${rule.id}" ${names.length === 0 ? `lets it through; it ${what}` : what}.`;
    const edit =
      names.length === 0
        ? 'Declare its arguments.'
        : `Tie one to a record: args.${names[0]} == RECORD.${names[0]} with a looked-up fact.`;
    const more = { step: step.name, rule: rule.id, case: search.case, possible: search.case === null };
    return [finding('untiedArguments', sentence, edit, more)];
  });
};
