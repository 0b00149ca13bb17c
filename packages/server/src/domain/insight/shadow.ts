/**
 * The shadow week: decisions over steps that already happened, counted, compared with their labels, and told in
 * words. Pure: replayed logs and live shadow runs feed the same fold.
 */
import { counted, type OutcomeKind } from '@belay/protocol';

export type ShadowDecision = {
  /** where the step stands: a line of a log, or a sequence number */
  line: number;
  run: string;
  step: string;
  /** what became of the step, as somebody judged afterwards: `right`, `wrong`, or another word */
  label: string | null;
  outcome: OutcomeKind;
  /** rule that decided, or why the house decided */
  reason: string;
  because: string;
  cites: string | null;
};

export type Outcomes = Record<OutcomeKind, number>;

export type Reason = {
  reason: string;
  outcome: OutcomeKind;
  steps: number;
  runs: number;
  cites: string | null;
  example: { line: number; run: string; step: string; because: string };
};

export type LabelCount = { label: string; continued: number; stopped: number };

export type ShadowReport = {
  steps: number;
  runs: number;
  outcomes: Outcomes;
  /** runs with at least one step that would have reached a person */
  runsReachingPerson: number;
  bySteps: ({ step: string } & Outcomes)[];
  reasons: Reason[];
  labels: LabelCount[];
};

export type Tally = {
  steps: number;
  outcomes: Outcomes;
  runs: Set<string>;
  reaching: Set<string>;
  bySteps: Map<string, Outcomes>;
  reasons: Map<string, Reason & { seen: Set<string> }>;
  labels: Map<string, LabelCount>;
};

const noOutcomes = (): Outcomes => ({ continue: 0, approval: 0, handoff: 0, forbid: 0 });

export const emptyTally = (): Tally => ({
  steps: 0,
  outcomes: noOutcomes(),
  runs: new Set(),
  reaching: new Set(),
  bySteps: new Map(),
  reasons: new Map(),
  labels: new Map(),
});

const reachesPerson = (outcome: OutcomeKind): boolean => outcome === 'approval' || outcome === 'handoff';

const countReason = (tally: Tally, decision: ShadowDecision): void => {
  const { outcome, reason, run, cites, line, step, because } = decision;
  const key = `${outcome} ${reason}`;
  const example = { line, run, step, because };
  const known = tally.reasons.get(key) ?? { reason, outcome, steps: 0, runs: 0, cites, example, seen: new Set() };
  known.seen.add(run);
  tally.reasons.set(key, { ...known, steps: known.steps + 1, runs: known.seen.size });
};

/** Adds one decision to the tally. */
export const count = (tally: Tally, decision: ShadowDecision): void => {
  const { outcome, run, step, label } = decision;
  tally.steps++;
  tally.outcomes[outcome]++;
  tally.runs.add(run);
  if (reachesPerson(outcome)) tally.reaching.add(run);
  const ofStep = tally.bySteps.get(step) ?? noOutcomes();
  ofStep[outcome]++;
  tally.bySteps.set(step, ofStep);
  countReason(tally, decision);
  if (label === null) return;
  const ofLabel = tally.labels.get(label) ?? { label, continued: 0, stopped: 0 };
  ofLabel[outcome === 'continue' ? 'continued' : 'stopped']++;
  tally.labels.set(label, ofLabel);
};

export const reportOf = (tally: Tally): ShadowReport => ({
  steps: tally.steps,
  runs: tally.runs.size,
  outcomes: tally.outcomes,
  runsReachingPerson: tally.reaching.size,
  bySteps: [...tally.bySteps].map(([step, outcomes]) => ({ step, ...outcomes })),
  reasons: [...tally.reasons.values()].map(({ seen: _, ...reason }) => reason).sort((a, b) => b.steps - a.steps),
  labels: [...tally.labels.values()],
});

const told = ({ steps, runs, example, cites, reason }: Reason): string[] => [
  `  ${counted(steps, 'step')} in ${counted(runs, 'run')} (${reason}): ${example.because}${cites === null ? '' : ` [${cites}]`}`,
  `      for example line ${example.line}: ${example.step} in ${example.run}`,
];

const section = (report: ShadowReport, outcome: OutcomeKind, heading: (steps: string) => string): string[] => {
  const reasons = report.reasons.filter((reason) => reason.outcome === outcome);
  const steps = reasons.reduce((sum, reason) => sum + reason.steps, 0);
  return steps === 0 ? [] : ['', heading(counted(steps, 'step')), ...reasons.flatMap(told)];
};

const labelLines = (labels: LabelCount[]): string[] => {
  const line = ({ label, continued, stopped }: LabelCount): string => {
    const all = counted(continued + stopped, `step labelled "${label}"`, `steps labelled "${label}"`);
    if (label === 'wrong') return `  Of ${all}, ${stopped} would have been stopped in time and ${continued} not.`;
    if (label === 'right') return `  Of ${all}, ${stopped} would have been held without need.`;
    return `  Of ${all}, ${stopped} would have been stopped.`;
  };
  return labels.length === 0 ? [] : ['', 'Against the labels:', ...labels.map(line)];
};

/** The report for a reader: what would have continued, what would have reached them, and why, with an example each. */
export const wordsOf = (report: ShadowReport): string[] => {
  const { outcomes } = report;
  if (report.steps === 0) return ['The log has no step that could be decided.'];
  const reached = outcomes.approval + outcomes.handoff;
  const them = reached === 1 ? 'this 1 would have' : `these ${reached.toLocaleString('en-US')} would have`;
  const them0 = reached === 0 ? 'none would have reached you' : `${them} reached you`;
  return [
    `${counted(outcomes.continue, 'step')} of ${report.steps.toLocaleString('en-US')} in ${counted(report.runs, 'run')} would have continued; ${them0}${reached === 0 ? '.' : ', because:'}`,
    ...section(report, 'handoff', (steps) => `Handed to a person: ${steps}`),
    ...section(report, 'approval', (steps) => `Waiting for a signature: ${steps}`),
    ...section(report, 'forbid', (steps) => `Not allowed, and the agent told what to do instead: ${steps}`),
    ...labelLines(report.labels),
  ];
};
