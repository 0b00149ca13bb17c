/** Runs a piece of work again and again: at most one at a time, woken by a hint, asleep at most `everyMs` between. */
import type { Log } from './ports.ts';

export type Loop = { wake: () => void; stop: () => Promise<void> };

export const startLoop = (name: string, everyMs: number, work: () => Promise<unknown>, log: Log): Loop => {
  let stopped = false;
  let wakeNow: (() => void) | null = null;
  let hinted = false;

  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, everyMs);
      function done(): void {
        clearTimeout(timer);
        wakeNow = null;
        resolve();
      }
      wakeNow = done;
    });

  const run = async (): Promise<void> => {
    while (!stopped) {
      hinted = false;
      await work().catch((error: unknown) => log.error({ error }, `${name} failed; it is tried again`));
      if (!stopped && !hinted) await sleep();
    }
  };

  const running = run();
  return {
    wake: () => {
      hinted = true;
      wakeNow?.();
    },
    stop: async () => {
      stopped = true;
      wakeNow?.();
      await running;
    },
  };
};
