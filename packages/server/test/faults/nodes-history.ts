/**
 * Reads the history that several nodes wrote and says what is wrong with it: a rung fired early or twice, one passed
 * over without a word, an entry missing, a state that is not what its entries make of it.
 */
import type { CompiledControl } from '@belay/control';
import type { Pool } from 'pg';
import { rungFired } from '../../src/domain/case/open.ts';
import type { Organisation } from '../../src/domain/oncall/organisation.ts';
import type { Recorded, RunEvent } from '../../src/domain/run/events.ts';
import { evolve, newRun, withoutEnded } from '../../src/domain/run/evolve.ts';
import type { Run } from '../../src/domain/run/run.ts';
import { wholeState } from '../../src/store/run-state.ts';

type Row = { seq: number; at: number; by_kind: 'agent' | 'person' | 'system'; by_id: string; event: RunEvent };
type Fired = Extract<RunEvent, { type: 'RungFired' }>;
export type Known = { control: CompiledControl; org: Organisation };

/** One firing by the clock: how late it was. */
export type Firing = { runId: string; dueAt: number; lateMs: number };
export type History = { runs: number; cases: number; firings: Firing[]; wrong: string[] };

/** jsonb keeps no order of names. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]));
};

const same = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

/** What the domain says should have fired at that instant: the same rung, the same ones skipped. */
const misfired = (run: Run, { at, event }: Row & { event: Fired }, { control, org }: Known): string | null => {
  const kase = run.case;
  if (kase === null || kase.nextRungAt === null) return null;
  if (at < kase.nextRungAt) return `a rung fired ${kase.nextRungAt - at} ms early, or twice`;
  const context = { now: at, by: { kind: 'system' as const, id: 'belay' }, control, org, newId: () => '' };
  const expected = rungFired(kase, kase.rung + 1, context, { dueAt: kase.nextRungAt });
  return same(expected, event)
    ? null
    : `a rung was missed: ${JSON.stringify(event)} instead of ${JSON.stringify(expected)}`;
};

/** Folds the entries of one run, looking at each on the way. */
const walk = (runId: string, rows: Row[], known: Known): { run: Run; firings: Firing[]; wrong: string[] } => {
  const [first] = rows;
  if (first?.event.type !== 'RunStarted') throw new Error(`${runId} does not begin with its start`);
  let run = newRun(first.event, first.at);
  const firings: Firing[] = [];
  const wrong: string[] = [];
  let before: Row | null = null;
  for (const row of rows) {
    const { event, at, seq } = row;
    if (seq !== (before?.seq ?? 0) + 1) wrong.push(`${runId}: entry ${seq} follows ${before?.seq}`);
    // The first rung fires with the opening of its case; all others by the clock.
    if (event.type === 'RungFired' && before?.event.type !== 'CaseOpened') {
      const problem = misfired(run, { ...row, event }, known);
      if (problem !== null) wrong.push(`${runId} entry ${seq}: ${problem}`);
      const dueAt = run.case?.nextRungAt ?? at;
      firings.push({ runId, dueAt, lateMs: at - dueAt });
    }
    const recorded: Recorded = { event, by: { kind: row.by_kind, id: row.by_id }, at };
    run = evolve(run, recorded);
    before = row;
  }
  return { run: withoutEnded(run), firings, wrong };
};

export const readHistory = async (pool: Pool, known: Known): Promise<History> => {
  const { rows: runs } = await pool.query<{ runId: string; state: Run }>(
    `SELECT run_id AS "runId", ${wholeState('r')} AS state FROM runs r`,
  );
  const { rows } = await pool.query<Row & { stream: string }>(
    'SELECT stream, seq, at, by_kind, by_id, event FROM entries ORDER BY stream, seq',
  );
  const streams = new Map<string, Row[]>();
  for (const row of rows) streams.set(row.stream, [...(streams.get(row.stream) ?? []), row]);
  const history: History = { runs: runs.length, cases: 0, firings: [], wrong: [] };
  for (const { runId, state } of runs) {
    const walked = walk(runId, streams.get(runId) ?? [], known);
    history.firings.push(...walked.firings);
    history.wrong.push(...walked.wrong);
    history.cases += (streams.get(runId) ?? []).filter(({ event }) => event.type === 'CaseOpened').length;
    if (!same(walked.run, state)) history.wrong.push(`${runId}: its state is not what its entries make of it`);
  }
  return history;
};
