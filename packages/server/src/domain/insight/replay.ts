/**
 * One recorded step, decided again by another control. What the rules asked is asked anew; what limits, people and stuck
 * limits asked for stays as it was. A step that cannot be decided again is said so, with the reason: nothing is assumed.
 */
import { type CompiledControl, type Control, type FactSpec, type RecordedFacts, recordedInput } from '@belay/control';
import type { Json, OutcomeKind, Requirement } from '@belay/protocol';
import { incompleteRequirement } from '../approval/incomplete.ts';
import { undeclaredRequirement } from '../run/undeclared.ts';
import { type RecordedStep, strictestOf } from './recorded.ts';

export type Replayed =
  | { ok: true; outcome: OutcomeKind; because: string; requirements: Requirement[] }
  | { ok: false; because: string };

const isTakenAlike = (a: FactSpec['take'], b: FactSpec['take']): boolean =>
  a?.how === b?.how && a?.of === b?.of && a?.last === b?.last && a?.times === b?.times;

const comesFromThere = (a: FactSpec, b: FactSpec): boolean =>
  a.from === b.from && a.source === b.source && a.at === b.at && isTakenAlike(a.take, b.take);

/** The sentence of a rule may be worded anew by then; what the house says has no other name than its sentence. */
const isSame = (a: Requirement, b: Requirement): boolean =>
  a.kind === b.kind &&
  a.rule === b.rule &&
  a.to === b.to &&
  a.by === b.by &&
  (a.rule !== null || a.because === b.because);

/** What older versions kept of a step: the facts that its rules had read. */
const factsShown = ({ facts }: RecordedStep): RecordedFacts => {
  const read = facts.filter(({ origin: from, problem }) => from !== 'args' && problem === null);
  return {
    facts: Object.fromEntries(read.map(({ name, value }): [string, Json] => [name, value])),
    sources: Object.fromEntries(read.flatMap(({ source }) => (source === null ? [] : [[source, true as const]]))),
  };
};

/** Why a fact that the candidate reads is not known for this step; null: it is, or it was missing then too. */
const unknown = (fact: FactSpec, step: RecordedStep, own: Control): string | null => {
  const before = own.facts.find(({ name }) => name === fact.name);
  if (before === undefined) return `${fact.name} was not a fact of version ${step.version}`;
  if (!comesFromThere(before, fact)) return `${fact.name} came from elsewhere in version ${step.version}`;
  if (step.read === null)
    return step.facts.some(({ name, problem }) => name === fact.name && problem === null)
      ? null
      : `${fact.name} was not kept with the decision`;
  if (fact.from === 'lookup' && step.read.sources[fact.source ?? ''] === undefined)
    return `${fact.source} was not asked at ${step.step} then, so ${fact.name} is not known`;
  return null;
};

/** What the rules of a control say of a recorded step, with what follows from their packet. */
const decided = (step: RecordedStep, control: CompiledControl, others: Requirement[]): Requirement[] => {
  const input = recordedInput(control.control.facts, step, step.read ?? factsShown(step));
  const verdict = control.decide(input);
  const ruled = [...verdict.requirements, ...undeclaredRequirement(input, verdict, { control })];
  return [...ruled, ...incompleteRequirement([...ruled, ...others], input, verdict, { control })];
};

/** What `candidate` would have asked for at this step, which was decided under `own`. */
export const replayStep = (step: RecordedStep, own: CompiledControl, candidate: CompiledControl): Replayed => {
  for (const fact of candidate.factsAt(step.step)) {
    const why = unknown(fact, step, own.control);
    if (why !== null) return { ok: false, because: why };
  }
  const byOwnRules = decided(step, own, []);
  const others = step.requirements.filter((one) => !byOwnRules.some((own) => isSame(own, one)));
  const reproduced = byOwnRules.every((one) => step.requirements.some((kept) => isSame(kept, one)));
  if (!reproduced) return { ok: false, because: `what ${step.step} was decided on was not kept in full` };
  const requirements = [...decided(step, candidate, others), ...others];
  const outcome = strictestOf(requirements);
  const because = requirements.find(({ kind }) => kind === outcome)?.because ?? 'No rule asks for anything.';
  return { ok: true, outcome, because, requirements };
};
