/**
 * What keeps coming back: the steps of a period grouped by why people were asked, each group with what became of them. A
 * step that was asked for by two rules counts in both groups, once in each; the share is always of all askings for the step.
 */
import type { ReasonKind, Requirement } from '@belay/protocol';
import { adviceOf } from './advice.ts';
import { type Counted, counted } from './counted.ts';
import { medianOf } from './load.ts';
import { type CaseTold, type End, ends, type RecordedStep, type RunTold } from './recorded.ts';

/** Fewer than this prove nothing: they are shown, and nothing is proposed from them. */
export const leastForProposal = 10;

/** `rule`: a rule or a limit asked. `continued`: nobody was asked, and somebody looked afterwards. */
export type PatternKind = ReasonKind | 'forbidden' | 'continued';

export type Concrete = {
  runId: string;
  caseId: string | null;
  approvalId: string | null;
  at: number;
  end: End | null;
  because: string;
};

export type Pattern = {
  /** names the pattern within its control: step, kind and rule */
  patternId: string;
  kind: PatternKind;
  /** null: the cases are about no step */
  step: string | null;
  /** rule or limit; null: the house asked */
  rule: string | null;
  asks: 'approval' | 'handoff' | 'forbid' | 'continue';
  steps: number;
  /** how often the step was asked for at all; of cases about no step: the runs */
  of: number;
  runs: number;
  ends: Record<End, number>;
  /** "not mine", and by whom */
  declined: Counted[];
  /** who took it or decided it in the end */
  takenBy: Counted[];
  instructions: Counted[];
  /** until somebody took it over or signed, in ms */
  toPersonMs: { median: number; longest: number; of: number } | null;
  /** cases that nobody of the first rung took, and those that nobody has taken at all */
  late: number;
  silent: number;
  /** which rung was answered, the first being 1 */
  rungs: Counted[];
  judged: { right: number; wrong: number };
  /** facts that could not be used, each with why */
  facts: Counted[];
  /** what a fact asks for that was missing again and again */
  advice: string | null;
  examples: Concrete[];
};

type Group = {
  kind: PatternKind;
  step: string | null;
  rule: string | null;
  asks: Pattern['asks'];
  steps: RecordedStep[];
  cases: CaseTold[];
  examples: Concrete[];
};

const examplesMax = 3;

const kindOf = (step: RecordedStep, { rule, because, kind }: Requirement): PatternKind => {
  if (kind === 'forbid') return 'forbidden';
  if (rule !== null) return 'rule';
  const house = step.house === null || step.house === 'lowRisk' ? 'stuck' : (step.house as ReasonKind);
  return step.kinds.get(because) ?? house;
};

type Asking = Pick<Group, 'kind' | 'rule' | 'asks'>;

const asksAs = (step: RecordedStep, { kind, rule, asks }: Asking, one: Requirement): boolean =>
  one.rule === rule && one.kind === asks && (rule !== null || kindOf(step, one) === kind);

/** With the sentence of what the group is about: of two rules that asked, each has its own. */
const concrete = (step: RecordedStep, group: Asking): Concrete => ({
  runId: step.runId,
  caseId: step.case?.caseId ?? null,
  approvalId: step.approvalId,
  at: step.at,
  end: step.end,
  because: step.requirements.find((one) => asksAs(step, group, one))?.because ?? step.because,
});

const grouping = () => {
  const groups = new Map<string, Group>();
  return {
    groups,
    at: ({ kind, step, rule, asks }: Pick<Group, 'kind' | 'step' | 'rule' | 'asks'>): Group => {
      const key = [step ?? '', asks, kind, rule ?? ''].join(' ');
      const known = groups.get(key) ?? { kind, step, rule, asks, steps: [], cases: [], examples: [] };
      groups.set(key, known);
      return known;
    },
  };
};

const groupSteps = ({ at }: ReturnType<typeof grouping>, step: RecordedStep): void => {
  const asked = step.requirements.filter(({ kind }) => kind !== 'continue');
  const groups = new Set(
    asked.map((one) =>
      at({ kind: kindOf(step, one), step: step.step, rule: one.rule, asks: one.kind as Pattern['asks'] }),
    ),
  );
  if (asked.length === 0 && step.judged !== null) {
    const rule = step.requirements.find(({ kind }) => kind === 'continue')?.rule ?? null;
    groups.add(at({ kind: 'continued', step: step.step, rule, asks: 'continue' }));
  }
  for (const group of groups) group.steps.push(step);
};

const waits = (steps: readonly RecordedStep[], cases: readonly CaseTold[]): number[] => [
  ...steps.flatMap(({ case: kase, at, endedAt, outcome }) =>
    kase === null && outcome === 'approval' && endedAt !== null ? [endedAt - at] : [],
  ),
  ...cases.flatMap(({ openedAt, claimedAt }) => (claimedAt === null ? [] : [claimedAt - openedAt])),
];

const ladderOf = (cases: readonly CaseTold[]): Pick<Pattern, 'late' | 'silent' | 'rungs'> => ({
  late: cases.filter(({ rung }) => rung > 0).length,
  silent: cases.filter(({ claimedAt, ended }) => claimedAt === null && ended === null).length,
  rungs: counted(cases.flatMap(({ claimedAt, rung }) => (claimedAt === null ? [] : [String(rung + 1)]))),
});

const patternOf = ({ kind, step, rule, asks, steps, cases: others, examples }: Group, of: number): Pattern => {
  const cases = [...new Set([...steps.flatMap(({ case: kase }) => (kase === null ? [] : [kase])), ...others])];
  const took = waits(steps, cases);
  const median = medianOf(took);
  // What went wrong is worth a look before what went as always.
  const worst = steps.toSorted((a, b) => ends.indexOf(b.end) - ends.indexOf(a.end) || b.at - a.at);
  return {
    patternId: [step ?? '', asks, kind, rule ?? ''].join(' ').trim(),
    kind,
    step,
    rule,
    asks,
    steps: steps.length + others.length,
    of,
    runs: new Set([...steps.map(({ runId }) => runId), ...examples.map(({ runId }) => runId)]).size,
    ends: Object.fromEntries(
      ends.map((end) => [end, steps.filter((one) => one.end === end).length]),
    ) as Pattern['ends'],
    declined: counted(cases.flatMap(({ declined }) => declined.map(({ by }) => by))),
    takenBy: counted([
      ...cases.flatMap(({ claimedBy }) => (claimedBy === null ? [] : [claimedBy])),
      ...steps.flatMap(({ case: kase, by, endedAt }) => (kase === null && by !== null && endedAt !== null ? [by] : [])),
    ]),
    instructions: counted(cases.flatMap(({ instructions }) => (instructions === null ? [] : [instructions]))),
    toPersonMs: median === null ? null : { median, longest: Math.max(...took), of: took.length },
    ...ladderOf(cases),
    judged: {
      right: steps.filter(({ judged }) => judged === 'right').length,
      wrong: steps.filter(({ judged }) => judged === 'wrong').length,
    },
    facts: counted(
      steps.flatMap(({ facts }) =>
        facts.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`])),
      ),
    ),
    advice: kind === 'badFact' ? adviceOf(steps, leastForProposal) : null,
    examples: [...worst.map((one) => concrete(one, { kind, rule, asks })), ...examples].slice(0, examplesMax),
  };
};

/** Patterns of the runs of a period: what came most first. */
export const patternsOf = (told: readonly (RunTold & { runId: string })[]): Pattern[] => {
  const { groups, at } = grouping();
  const asked = new Map<string, number>();
  for (const { runId, steps, otherCases } of told) {
    for (const step of steps) {
      asked.set(step.step, (asked.get(step.step) ?? 0) + 1);
      groupSteps({ groups, at }, step);
    }
    for (const kase of otherCases) {
      const group = at({ kind: kase.kind, step: null, rule: null, asks: 'handoff' });
      group.cases.push(kase);
      const { caseId, openedAt, because } = kase;
      group.examples.push({ runId, caseId, approvalId: null, at: openedAt, end: null, because });
    }
  }
  return [...groups.values()]
    .map((group) => patternOf(group, group.step === null ? told.length : (asked.get(group.step) ?? 0)))
    .toSorted((a, b) => b.steps - a.steps || a.patternId.localeCompare(b.patternId));
};
