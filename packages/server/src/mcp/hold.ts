/**
 * One run, as this process holds it. It is started at the first call; when a person has taken over, each call tries to
 * take it up again and is refused until they give it back; when another process has it, it stays lost.
 */
import type { InstructionsView } from '@belay/protocol';
import { type AnyControls, type Belay, BelayError, Fenced, type Run } from '@belay/sdk';
import type { Timeline } from './timeline.ts';

export type AnyRun = Run<AnyControls[string]>;
export type Beginning =
  | { control: string; subject: Record<string, string>; key: string | undefined; onBehalfOf: string | undefined }
  | { runId: string };

export type Hold = {
  /** the run, in this process's control; throws what stands against it */
  run(): Promise<AnyRun>;
  /** what a person said when giving control back and the model was not told yet */
  takeNews(): InstructionsView | null;
  /** resolves when an agent has control again or the run is over, or when the signal aborts */
  untilReturned(signal: AbortSignal): Promise<void>;
  /** lets go of the run; `finished`: nothing of it is open, so the work is over */
  end(finished: boolean): Promise<void>;
};

const betweenLooksMs = 500;
const longestFarewellMs = 3_000;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

export const createHold = (belay: Belay<AnyControls>, timeline: Timeline, beginning: Beginning): Hold => {
  let held: AnyRun | null = null;
  let opening: Promise<AnyRun> | null = null;
  let news: InstructionsView | null = null;

  const begin = (): Promise<AnyRun> => {
    if ('runId' in beginning) return belay.attach<string>(beginning.runId);
    const { control, subject, key, onBehalfOf } = beginning;
    const more = { ...(key === undefined ? {} : { key }), ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
    return belay.start<string>({ control, subject, ...more });
  };

  /** Two processes that took each other's run would do so for ever: only a return of control lets this one in again. */
  const again = async (lost: AnyRun): Promise<AnyRun> => {
    const reason: unknown = lost.signal.reason;
    if (!(reason instanceof Fenced)) throw reason;
    if (reason.control.by !== 'person') {
      const { instructions } = await timeline.run(lost.id).catch(() => ({ instructions: lost.instructions }));
      if (instructions?.at === lost.instructions?.at) throw reason;
    }
    const run = await belay.attach<string>(lost.id);
    await lost.close();
    return run;
  };

  const open = async (): Promise<AnyRun> => {
    const before = held;
    const run = before === null ? await begin() : await again(before);
    if (run.instructions !== null && run.instructions.at !== before?.instructions?.at) {
      await run.acknowledge();
      news = run.instructions;
    }
    held = run;
    return run;
  };

  return {
    run: async () => {
      if (held !== null && !held.signal.aborted) return held;
      opening ??= open().finally(() => {
        opening = null;
      });
      return opening;
    },
    takeNews() {
      const taken = news;
      news = null;
      return taken;
    },
    async untilReturned(signal) {
      const runId = held?.id;
      while (runId !== undefined && !signal.aborted) {
        const run = await timeline.run(runId).catch(() => null);
        if (run !== null && (run.holder.kind === 'agent' || run.status === 'finished')) return;
        if (run === null) await pause(betweenLooksMs, signal);
        else await timeline.changed(runId, run.revision, signal).catch(() => pause(betweenLooksMs, signal));
      }
    },
    async end(finished) {
      const run = await (opening ?? Promise.resolve(held)).catch(() => null);
      if (run === null) return;
      // Refused while a person is asked: then the run stays, and somebody is told when nobody takes it up.
      if (finished && !('runId' in beginning) && !run.signal.aborted)
        await Promise.race([run.finish(), pause(longestFarewellMs, run.signal)]).catch((error: unknown) => {
          if (!(error instanceof BelayError)) throw error;
        });
      await run.close();
    },
  };
};
