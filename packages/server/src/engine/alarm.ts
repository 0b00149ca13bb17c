/** A bell for one sleeper: ringing it while nobody sleeps is remembered, so that no hint falls between look and sleep. */
export type Alarm = { ring: () => void; wait: (ms: number) => Promise<void> };

export const createAlarm = (): Alarm => {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (ms) => {
      if (!rung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      wake = null;
      rung = false;
    },
  };
};
