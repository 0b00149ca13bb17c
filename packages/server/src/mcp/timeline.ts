/**
 * Reads what Belay knows about a run of this agent: who holds it, and what was asked in it. That is how a process that
 * comes after a crash knows the calls of the one before, and how it learns that control came back.
 */
import { type AnswerOf, type EntryView, type RouteName, type RunView, routes } from '@belay/protocol';
import { Unreachable } from '@belay/sdk';

/** The server answers a long poll after at most 25 s. */
const timeoutMs = 35_000;
const pageSize = 1_000;

export type Timeline = {
  run(runId: string): Promise<RunView>;
  /** resolves when the run has changed, at the latest after 25 s */
  changed(runId: string, revision: number, signal: AbortSignal): Promise<void>;
  entries(runId: string): AsyncIterable<EntryView>;
};

export type Connection = { url: string; key: string; fetch?: typeof fetch };

export const createTimeline = ({ url, key, fetch: fetcher = fetch }: Connection): Timeline => {
  const read = async <N extends RouteName>(
    name: N,
    runId: string,
    query: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<AnswerOf<N>> => {
    const path = routes[name].path.replace(':runId', encodeURIComponent(runId));
    const limit = AbortSignal.timeout(timeoutMs);
    const { answer } = routes[name] as { answer?: { parse(value: unknown): unknown } };
    try {
      const response = await fetcher(`${url}${path}?${new URLSearchParams(query)}`, {
        headers: { authorization: `Bearer ${key}` },
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return answer?.parse(await response.json()) as AnswerOf<N>;
    } catch (cause) {
      throw new Unreachable(`Belay at ${url} did not answer ${name}: ${(cause as Error).message}.`, { cause });
    }
  };

  return {
    run: (runId) => read('getRun', runId),
    async changed(runId, revision, signal) {
      // Not this process's epoch: only the change is of interest.
      await read('waitForRun', runId, { epoch: '0', after: String(revision) }, signal);
    },
    async *entries(runId) {
      for (let after: string | null = '0'; after !== null; ) {
        const page: AnswerOf<'runEntries'> = await read('runEntries', runId, { after, limit: String(pageSize) });
        yield* page.items;
        after = page.next;
      }
    },
  };
};
