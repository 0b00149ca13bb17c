/** Which cases two versions of a control decide differently, each with one case replayed in both; less oversight first. */
import { labelOf, type OutcomeKind, upper } from '@belay/protocol';
import { type Box, intersectAll, NotProved, outsideOf, type Region } from '../check/boxes.ts';
import { firesOf, firstCells, type ProvenRule, proveStep, type StepProof } from '../check/proof.ts';
import { spaceOf } from '../check/space.ts';
import { witnessOf } from '../check/witness.ts';
import { compileControl } from '../evaluate/compile.ts';
import { stepIrs } from '../evaluate/plan.ts';
import { rawValue } from '../evaluate/records.ts';
import { strictness } from '../evaluate/verdict.ts';
import { baseOf } from '../expression/ir.ts';
import type { CompiledControl, Control, GateInput, StepSpec, Verdict } from '../model.ts';
import { showValue } from '../value/spec.ts';
import { sayList, saySignOff, sayTarget } from '../words/names.ts';
import { sayRef } from '../words/phrase.ts';
import { factsAt, narrowedIn, sayBox } from '../words/region.ts';
import { grown } from './grown.ts';
import type { Note } from './note.ts';
import { notesOf } from './notes.ts';

export type Change = {
  step: string;
  from: OutcomeKind;
  to: OutcomeKind;
  /** less human oversight than before */
  weaker: boolean;
  /** the cases that change, and how they were and are decided */
  sentence: string;
  /** one of them in words, with the reasons that both versions give */
  example: string;
  /** one case that was replayed in both versions */
  case: GateInput;
  before: Verdict;
  after: Verdict;
};

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

type Found = { input: GateInput; box: Box };
type Told = { changes: Change[]; notes: Note[] };

/**
 * The first input of an area that both evaluators confirm, with the box around it in which all is so. `possible`: the
 * area is not empty, and no case could be brought together from single values.
 */
const findIn = (
  sides: Sides,
  area: Area,
  known: Region,
  confirm: (before: Verdict, after: Verdict) => boolean,
): Found | 'possible' | null => {
  const { before, after } = sides;
  const { space, budget } = before;
  const excluded = [...area.without, ...known, ...space.impossible];
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const box = outsideOf(area.within, excluded, budget);
    if (box === null) return attempt === 0 ? null : 'possible';
    const input = witnessOf(space, box, before.step.name, [...before.placed, ...after.placed]);
    if (input !== null && confirm(before.compiled.decide(input), after.compiled.decide(input)))
      return { input, box: grown(space, firstCells(box), area, { steps: growthBudget }) };
    excluded.push(firstCells(box));
  }
  return 'possible';
};

/** Kinds of cases with one change of outcome that are told one by one, and how many are looked for. */
const maxTold = 3;
const maxLooked = 8;
const growthBudget = 300_000;

const changesOf = (sides: Sides, from: OutcomeKind, to: OutcomeKind): Told => {
  const changes = new Map<string, Change>();
  const seen: Region = [];
  let possible = false;
  const isIt = (old: Verdict, next: Verdict) => old.outcome === from && next.outcome === to;
  for (const a of areasOf(sides.before, from)) {
    for (const b of areasOf(sides.after, to)) {
      const within = intersectAll(a.within, b.within, sides.before.budget);
      const area = { within, without: [...a.without, ...b.without] };
      while (changes.size < maxTold && seen.length < maxLooked) {
        const found = findIn(sides, area, seen, isIt);
        if (found === 'possible' && seen.length === 0) possible = true;
        if (found === null || found === 'possible') break;
        seen.push(found.box);
        const change = changeAt(sides, found, `${words[from]}; now ${nowWords[to]}.`);
        if (!changes.has(change.sentence)) changes.set(change.sentence, change);
      }
    }
  }
  const weaker = strictness[to] > strictness[from];
  const note = {
    sentence: `${upper(labelOf(sides.before.step))}: perhaps in some cases ${words[from]}, and now ${nowWords[to]}. No single case was found that shows it.`,
    weaker,
  };
  return { changes: [...changes.values()], notes: possible && changes.size === 0 ? [note] : [] };
};

const asks = ({ requirements }: Verdict, approval: string): boolean => requirements.some(({ by }) => by === approval);

/** A sign-off that some case needed and needs no more, also where a stricter outcome hides it. */
const lostApproval = (sides: Sides, approval: string): Change[] => {
  const { before, after } = sides;
  const asking = (proof: StepProof) => firesOf(proof.rules.filter(({ rule }) => rule.by === approval));
  const area = { within: asking(before), without: [...asking(after), ...before.errors, ...after.errors] };
  const found = findIn(
    sides,
    area,
    [],
    (old, next) => old.outcome === next.outcome && asks(old, approval) && !asks(next, approval),
  );
  if (found === null || found === 'possible') return [];
  const { outcome } = before.compiled.decide(found.input);
  const sentence = `it needed ${saySignOff(approval)} and needs it no more, although ${nowWords[outcome].replace('it is', 'it still is')}.`;
  return [{ ...changeAt(sides, found, sentence), weaker: true }];
};

const words: Record<OutcomeKind, string> = {
  continue: 'the agent went on alone',
  approval: 'it waited for a sign-off',
  handoff: 'a person took over',
  forbid: 'it was refused',
};

const nowWords: Record<OutcomeKind, string> = {
  continue: 'the agent goes on alone',
  approval: 'it waits for a sign-off',
  handoff: 'it is handed to a person',
  forbid: 'it is refused',
};

/** The rules that answer otherwise than before; those that let through only where no other does. */
const rulesBehind = (sides: Sides, old: Verdict, next: Verdict): ProvenRule[] => {
  const changed = (mine: Verdict, other: Verdict) => (proven: ProvenRule) =>
    mine.fired.includes(proven.rule.id) && !other.fired.includes(proven.rule.id);
  const found = [...sides.before.rules.filter(changed(old, next)), ...sides.after.rules.filter(changed(next, old))];
  const asking = found.filter(({ rule }) => rule.then !== 'continue');
  const behind = new Set((asking.length > 0 ? asking : found).map(({ rule }) => rule.id));
  return [...sides.before.rules, ...sides.after.rules].filter(({ rule }) => behind.has(rule.id));
};

/** The dimensions that the sentence speaks of: what the rules behind the change read. All, when there is no such rule. */
const toldOf = (sides: Sides, found: Found, old: Verdict, next: Verdict): { told: number[]; more: boolean } => {
  const { space } = sides.before;
  const narrowed = narrowedIn(space, found.box);
  const rules = rulesBehind(sides, old, next);
  if (rules.length === 0) return { told: narrowed, more: false };
  const read = new Set(spaceOf(rules.map(({ ir }) => ir)).dimensions.map(({ key }) => key));
  const told = narrowed.filter((position) => read.has(space.dimensions[position]?.key ?? ''));
  return { told, more: told.length < narrowed.length };
};

/** The facts that the sentence speaks of, as they are in the example. */
const valuesIn = ({ before, after }: Sides, input: GateInput, told: number[]): string => {
  const placed = [...before.placed, ...after.placed];
  const named = new Map(factsAt(before.space, told).map((ref) => [baseOf(ref).key, baseOf(ref)]));
  return sayList(
    [...named.values()].flatMap((ref) => {
      const place = placed.find((one) => one.ref.key === ref.key)?.place;
      return place === undefined ? [] : [`${sayRef(ref)} ${showValue(ref.spec, rawValue(place, input))}`];
    }),
  );
};

const changeAt = (sides: Sides, found: Found, what: string): Change => {
  const { before, after } = sides;
  const [old, next] = [before.compiled.decide(found.input), after.compiled.decide(found.input)];
  const [from, to] = [old.outcome, next.outcome];
  const { told, more } = toldOf(sides, found, old, next);
  const where = sayBox(before.space, found.box, told, { lists: after.compiled.control.lists, terms: [] });
  const when = [where, more ? 'nothing else decides' : ''].filter((part) => part !== '').join(', and ');
  const sentence = `${upper(labelOf(before.step))}, ${when === '' ? 'in every case' : `when ${when}`}: ${what}`;
  const values = valuesIn(sides, found.input, told);
  const example = `${values === '' ? '' : `With ${values}. `}Before: ${old.because} Now: ${next.because}`;
  const weaker = strictness[to] > strictness[from];
  return { step: before.step.name, from, to, weaker, sentence, example, case: found.input, before: old, after: next };
};

/** Both versions of a step in one space, so that their regions can be laid over one another. */
const sidesOf = (before: CompiledControl, after: CompiledControl, old: StepSpec, next: StepSpec): Sides => {
  const irs = (control: Control, step: StepSpec) => stepIrs(control, step).rules.map(({ ir }) => ir);
  const space = spaceOf([...irs(before.control, old), ...irs(after.control, next)]);
  return { before: proveStep(before, old, space), after: proveStep(after, next, space) };
};

/** Nothing that decides this step was touched. */
const isUntouched = ({ before, after }: Sides): boolean => {
  const decided = ({ step, rules }: StepProof) => JSON.stringify([step.risk, rules.map(({ rule, ir }) => [rule, ir])]);
  return decided(before) === decided(after);
};

const compareStep = (sides: Sides): Told => {
  if (isUntouched(sides)) return { changes: [], notes: [] };
  const approvals = new Set(sides.before.rules.flatMap(({ rule }) => rule.by ?? []));
  const told = kinds.flatMap((from) => kinds.flatMap((to) => (from === to ? [] : [changesOf(sides, from, to)])));
  const outcomes = told.flatMap(({ changes }) => changes);
  const isShown = (approval: string) =>
    outcomes.some(({ weaker, before, after }) => weaker && asks(before, approval) && !asks(after, approval));
  const hidden = [...approvals].filter((approval) => !isShown(approval));
  return {
    changes: [...outcomes, ...hidden.flatMap((approval) => lostApproval(sides, approval))],
    notes: told.flatMap(({ notes }) => notes),
  };
};

/** What the second version decides otherwise than the first. */
export const compareControls = (before: Control, after: Control): Comparison => {
  const [old, next] = [compileControl(before), compileControl(after)];
  const changes: Change[] = [];
  const notes = notesOf(before, after);
  for (const step of before.steps) {
    const same = after.steps.find(({ name }) => name === step.name);
    if (same === undefined) {
      notes.push({
        sentence: `The step ${labelOf(step)} is gone: it is handed to ${sayTarget(after.owner)} now.`,
        weaker: false,
      });
      continue;
    }
    try {
      const told = compareStep(sidesOf(old, next, step, same));
      changes.push(...told.changes);
      notes.push(...told.notes);
    } catch (error) {
      if (!(error instanceof NotProved)) throw error;
      const sentence = `It could not be proved within the allowed steps what changes at ${labelOf(step)}.`;
      notes.push({ sentence, weaker: true });
    }
  }
  changes.sort((a, b) => strictness[a.from] - strictness[a.to] - (strictness[b.from] - strictness[b.to]));
  return { changes, notes, weaker: [...changes, ...notes].some((change) => change.weaker) };
};
