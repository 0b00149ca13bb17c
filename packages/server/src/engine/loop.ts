/** Runs a piece of work again and again: at most one at a time, woken by a hint, asleep at most `everyMs` between. */
import { createAlarm } from './alarm.ts';
import type { Log } from './ports.ts';

export type Loop = { wake: () => void; stop: () => Promise<void> };

export const startLoop = (name: string, everyMs: number, work: () => Promise<unknown>, log: Log): Loop => {
  const alarm = createAlarm();
  let stopped = false;

  const run = async (): Promise<void> => {
    while (!stopped) {
      await work().catch((error: unknown) => log.error({ error }, `${name} failed; it is tried again`));
      if (!stopped) await alarm.wait(everyMs);
    }
  };

  const running = run();
  return {
    wake: alarm.ring,
    stop: async () => {
      stopped = true;
      alarm.ring();
      await running;
    },
  };
};
