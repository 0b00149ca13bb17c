/** A clock for tests: what the caller waits for passes at once, what runs in the background waits for `advance`. */
import type { Clock } from './clock.ts';

export class TestClock implements Clock {
  #now = Date.parse('2026-11-23T10:00:00.000Z');
  #sleeping: { until: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep: Clock['sleep'] = async (ms, { signal, background = false } = {}) => {
    if (signal?.aborted) return;
    if (!background) {
      this.#now += ms;
      return new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise<void>((resolve) => {
      const sleeper = { until: this.#now + ms, wake: resolve };
      this.#sleeping.push(sleeper);
      signal?.addEventListener('abort', () => resolve());
    });
  };

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleeping.filter((sleeper) => sleeper.until <= this.#now);
    this.#sleeping = this.#sleeping.filter((sleeper) => sleeper.until > this.#now);
    for (const { wake } of due) wake();
  }
}

/** Waits for another process or connection: asks until it holds, and says what was waited for when it never does. */
export const eventually = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let asked = 0; asked < 2_000; asked++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`It never happened: ${what}.`);
};
