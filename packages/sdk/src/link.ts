/**
 * Several abort signals as one, which can be let go. `AbortSignal.any` cannot: on Node 20 each call leaves a trace on a
 * signal that lives as long as the run.
 */
export const link = (
  signals: readonly (AbortSignal | undefined)[],
): { readonly signal: AbortSignal; release(): void } => {
  const controller = new AbortController();
  const followed = signals.filter((signal) => signal !== undefined);
  const follow = (event: Event): void => controller.abort((event.target as AbortSignal).reason);
  for (const signal of followed) {
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener('abort', follow);
  }
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of followed) signal.removeEventListener('abort', follow);
    },
  };
};
