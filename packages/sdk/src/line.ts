/**
 * The line from one process to one run: calls carry the run's id, and whatever the server says about control reaches
 * the fence before the caller sees it.
 */
import type { AnswerOf, BodyOf, ControlNews, RunView } from '@belay/protocol';
import type { Client } from './client.ts';
import { backoffMs, type Clock } from './clock.ts';
import { BelayError, Unreachable } from './errors.ts';
import type { Fence } from './fence.ts';

/** The server answers a long poll after at most 25 s. */
const sliceMs = 35_000;
const longestPauseMs = 5_000;

type RunCall = 'gate' | 'redeem' | 'report' | 'heartbeat' | 'escalate' | 'acknowledge' | 'finish';
type Body<N extends RunCall> = Omit<BodyOf<N>, 'epoch'>;
export type Patience = { signal?: AbortSignal | undefined; tries?: number; callId?: string; timeoutMs?: number };

export type Line = {
  readonly client: Client;
  readonly clock: Clock;
  readonly fence: Fence;
  readonly control: { name: string; version: number };
  call<N extends RunCall>(name: N, body: Body<N>, patience?: Patience): Promise<AnswerOf<N>>;
  /** one slice of a long poll */
  poll(after: number, patience?: Patience): Promise<ControlNews>;
  look(signal?: AbortSignal): Promise<RunView>;
};

export const createLine = (
  client: Client,
  clock: Clock,
  fence: Fence,
  control: { name: string; version: number },
): Line => {
  const params = { runId: fence.runId };
  const learning = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      fence.learn(error);
      throw error;
    }
  };
  return {
    client,
    clock,
    fence,
    control,
    call: (name, body, patience = {}) =>
      learning(
        client.call(name, {
          params,
          body: { ...body, epoch: fence.epoch } as unknown as BodyOf<typeof name>,
          ...patience,
        }),
      ),
    async poll(after, patience = {}) {
      const query = { epoch: fence.epoch, after };
      const news = await learning(
        client.call('waitForRun', { params, query, tries: 1, timeoutMs: sliceMs, ...patience }),
      );
      fence.hear(news);
      return news;
    },
    look: (signal) => learning(client.call('getRun', { params, signal, tries: 1 })),
  };
};

/** Calls `ask` until it answers, however long the server is away; ends by the signal or by a real refusal. */
export const untilAnswered = async <T>(
  clock: Clock,
  signal: AbortSignal | undefined,
  ask: () => Promise<T>,
  background = false,
): Promise<T> => {
  for (let failed = 0; ; failed++) {
    signal?.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      const passing = error instanceof Unreachable || (error instanceof BelayError && error.retryable);
      if (!passing) throw error;
    }
    await clock.sleep(backoffMs(failed, 250, longestPauseMs), { signal, background });
  }
};
