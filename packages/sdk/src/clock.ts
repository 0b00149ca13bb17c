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

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, { signal, background = false } = {}) =>
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
    }),
};

/** Half fixed, half chance, doubling up to `mostMs`: many agents do not come back at the same instant. */
export const backoffMs = (attempt: number, firstMs: number, mostMs: number): number => {
  const full = Math.min(mostMs, firstMs * 2 ** attempt);
  return full / 2 + (Math.random() * full) / 2;
};
