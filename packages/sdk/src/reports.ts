/**
 * Says what became of a step. The effect has happened by then, so a report is never given up while the process lives:
 * what cannot be delivered is tried again in the background until the run is closed. What is left then, the server
 * finds by itself: a step let through and never reported is in doubt, and a person is asked.
 */
import type { ReportResult } from '@belay/protocol';
import { BelayError, type ControlState, Fenced } from './errors.ts';
import { type Line, type Patience, untilAnswered } from './line.ts';

const unknownHolder: ControlState = { by: 'nobody', name: null, since: null };
const lastTryMs = 2_000;

export type Delivery = 'delivered' | 'late' | 'underway';

export type Reports = {
  /** One try; when nobody answers it goes on in the background until `settled`. `digest`: of what was carried out. */
  deliver(
    key: string,
    result: ReportResult,
    digest?: string,
  ): Promise<{ delivery: Delivery; settled: Promise<void> | null }>;
  /** delivers what is underway, now; throws when it cannot */
  flush(): Promise<void>;
  /** one last try for what is still underway, then it is left */
  close(): Promise<void>;
};

type Said = { result: ReportResult; digest?: string };

/** A result that the server does not take (too large, no JSON) must not leave a step in doubt that was carried out. */
const withoutValue = (result: ReportResult, error: unknown): ReportResult | null => {
  const unfit =
    error instanceof BelayError && ['body_too_large', 'invalid_json', 'invalid_request'].includes(error.code);
  return unfit && result.status === 'done' && result.value !== null ? { status: 'done', value: null } : null;
};

export const createReports = (line: Line): Reports => {
  const closing = new AbortController();
  const underway = new Map<string, Said>();

  const send = async (key: string, said: Said, patience: Patience): Promise<'delivered' | 'late'> => {
    try {
      const { late } = await line.call('report', { key, ...said }, patience);
      return late ? 'late' : 'delivered';
    } catch (error) {
      const smaller = withoutValue(said.result, error);
      if (smaller === null) throw error;
      return send(key, { ...said, result: smaller }, patience);
    }
  };

  /** A late report means that control has moved; one more call learns to whom. */
  const fenceOff = async (): Promise<void> => {
    await line
      .call('heartbeat', {}, { tries: 1 })
      .then((news) => line.fence.hear(news))
      .catch(() => {});
    line.fence.cut(new Fenced('Control had moved before the report came: it is kept as evidence.', unknownHolder));
  };

  /** Refused for good, or closing: the server's own watch over unreported steps takes over. */
  const inBackground = async (key: string, said: Said): Promise<void> => {
    underway.set(key, said);
    try {
      await untilAnswered(line.clock, closing.signal, () => send(key, said, { tries: 1 }), true);
      underway.delete(key);
    } catch {
      if (!closing.signal.aborted) underway.delete(key);
    }
  };

  return {
    async deliver(key, result, digest) {
      const said: Said = digest === undefined ? { result } : { result, digest };
      try {
        const delivery = await send(key, said, { tries: 1 });
        if (delivery === 'late') await fenceOff();
        return { delivery, settled: null };
      } catch (error) {
        if (!(error instanceof BelayError) || !error.retryable) throw error;
        return { delivery: 'underway', settled: inBackground(key, said) };
      }
    },
    async flush() {
      for (const [key, said] of underway) {
        await send(key, said, {});
        underway.delete(key);
      }
    },
    async close() {
      closing.abort();
      const left = [...underway];
      await Promise.allSettled(left.map(([key, said]) => send(key, said, { tries: 1, timeoutMs: lastTryMs })));
    },
  };
};
