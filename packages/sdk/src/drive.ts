/**
 * The whole takeover loop in one call: run the agent's function; when a person takes over, wait for as long as it takes;
 * when they give control back, take the run up again, say that their instructions were read, and call the function anew.
 */
import type { InstructionsView, Json, RunView } from '@belay/protocol';
import { backoffMs, type Clock } from './clock.ts';
import type { ControlMap, StartInput } from './controls.ts';
import { BelayError, Fenced } from './errors.ts';
import { untilAnswered } from './line.ts';
import type { HeldRun } from './run.ts';

export type DriveInput<C extends ControlMap, N extends keyof C & string> = (
  | StartInput<C, N>
  | { control: N; runId: string }
) & { signal?: AbortSignal };

/** `done`: the agent finished. `takenOver`: a person did; `resolution` is what they noted. */
export type Driven<T> =
  | { kind: 'done'; runId: string; value: T }
  | { kind: 'takenOver'; runId: string | null; by: string | null; resolution: string | null };

export type Driver = {
  clock: Clock;
  start(input: StartInput<ControlMap, string>): Promise<HeldRun>;
  attach(runId: string): Promise<HeldRun>;
  look(runId: string, signal?: AbortSignal): Promise<RunView>;
};

type Taken = Extract<Driven<never>, { kind: 'takenOver' }>;
type Work<T> = (run: HeldRun, instructions: InstructionsView | null) => Promise<T>;

const firstLookMs = 500;
const longestLookMs = 5_000;

const code = (error: unknown): string => (error instanceof BelayError ? error.code : '');

/** A run that a person finished has what they noted as its outcome. */
const resolutionOf = (outcome: Json): string | null =>
  typeof outcome === 'object' && outcome !== null && !Array.isArray(outcome) && typeof outcome.resolution === 'string'
    ? outcome.resolution
    : null;

const takenOver = async ({ clock, look }: Driver, runId: string, signal: AbortSignal | undefined): Promise<Taken> => {
  const { holder, outcome } = await untilAnswered(clock, signal, () => look(runId, signal));
  const by = holder.kind === 'person' ? holder.name : null;
  return { kind: 'takenOver', runId, by, resolution: resolutionOf(outcome) };
};

/**
 * Gets hold of the run. While a person has it, or a stop is in force, this is waiting, not failing. `patient`: so is an
 * unreachable server; at the first start a wrong address should be told instead.
 */
const takeUp = async (
  driver: Driver,
  { signal, ...start }: DriveInput<ControlMap, string>,
  patient: boolean,
): Promise<HeldRun | Taken> => {
  const ask = (): Promise<HeldRun> => ('runId' in start ? driver.attach(start.runId) : driver.start(start));
  for (let looked = 0; ; looked++) {
    signal?.throwIfAborted();
    try {
      return await (patient ? untilAnswered(driver.clock, signal, ask) : ask());
    } catch (error) {
      if (code(error) === 'run_finished')
        return 'runId' in start
          ? await takenOver(driver, start.runId, signal)
          : { kind: 'takenOver', runId: null, by: null, resolution: null };
      const person = error instanceof Fenced && error.control.by === 'person';
      if (!person && code(error) !== 'run_stopped') throw error;
      await driver.clock.sleep(backoffMs(looked, firstLookMs, longestLookMs), { signal });
    }
  }
};

/** Waits until the agent may go on, or a person has finished. Null: another process of this agent has the run. */
const untilReturned = async (
  driver: Driver,
  fenced: HeldRun,
  signal: AbortSignal | undefined,
): Promise<'returned' | 'finished' | null> => {
  const seen = fenced.control().by !== 'agent';
  for (let looked = 0; ; looked++) {
    const run = await untilAnswered(driver.clock, signal, () => driver.look(fenced.id, signal));
    if (run.status === 'finished') return 'finished';
    if (run.status === 'running') return seen || run.instructions?.at !== fenced.instructions?.at ? 'returned' : null;
    await fenced.changedSince(run.revision, signal).catch(async () => {
      signal?.throwIfAborted();
      await driver.clock.sleep(backoffMs(looked, firstLookMs, longestLookMs), { signal });
    });
  }
};

const finish = async (run: HeldRun, value: unknown): Promise<void> => {
  if (run.finished) return;
  let outcome: Json = null;
  try {
    outcome = JSON.parse(JSON.stringify(value ?? null)) as Json;
  } catch {
    // The function's value is the caller's; what JSON cannot say is not recorded.
  }
  await run.finish(outcome);
};

/** One epoch of work. What the function throws once control is gone says no more than that control is gone. */
const work = async <T>(run: HeldRun, fn: Work<T>): Promise<{ value: T } | 'fenced'> => {
  try {
    if (run.instructions !== null) await run.acknowledge();
    const value = await fn(run, run.instructions);
    await finish(run, value);
    return { value };
  } catch (error) {
    if (run.signal.aborted) return 'fenced';
    throw error;
  } finally {
    await run.close();
  }
};

export const drive = async <T>(
  driver: Driver,
  input: DriveInput<ControlMap, string>,
  fn: Work<T>,
): Promise<Driven<T>> => {
  let next = input;
  for (let epochs = 0; ; epochs++) {
    const run = await takeUp(driver, next, epochs > 0);
    if ('kind' in run) return run;
    const worked = await work(run, fn);
    if (worked !== 'fenced') return { kind: 'done', runId: run.id, value: worked.value };
    const ended = await untilReturned(driver, run, input.signal);
    if (ended === 'finished') return takenOver(driver, run.id, input.signal);
    if (ended === null) throw run.signal.reason;
    next = { control: input.control, runId: run.id, ...(input.signal === undefined ? {} : { signal: input.signal }) };
  }
};
