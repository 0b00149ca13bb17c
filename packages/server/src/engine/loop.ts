/**
 * Runs pieces of work again and again: each at most one at a time, woken by a hint, asleep at most `everyMs` between.
 * What keeps failing is said once, then at growing intervals with the count, and once when it is over: the loops share
 * one voice, because what fails them all at once is usually one thing, such as a database that is away.
 */
import { createAlarm } from './alarm.ts';
import type { Clock, Log } from './ports.ts';

export type Loop = { wake: () => void; stop: () => Promise<void> };
export type StartLoop = (name: string, everyMs: number, work: () => Promise<unknown>) => Loop;

const firstSilenceMs = 60_000;
const longestSilenceMs = 3_600_000;

/** `first` was named when it began; `loops` are those that fail of it now. */
type Trouble = {
  first: string;
  since: number;
  times: number;
  /** how often each looks */
  loops: Map<string, number>;
  silentUntil: number;
  silenceMs: number;
};

type Told = { code?: unknown; message?: unknown };
/** What it is called: two loops that fail for the same reason have one trouble. */
const reasonOf = (error: unknown): string => {
  const { code, message } = (error ?? {}) as Told;
  return String(code ?? message ?? error);
};

const createTroubles = ({ log, clock }: { log: Log; clock: Clock }) => {
  const troubles = new Map<string, Trouble>();

  /** It is over when nobody fails of it who looks as often: whoever looks once an hour does not hold up the news. */
  const left = (name: string, stays?: string): void => {
    for (const [reason, trouble] of troubles) {
      const everyMs = trouble.loops.get(name);
      if (reason === stays || everyMs === undefined) continue;
      trouble.loops.delete(name);
      if ([...trouble.loops.values()].some((other) => other <= everyMs)) continue;
      troubles.delete(reason);
      const { first, times, since } = trouble;
      // One that goes on failing for another reason is not well. A warning, as that it failed: both are seen, or neither.
      if (stays === undefined) log.warn({ reason, times, forMs: clock.now() - since }, `${first} works again`);
    }
  };

  return {
    worked: (name: string): void => left(name),
    failed: (name: string, everyMs: number, error: unknown): void => {
      const reason = reasonOf(error);
      const now = clock.now();
      const known = troubles.get(reason);
      left(name, reason);
      if (known === undefined) {
        const begins = { first: name, since: now, times: 1, loops: new Map([[name, everyMs]]) };
        troubles.set(reason, { ...begins, silentUntil: now + firstSilenceMs, silenceMs: firstSilenceMs });
        log.error({ error }, `${name} failed; it is tried again`);
        return;
      }
      known.times++;
      known.loops.set(name, everyMs);
      if (now < known.silentUntil) return;
      known.silenceMs = Math.min(2 * known.silenceMs, longestSilenceMs);
      known.silentUntil = now + known.silenceMs;
      const { times, since, loops } = known;
      log.error(
        { error, times, forMs: now - since, loops: [...loops.keys()] },
        `${known.first} still fails; it is tried again`,
      );
    },
  };
};

/** `ports.clock` measures the silence between two lines. */
export const createLoops = (ports: { log: Log; clock: Clock }): StartLoop => {
  const troubles = createTroubles(ports);
  return (name, everyMs, work) => {
    const alarm = createAlarm();
    let stopped = false;
    const run = async (): Promise<void> => {
      while (!stopped) {
        await work().then(
          () => troubles.worked(name),
          (error: unknown) => troubles.failed(name, everyMs, error),
        );
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
};
