/** Stories as their entries: each thing that happens is kept as the database keeps it, and told again. */
import { type CompiledControl, compileControl, parseControl } from '@belay/control';
import { control, org, Story } from '../story.testing.ts';
import { type Backtest, type BacktestInput, backtester } from './backtest.ts';
import { type RecordedStep, type RunEntry, type RunTold, tellRun } from './recorded.ts';

/** A story whose events are kept. Who did it is the first word of what happened: a person, or nobody for the agent. */
export class Kept extends Story {
  readonly entries: RunEntry[] = [];

  /** Keeps what the last command did, as JSON: an entry has no other form. */
  kept(by: string | null = null): this {
    for (const event of this.events) {
      const copy = JSON.parse(JSON.stringify(event)) as typeof event;
      this.entries.push({ event: copy, type: event.type, by: by ?? 'bot', at: this.now, version: 1 });
    }
    return this;
  }

  told(change: (entry: RunEntry) => RunEntry = (entry) => entry): RunTold & { runId: string } {
    return { runId: 'run_1', ...tellRun({ runId: 'run_1', agentId: 'bot' }, this.entries.map(change)) };
  }
}

export const backtest = (steps: readonly RecordedStep[], input: BacktestInput): Backtest => {
  const { add, result } = backtester(input);
  for (const step of steps) add(step);
  return result();
};

export const tested = (told: readonly RunTold[], candidate: CompiledControl = control): Backtest =>
  backtest(
    told.flatMap(({ steps }) => steps),
    { own: () => control, candidate, org },
  );

export const compiledFrom = (text: string): CompiledControl => {
  const parsed = parseControl(text, 'candidate.control.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return compileControl(parsed.control);
};
