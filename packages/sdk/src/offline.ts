/**
 * What happens when nobody answers. Refuse; except for steps of which the control says `offline: allow` and that have
 * no effect: those run on the agent's own word, are kept, and are told to Belay as soon as it answers again. Never when
 * the last that was heard is that a person has control.
 */
import { type ControlView, iso, type JsonObject } from '@belay/protocol';
import { carryOut, type Effect, restated } from './effect.ts';
import { BelayError, Unreachable } from './errors.ts';
import type { Asked, Gate } from './gate.ts';
import type { Line } from './line.ts';
import type { Reports } from './reports.ts';
import type { Spool, Spooled } from './spool.ts';

export type Offline = {
  /** may this step run although the gate did not answer? */
  allows(step: string, error: unknown): boolean;
  /** `carriedOut`: the arguments as they were when it was over; told to Belay by their digest */
  carryOut<T>(asked: Asked, fn: () => T | Promise<T>, carriedOut: JsonObject): Promise<Effect<T>>;
  /** tells Belay what it missed; throws Unreachable while it does not answer */
  catchUp(): Promise<void>;
};

/** Refusals that asking again cannot change; anything else is tried again before the next step. */
const final = new Set([
  'unknown_step',
  'invalid_request',
  'body_too_large',
  'key_reused',
  'run_finished',
  'reported_otherwise',
]);

export const offlineSteps = (control: ControlView): Set<string> =>
  new Set(control.steps.filter((step) => step.offline === 'allow' && step.effect === 'none').map((step) => step.name));

export const createOffline = (line: Line, gate: Gate, reports: Reports, spool: Spool, steps: Set<string>): Offline => {
  const tell = async ({
    spoolId,
    runId: _,
    startedAt: __,
    result,
    carriedOut,
    words,
    ...asked
  }: Spooled): Promise<void> => {
    try {
      const answer = await gate({ ...asked, words: words ?? undefined }, { redeem: true, tries: 1 });
      if (answer.kind === 'continue')
        await reports.deliver(
          asked.key,
          result ?? { status: 'failed', error: 'The agent ended before this step was over.' },
          carriedOut,
        );
      spool.told(spoolId, answer.kind);
    } catch (error) {
      if (!(error instanceof BelayError) || !final.has(error.code)) throw error;
      spool.told(spoolId, error.code);
    }
  };
  return {
    allows: (step, error) =>
      error instanceof Unreachable &&
      !error.answered &&
      steps.has(step) &&
      line.fence.control.by === 'agent' &&
      !line.fence.signal.aborted,
    async carryOut(asked, fn, carriedOut) {
      const spoolId = crypto.randomUUID();
      // As they are now: what the function makes of them is told apart by its digest.
      const { words, ...rest } = structuredClone(asked);
      const startedAt = iso(line.clock.now());
      spool.started({ spoolId, runId: line.fence.runId, ...rest, words: words ?? null, startedAt, result: null });
      const effect = await carryOut(fn);
      spool.ended(spoolId, effect.report, restated(carriedOut));
      return effect;
    },
    async catchUp() {
      for (const spooled of spool.untold(line.fence.runId)) await tell(spooled);
    },
  };
};
