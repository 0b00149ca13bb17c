/**
 * Insight into a period: reads the newest runs of a control with their entries, within bounds that are said when they are
 * reached, and hands them to the pure parts. Reads only.
 */
import { setImmediate } from 'node:timers/promises';
import { type CompiledControl, type Control, compileControl, storedControl } from '@belay/control';
import { type Backtest, type BacktestInput, backtester } from '../domain/insight/backtest.ts';
import { type Pattern, patternsOf } from '../domain/insight/patterns.ts';
import { type Proposal, proved, sketchesOf } from '../domain/insight/proposals.ts';
import { type RecordedStep, type RunEntry, type RunTold, tellRun, toldTypes } from '../domain/insight/recorded.ts';
import type { RunEvent } from '../domain/run/events.ts';
import type { House } from './house.ts';
import type { PublishedControl } from './publishing.ts';

/** More than this of a period is not read at once: the newest runs are, and the answer says from when on. */
export const most = { runs: 5_000, entries: 100_000 };
const runsAtOnce = 100;

export type Period = { control: string; since: number; until: number };

export type RunOfPeriod = { runId: string; agentId: string; startedAt: number };
export type EntryOfPeriod = {
  stream: string;
  type: string;
  by: string;
  at: number;
  version: number | null;
  event: RunEvent | null;
};

export type InsightQueries = {
  /** runs of a control that started in a period, newest first */
  runsOfPeriod(period: Period, limit: number): Promise<RunOfPeriod[]>;
  /** their entries of these types, each run's in their order */
  entriesOfRuns(runIds: string[], types: readonly string[], limit: number): Promise<EntryOfPeriod[]>;
};

export type InsightPorts = {
  queries: InsightQueries & { getControl(name: string, version: null): Promise<PublishedControl | null> };
  house: House;
};

export type Recalled = {
  runs: (RunTold & { runId: string })[];
  /** the period was cut: nothing that started before this was read */
  cut: number | null;
};

const toldOf = (runs: readonly RunOfPeriod[], entries: readonly EntryOfPeriod[]): Recalled['runs'] => {
  const byRun = new Map<string, RunEntry[]>(runs.map(({ runId }) => [runId, []]));
  for (const { stream, event, type, by, at, version } of entries)
    byRun.get(stream)?.push({ event, type, by, at, version: version ?? 0 });
  return runs.map((run) => ({ runId: run.runId, ...tellRun(run, byRun.get(run.runId) ?? []) }));
};

/** The runs of a period, as far back as the bounds allow. A run whose entries do not fit any more is left out whole. */
export const recall = async ({ queries }: Pick<InsightPorts, 'queries'>, period: Period): Promise<Recalled> => {
  const found = await queries.runsOfPeriod(period, most.runs + 1);
  const wanted = found.slice(0, most.runs);
  const runs: Recalled['runs'] = [];
  let left = most.entries;
  for (let from = 0; from < wanted.length; from += runsAtOnce) {
    const some = wanted.slice(from, from + runsAtOnce);
    const entries = await queries.entriesOfRuns(
      some.map(({ runId }) => runId),
      toldTypes,
      left + 1,
    );
    if (entries.length > left) return { runs, cut: wanted[from - 1]?.startedAt ?? period.until };
    left -= entries.length;
    runs.push(...toldOf(some, entries));
  }
  return { runs, cut: found.length > wanted.length ? (wanted.at(-1)?.startedAt ?? null) : null };
};

const countsOf = ({ runs, cut }: Recalled) => ({
  runs: runs.length,
  steps: runs.reduce((sum, { steps }) => sum + steps.length, 0),
  erased: runs.reduce((sum, { erased }) => sum + erased, 0),
  cut,
});
export type Counts = ReturnType<typeof countsOf>;

export const readPatterns = async (
  services: Pick<InsightPorts, 'queries'>,
  period: Period,
): Promise<Counts & { patterns: Pattern[] }> => {
  const recalled = await recall(services, period);
  return { ...countsOf(recalled), patterns: patternsOf(recalled.runs) };
};

/** The versions that these steps were decided under. */
const versionsOf = async (
  { house }: Pick<InsightPorts, 'house'>,
  name: string,
  steps: readonly RecordedStep[],
): Promise<(version: number) => CompiledControl> => {
  const versions = new Map<number, CompiledControl>();
  for (const version of new Set(steps.map((step) => step.version)))
    versions.set(version, await house.known.control(name, version));
  return (version) => versions.get(version) as CompiledControl;
};

/** Steps decided again before whatever else waits on this node gets its turn. */
const stepsAtOnce = 250;

const testInTurns = async (steps: readonly RecordedStep[], input: BacktestInput): Promise<Backtest> => {
  const { add, result } = backtester(input);
  for (const [index, step] of steps.entries()) {
    add(step);
    if (index % stepsAtOnce === stepsAtOnce - 1) await setImmediate();
  }
  return result();
};

export type Tested = Counts & { inForce: Control | null; result: Backtest };

export const runBacktest = async (
  { queries, house }: InsightPorts,
  control: Control,
  period: Period,
): Promise<Tested> => {
  const recalled = await recall({ queries }, period);
  const steps = recalled.runs.flatMap((run) => run.steps);
  const inForce = await queries.getControl(control.name, null);
  const result = await testInTurns(steps, {
    own: await versionsOf({ house }, control.name, steps),
    candidate: compileControl(storedControl(control)),
    org: await house.organisation(),
  });
  return { ...countsOf(recalled), inForce: inForce?.parsed ?? null, result };
};

/** Changes of the version in force that the period speaks for, each with its backtest. */
export const readProposals = async (
  { queries, house }: InsightPorts,
  { name, parsed, source }: Pick<PublishedControl, 'name' | 'parsed' | 'source'>,
  period: Period,
): Promise<Counts & { proposals: Proposal[] }> => {
  const recalled = await recall({ queries }, period);
  const steps = recalled.runs.flatMap((run) => run.steps);
  const own = await versionsOf({ house }, name, steps);
  const org = await house.organisation();
  const proposals: Proposal[] = [];
  for (const sketch of sketchesOf({ source, control: storedControl(parsed), steps, org })) {
    const result = await testInTurns(steps, { own, candidate: compileControl(sketch.candidate), org });
    const proposal = proved(sketch, source, result);
    if (proposal !== null) proposals.push(proposal);
  }
  return { ...countsOf(recalled), proposals };
};
