/**
 * Time as the SDK sees it: one injected clock, so that a test decides when a retry, a heartbeat or a deadline is due.
 */

export type Sleep = {
  /** ends the sleep early; it resolves, the caller looks at the signal */
  signal?: AbortSignal | undefined;
  /** does not keep the process alive: heartbeats, reconnects */
  background?: boolean;
};

export type Clock = {
  /** epoch milliseconds */
  now(): number;
  sleep(ms: number, how?: Sleep): Promise<void>;
};

const nap = (ms: number, { signal, background = false }: Sleep): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake);
    if (background && typeof timer === 'object') timer.unref();
  });

/** A timer that is set for longer goes off at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, how = {}) {
    let left = ms;
    for (; left > longestTimerMs && how.signal?.aborted !== true; left -= longestTimerMs)
      await nap(longestTimerMs, how);
    await nap(left, how);
  },
};

/** Half fixed, half chance, doubling up to `mostMs`: many agents do not come back at the same instant. */
export const backoffMs = (attempt: number, firstMs: number, mostMs: number): number => {
  const full = Math.min(mostMs, firstMs * 2 ** attempt);
  return full / 2 + (Math.random() * full) / 2;
};
