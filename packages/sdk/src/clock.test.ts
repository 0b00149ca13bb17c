import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from './clock.ts';

const day = 86_400_000;

describe('the clock of an agent', () => {
  it('sleeps for a month when it is told to, and not for a moment', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let awake = false;
    void systemClock.sleep(31 * day).then(() => {
      awake = true;
    });
    await vi.advanceTimersByTimeAsync(30 * day);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(day);
    expect(awake).toBe(true);
  });

  it('ends a long sleep by its signal', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const over = new AbortController();
    const slept = systemClock.sleep(31 * day, { signal: over.signal });
    await vi.advanceTimersByTimeAsync(30 * day);
    over.abort();
    await slept;
    expect(vi.getTimerCount()).toBe(0);
  });
});
