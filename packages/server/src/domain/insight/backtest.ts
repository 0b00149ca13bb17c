/**
 * The backtest: the recorded steps of a period decided again by another control. Every step is counted once: as decided
 * before, as changed, or as not replayable with the reason. Less oversight comes first, and what people refused or
 * corrected and would now go through is named one by one.
 */
import type { CompiledControl, Control } from '@belay/control';
import type { OutcomeKind, Requirement } from '@belay/protocol';
import type { Organisation } from '../oncall/organisation.ts';
import { type Ask, askedPeople, type Load, loadOf, medianOf } from './load.ts';
import type { End, RecordedStep } from './recorded.ts';
import { strictestOf } from './recorded.ts';
import { replayStep } from './replay.ts';

export type Outcomes = Record<OutcomeKind, number>;

/** One step as a change or a danger shows it. */
export type Shown = {
  runId: string;
  caseId: string | null;
  approvalId: string | null;
  step: string;
  at: number;
  arguments: RecordedStep['arguments'];
  because: string;
  then: string;
};

export type ChangedSteps = {
  step: string;
  from: OutcomeKind;
  to: OutcomeKind;
  /** fewer people see it before it happens, or a sign-off is no longer asked for */
  less: boolean;
  /** other people are asked, the outcome is the same */
  others: boolean;
  steps: number;
  example: Shown;
};

/** `wouldGo`: people said no or changed it, and it would now go through alone. `stillGoes`: judged wrong, and it still would. */
export type Danger = Shown & { kind: 'wouldGo' | 'stillGoes'; end: End };

export type Backtest = {
  steps: number;
  before: Outcomes;
  after: Outcomes;
  same: number;
  changes: ChangedSteps[];
  dangers: Danger[];
  notReplayable: { steps: number; because: string; example: Shown }[];
  load: { before: Load[]; after: Load[] };
  /** what was kept as it was, said plainly */
  notes: string[];
};

/** Strictest last. */
const oversight: readonly OutcomeKind[] = ['continue', 'approval', 'handoff', 'forbid'];
const contrary: ReadonlySet<End> = new Set(['edited', 'rejected', 'resolved', 'done', 'returned']);

const approvalsIn = (requirements: readonly Requirement[]): string[] =>
  requirements.flatMap(({ kind, by }) => (kind === 'approval' && by !== null ? [by] : []));

const asksOf = (requirements: readonly Requirement[]): string =>
  [...new Set(requirements.filter(({ kind }) => kind !== 'continue').map(({ kind, to, by }) => `${kind} ${to ?? by}`))]
    .toSorted()
    .join();

/** Fewer people before it happens: a milder outcome, or a sign-off that is no longer asked for. */
const isLess = (before: readonly Requirement[], after: readonly Requirement[]): boolean => {
  const [from, to] = [strictestOf(before), strictestOf(after)];
  if (oversight.indexOf(to) < oversight.indexOf(from)) return true;
  const kept = approvalsIn(after);
  return from === to && approvalsIn(before).some((name) => !kept.includes(name));
};

const shown = (step: RecordedStep, then: string): Shown => ({
  runId: step.runId,
  caseId: step.case?.caseId ?? null,
  approvalId: step.approvalId,
  step: step.step,
  at: step.at,
  arguments: step.arguments,
  because: step.because,
  then,
});

const noOutcomes = (): Outcomes => ({ continue: 0, approval: 0, handoff: 0, forbid: 0 });

export const tookMs = ({ at, endedAt, outcome }: RecordedStep): number | null =>
  outcome === 'continue' || endedAt === null ? null : endedAt - at;

type Tally = Omit<Backtest, 'changes' | 'notReplayable' | 'load' | 'notes'> & {
  changes: Map<string, ChangedSteps>;
  notReplayable: Map<string, { steps: number; because: string; example: Shown }>;
  asks: { before: Ask[]; after: Ask[] };
};

type Now = { outcome: OutcomeKind; because: string; requirements: Requirement[] };

const countChange = (tally: Tally, step: RecordedStep, now: Now): void => {
  const less = isLess(step.requirements, now.requirements);
  const others = now.outcome === step.outcome && asksOf(step.requirements) !== asksOf(now.requirements);
  if (now.outcome === step.outcome && !others) {
    tally.same++;
    return;
  }
  const key = `${step.step} ${step.outcome} ${now.outcome} ${less}`;
  const known = tally.changes.get(key);
  if (known !== undefined) known.steps++;
  else {
    const example = shown(step, now.because);
    tally.changes.set(key, { step: step.step, from: step.outcome, to: now.outcome, less, others, steps: 1, example });
  }
};

const countDanger = (tally: Tally, step: RecordedStep, now: Now): void => {
  if (now.outcome !== 'continue') return;
  const then = shown(step, now.because);
  if (step.outcome !== 'continue' && contrary.has(step.end))
    tally.dangers.push({ ...then, kind: 'wouldGo', end: step.end });
  else if (step.judged === 'wrong') tally.dangers.push({ ...then, kind: 'stillGoes', end: step.end });
};

export type BacktestInput = {
  /** the version a step was decided under */
  own: (version: number) => CompiledControl;
  candidate: CompiledControl;
  org: Organisation;
};

const countStep = (tally: Tally, step: RecordedStep, { own, candidate, org }: BacktestInput): void => {
  tally.steps++;
  const version = own(step.version);
  const now = replayStep(step, version, candidate);
  if (!now.ok) {
    const known = tally.notReplayable.get(now.because);
    const example = known?.example ?? shown(step, now.because);
    tally.notReplayable.set(now.because, { because: now.because, steps: (known?.steps ?? 0) + 1, example });
    return;
  }
  tally.before[step.outcome]++;
  tally.after[now.outcome]++;
  countChange(tally, step, now);
  countDanger(tally, step, now);
  const ask = (requirements: Requirement[], control: Control): Ask => ({
    at: step.at,
    people: askedPeople(requirements, control, org, step.at),
    tookMs: tookMs(step),
  });
  if (step.outcome !== 'continue') tally.asks.before.push(ask(step.requirements, version.control));
  if (now.outcome !== 'continue') tally.asks.after.push(ask(now.requirements, candidate.control));
};

const notesOf = (decidedUnder: ReadonlySet<number>, { own, candidate }: BacktestInput): string[] => {
  const versions = [...decidedUnder].map((version) => own(version).control);
  const differ = (part: (control: Control) => unknown): boolean =>
    versions.some((control) => JSON.stringify(part(control)) !== JSON.stringify(part(candidate.control)));
  return [
    ...(differ(({ limits }) => limits.map(({ id, above, of, per }) => [id, above, of, per]))
      ? ['The limits over time differ. What a limit asked for is kept as it was; sums are not added up again.']
      : []),
    ...(differ(({ stuck }) => [stuck.sameStep, stuck.attempts, stuck.steps, stuck.costUsd])
      ? ['The stuck limits differ. Handoffs of agents that did not get on are kept as they were.']
      : []),
  ];
};

/** Less oversight first, then what happens most. */
const byDanger = (a: ChangedSteps, b: ChangedSteps): number => Number(b.less) - Number(a.less) || b.steps - a.steps;

export type Backtester = { add(step: RecordedStep): void; result(): Backtest };

/** Takes the steps one by one: whoever has many of them can do other things in between. */
export const backtester = (input: BacktestInput): Backtester => {
  const tally: Tally = {
    steps: 0,
    before: noOutcomes(),
    after: noOutcomes(),
    same: 0,
    changes: new Map(),
    dangers: [],
    notReplayable: new Map(),
    asks: { before: [], after: [] },
  };
  const versions = new Set<number>();
  const took: number[] = [];
  const result = (): Backtest => {
    const { steps, before, after, same, dangers, asks } = tally;
    const usual = medianOf(took);
    const { zone } = input.org;
    return {
      steps,
      before,
      after,
      same,
      changes: [...tally.changes.values()].toSorted(byDanger),
      dangers: dangers.toSorted((a, b) => b.kind.localeCompare(a.kind) || b.at - a.at),
      notReplayable: [...tally.notReplayable.values()].toSorted((a, b) => b.steps - a.steps),
      load: { before: loadOf(asks.before, usual, zone), after: loadOf(asks.after, usual, zone) },
      notes: notesOf(versions, input),
    };
  };
  return {
    add: (step) => {
      versions.add(step.version);
      const ms = tookMs(step);
      if (ms !== null) took.push(ms);
      countStep(tally, step, input);
    },
    result,
  };
};
