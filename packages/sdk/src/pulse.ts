/**
 * The agent's pulse: tells Belay at an interval that it lives, and what it has spent since. What is reported between two
 * beats is added up and sent once; a beat whose answer was lost is sent again as the same call, so nothing counts twice.
 */
import { clipped } from '@belay/protocol';
import { BelayError } from './errors.ts';
import type { Line } from './line.ts';

export type Spending = { costUsd?: number; tokens?: number; progress?: string };

export type Pulse = {
  add(spending: Spending): void;
  /** sends what there is, now; learns whether this process still has control */
  beat(tries?: number): Promise<void>;
  start(): void;
  /** ends the beat; what was reported and not sent yet is sent, in one try */
  stop(): Promise<void>;
};

/** A report is sent this long after it was made, together with what else came meanwhile. */
const gatherMs = 1_000;

const plus = (a: Spending, b: Spending): Spending => {
  const progress = b.progress ?? a.progress;
  return {
    costUsd: (a.costUsd ?? 0) + (b.costUsd ?? 0),
    tokens: (a.tokens ?? 0) + (b.tokens ?? 0),
    ...(progress === undefined ? {} : { progress: clipped(progress, 2_000) }),
  };
};

export const createPulse = (line: Line, intervalMs: number): Pulse => {
  const stopped = new AbortController();
  let gathered: Spending = {};
  let gathering = false;
  let unanswered: { callId: string; body: Spending } | null = null;
  let sending: Promise<void> = Promise.resolve();

  const send = async (tries: number): Promise<void> => {
    unanswered ??= { callId: crypto.randomUUID(), body: gathered };
    if (unanswered.body === gathered) gathered = {};
    const { callId, body } = unanswered;
    const spent = Object.keys(body).length > 0;
    try {
      const news = await line.call('heartbeat', body, spent ? { tries, callId } : { tries });
      unanswered = null;
      line.fence.hear(news);
    } catch (error) {
      if (error instanceof BelayError && !error.retryable) unanswered = null;
      throw error;
    }
  };
  /** One at a time, in order. */
  const beat = (tries = 2): Promise<void> => {
    sending = sending.catch(() => {}).then(() => send(tries));
    return sending;
  };
  const quietly = (): Promise<void> => beat(1).catch(() => {});

  return {
    add(spending) {
      gathered = plus(gathered, spending);
      if (gathering) return;
      gathering = true;
      void line.clock.sleep(gatherMs, { signal: stopped.signal, background: true }).then(() => {
        gathering = false;
        return stopped.signal.aborted ? undefined : quietly();
      });
    },
    beat,
    start() {
      const loop = async (): Promise<void> => {
        while (!stopped.signal.aborted && !line.fence.signal.aborted) {
          await line.clock.sleep(intervalMs, { signal: stopped.signal, background: true });
          if (!stopped.signal.aborted) await quietly();
        }
      };
      void loop();
    },
    async stop() {
      stopped.abort();
      const unsent = unanswered !== null || Object.keys(gathered).length > 0;
      if (unsent && !line.fence.signal.aborted) await quietly();
    },
  };
};
