/** One clock for the whole page: it ticks each second, and every relative time is told from the same instant. */
import { useSyncExternalStore } from 'react';

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

const tick = () => {
  now = Date.now();
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(tick, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** Text made from the current instant. The component renders again only when the text changes. */
export const useNow = <T extends string | number>(read: (now: number) => T): T =>
  useSyncExternalStore(subscribe, () => read(now));
