/**
 * Listens for a change of control while the agent works, so that its signal aborts within the time of one message.
 * Server-sent events first; one long poll whenever the stream fails, because some proxies let no stream through.
 * Nothing rests on it: without it the agent learns of a takeover from the refusal of its next call.
 */
import { controlNews } from '@belay/protocol';
import { type Line, untilAnswered } from './line.ts';
import { link } from './link.ts';
import { eventData } from './sse.ts';

/** A stream without a byte for this long is taken for dead; the server sends a comment more often. */
const silenceMs = 45_000;

export type Watcher = { stop(): void };

const heard = (line: Line, data: string): void => {
  try {
    const news = controlNews.safeParse(JSON.parse(data));
    if (news.success) line.fence.hear(news.data);
  } catch {
    // Not JSON: another kind of event of a newer server.
  }
};

/** Reads one stream to its end. */
const listen = async (line: Line, signal: AbortSignal): Promise<void> => {
  const silent = new AbortController();
  const linked = link([signal, silent.signal]);
  let pause = new AbortController();
  const restart = (): void => {
    pause.abort();
    pause = new AbortController();
    const mine = pause.signal;
    void line.clock.sleep(silenceMs, { signal: mine, background: true }).then(() => {
      if (!mine.aborted) silent.abort();
    });
  };
  try {
    restart();
    const request = {
      params: { runId: line.fence.runId },
      query: { epoch: line.fence.epoch },
      signal: linked.signal,
    };
    const body = await line.client.stream('watchRun', request);
    for await (const data of eventData(body, restart)) heard(line, data);
  } finally {
    pause.abort();
    linked.release();
  }
};

export const startWatcher = (line: Line): Watcher => {
  const stopped = new AbortController();
  const linked = link([stopped.signal, line.fence.signal]);
  const { signal } = linked;
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await listen(line, signal).catch((error: unknown) => line.fence.learn(error));
      if (!signal.aborted)
        await untilAnswered(line.clock, signal, () => line.poll(line.fence.revision, { signal }), true);
    }
  };
  void loop()
    // A real refusal (the key was revoked, the run is gone): the next call of the agent tells it.
    .catch(() => {})
    .finally(linked.release);
  return { stop: () => stopped.abort() };
};
