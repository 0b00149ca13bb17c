/** Which cases two versions of a control decide differently, each with one case replayed in both; less oversight first. */
import type { OutcomeKind } from '@belay/protocol';
import { intersectAll, NotProved, outsideOf, type Region } from '../check/boxes.ts';
import { firesOf, firstCells, type ProvenRule, proveStep, type StepProof } from '../check/proof.ts';
import { spaceOf } from '../check/space.ts';
import { witnessOf } from '../check/witness.ts';
import { compileControl } from '../evaluate/compile.ts';
import { stepIrs } from '../evaluate/plan.ts';
import { strictness } from '../evaluate/verdict.ts';
import type { CompiledControl, Control, GateInput, StepSpec, Verdict } from '../model.ts';

export type Change = {
  step: string;
  from: OutcomeKind;
  to: OutcomeKind;
  /** less human oversight than before */
  weaker: boolean;
  sentence: string;
  /** one case that was replayed in both versions */
  case: GateInput;
  before: Verdict;
  after: Verdict;
};

/** A difference that is not about single cases. */
export type Note = { sentence: string; weaker: boolean };

export type Comparison = {
  changes: Change[];
  notes: Note[];
  /** something has less human oversight than before, or it could not be proved that nothing has */
  weaker: boolean;
};

/** Where a step is decided so: boxes to look in, and boxes in which something stricter decides. */
type Area = { within: Region; without: Region };

const requires = ({ rule }: ProvenRule, kind: OutcomeKind): boolean =>
  rule.then === kind || (kind === 'handoff' && rule.instead !== null && 'handoff' in rule.instead);

const areasOf = (proof: StepProof, kind: OutcomeKind): Area[] => {
  const { rules, errors, space, step } = proof;
  const of = (outcome: OutcomeKind) => firesOf(rules.filter((rule) => requires(rule, outcome)));
  const quiet: Area = { within: [space.full], without: [...firesOf(rules), ...errors] };
  const [handoff, forbid, approval] = [of('handoff'), of('forbid'), of('approval')];
  switch (kind) {
    case 'handoff':
      return [{ within: [...handoff, ...errors], without: [] }, ...(step.risk === 'high' ? [quiet] : [])];
    case 'forbid':
      return [{ within: forbid, without: [...handoff, ...errors] }];
    case 'approval':
      return [{ within: approval, without: [...handoff, ...forbid, ...errors] }];
    case 'continue': {
      const without = [...handoff, ...forbid, ...approval, ...errors];
      return [{ within: of('continue'), without }, ...(step.risk === 'low' ? [quiet] : [])];
    }
  }
};

const kinds: OutcomeKind[] = ['handoff', 'forbid', 'approval', 'continue'];

type Sides = { before: StepProof; after: StepProof };

const maxAttempts = 40;

/** The first input of an area that the evaluator confirms. */
const findIn = (
  sides: Sides,
  { within, without }: Area,
  confirm: (input: GateInput) => Change | null,
): Change | null => {
  const { before, after } = sides;
  const { space, budget } = before;
  const excluded = [...without, ...space.impossible];
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const box = outsideOf(within, excluded, budget);
    if (box === null) return null;
    const input = witnessOf(space, box, before.step.name, [...before.placed, ...after.placed]);
    const change = input === null ? null : confirm(input);
    if (change !== null) return change;
    excluded.push(firstCells(box));
  }
  return null;
};

const replayed = (sides: Sides, from: OutcomeKind, to: OutcomeKind): Change | null => {
  for (const a of areasOf(sides.before, from)) {
    for (const b of areasOf(sides.after, to)) {
      const within = intersectAll(a.within, b.within, sides.before.budget);
      const area = { within, without: [...a.without, ...b.without] };
      const change = findIn(sides, area, (input) => changeAt(sides, input, from, to));
      if (change !== null) return change;
    }
  }
  return null;
};

const asks = ({ requirements }: Verdict, approval: string): boolean => requirements.some(({ by }) => by === approval);

/** A sign-off that some case needed and needs no more, also where a stricter outcome hides it. */
const lostApproval = (sides: Sides, approval: string): Change | null => {
  const { before, after } = sides;
  const asking = (proof: StepProof) => firesOf(proof.rules.filter(({ rule }) => rule.by === approval));
  const area = { within: asking(before), without: [...asking(after), ...before.errors, ...after.errors] };
  return findIn(sides, area, (input) => {
    const [old, next] = [before.compiled.decide(input), after.compiled.decide(input)];
    if (old.outcome !== next.outcome || !asks(old, approval) || asks(next, approval)) return null;
    const sentence = `At "${before.step.name}" a case that needed "${approval}" needs it no more, although it still ${nowWords[next.outcome]}.`;
    const places = { step: before.step.name, from: old.outcome, to: next.outcome };
    return { ...places, weaker: true, sentence, case: input, before: old, after: next };
  });
};

const words: Record<OutcomeKind, string> = {
  continue: 'continued without a human',
  approval: 'waited for a sign-off',
  handoff: 'was handed to a person',
  forbid: 'was refused',
};

const nowWords: Record<OutcomeKind, string> = {
  continue: 'continues without a human',
  approval: 'waits for a sign-off',
  handoff: 'is handed to a person',
  forbid: 'is refused',
};

const changeAt = ({ before, after }: Sides, input: GateInput, from: OutcomeKind, to: OutcomeKind): Change | null => {
  const [old, next] = [before.compiled.decide(input), after.compiled.decide(input)];
  if (old.outcome !== from || next.outcome !== to) return null;
  const weaker = strictness[to] > strictness[from];
  const sentence = `At "${before.step.name}" a case that ${words[from]} now ${nowWords[to]}. Before: ${old.because} Now: ${next.because}`;
  return { step: before.step.name, from, to, weaker, sentence, case: input, before: old, after: next };
};

/** Both versions of a step in one space, so that their regions can be laid over one another. */
const sidesOf = (before: CompiledControl, after: CompiledControl, old: StepSpec, next: StepSpec): Sides => {
  const irs = (control: Control, step: StepSpec) => stepIrs(control, step).rules.map(({ ir }) => ir);
  const space = spaceOf([...irs(before.control, old), ...irs(after.control, next)]);
  return { before: proveStep(before, old, space), after: proveStep(after, next, space) };
};

const compareStep = (sides: Sides): Change[] => {
  const approvals = new Set(sides.before.rules.flatMap(({ rule }) => rule.by ?? []));
  const outcomes = kinds.flatMap((from) =>
    kinds.flatMap((to) => (from === to ? [] : (replayed(sides, from, to) ?? []))),
  );
  const isShown = (approval: string) =>
    outcomes.some(({ weaker, before, after }) => weaker && asks(before, approval) && !asks(after, approval));
  const hidden = [...approvals].filter((approval) => !isShown(approval));
  return [...outcomes, ...hidden.flatMap((approval) => lostApproval(sides, approval) ?? [])];
};

const differs = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);

const signersText = ({ groups, exclude, veto }: Control['approvals'][number]): string =>
  `${groups.map(({ quorum, from }) => `${quorum} of ${from}`).join(' and ')}${exclude.length > 0 ? ` without ${exclude.join(', ')}` : ''}${veto === 'none' ? ', refusals counted' : ''}`;

const fewerSign = (old: Control['approvals'][number], next: Control['approvals'][number]): boolean =>
  old.groups.some(({ from, quorum }) => (next.groups.find((group) => group.from === from)?.quorum ?? 0) < quorum) ||
  old.exclude.some((role) => !next.exclude.includes(role)) ||
  (old.veto === 'any' && next.veto === 'none') ||
  next.dwellMs < old.dwellMs ||
  (old.mustOpen && !next.mustOpen);

const approvalNotes = (before: Control, after: Control): Note[] =>
  before.approvals.flatMap((old): Note[] => {
    const next = after.approvals.find(({ name }) => name === old.name);
    if (next === undefined || !differs(old, next)) return [];
    const [was, is] = [signersText(old), signersText(next)];
    const change = was === is ? 'its deadline, how it is read first, or what follows it' : `${was} before, ${is} now`;
    return [{ sentence: `The approval "${old.name}" changed: ${change}.`, weaker: fewerSign(old, next) }];
  });

/** A limit that is gone or says otherwise may let more through; whether it does is not worked out. */
const limitNotes = (before: Control, after: Control): Note[] =>
  before.limits.flatMap((old): Note[] => {
    const next = after.limits.find(({ id }) => id === old.id);
    if (next === undefined) return [{ sentence: `The limit "${old.id}" is gone.`, weaker: true }];
    return differs(old, next) ? [{ sentence: `The limit "${old.id}" counts otherwise.`, weaker: true }] : [];
  });

const reviewNotes = ({ review: old }: Control, { review: next }: Control): Note[] => {
  if (!differs(old, next)) return [];
  const said = (review: Control['review']) => (review === null ? 'nothing' : `${review.share / 100}% by ${review.by}`);
  const sentence = `Of what continued, ${said(old)} was looked at afterwards, and ${said(next)} is now.`;
  return [{ sentence, weaker: (next?.share ?? 0) < (old?.share ?? 0) }];
};

const otherNotes = (before: Control, after: Control): Note[] => {
  const notes: string[] = [];
  if (before.owner !== after.owner) notes.push(`The owner was ${before.owner}, and is ${after.owner} now.`);
  for (const fact of before.facts) {
    const next = after.facts.find(({ name }) => name === fact.name);
    if (next !== undefined && differs(fact, next)) notes.push(`The fact "${fact.name}" is declared otherwise.`);
  }
  for (const ladder of before.ladders) {
    const next = after.ladders.find(({ name }) => name === ladder.name);
    if (next !== undefined && differs(ladder, next)) notes.push(`The ladder "${ladder.name}" tells otherwise.`);
  }
  const isNew = ({ name }: StepSpec) => !before.steps.some((step) => step.name === name);
  for (const { name } of after.steps.filter(isNew)) notes.push(`The step "${name}" is new.`);
  return notes.map((sentence) => ({ sentence, weaker: false }));
};

/** What the second version decides otherwise than the first. */
export const compareControls = (before: Control, after: Control): Comparison => {
  const [old, next] = [compileControl(before), compileControl(after)];
  const changes: Change[] = [];
  const notes = [
    ...approvalNotes(before, after),
    ...limitNotes(before, after),
    ...reviewNotes(before, after),
    ...otherNotes(before, after),
  ];
  for (const step of before.steps) {
    const same = after.steps.find(({ name }) => name === step.name);
    if (same === undefined) {
      notes.push({ sentence: `The step "${step.name}" is gone: it is handed to ${after.owner} now.`, weaker: false });
      continue;
    }
    try {
      changes.push(...compareStep(sidesOf(old, next, step, same)));
    } catch (error) {
      if (!(error instanceof NotProved)) throw error;
      const sentence = `It could not be proved within the allowed steps what changes at "${step.name}".`;
      notes.push({ sentence, weaker: true });
    }
  }
  changes.sort((a, b) => strictness[a.from] - strictness[a.to] - (strictness[b.from] - strictness[b.to]));
  return { changes, notes, weaker: [...changes, ...notes].some((change) => change.weaker) };
};
