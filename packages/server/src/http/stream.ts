/** Server-sent events over a cursor: each hint makes it read on from where it is, so a lost hint loses nothing. */
import type { Json } from '@belay/protocol';
import type { Log } from '../engine/ports.ts';

export type StreamEvent = { id: string; data: Json };
type Stream = {
  /** events after those it returned before */
  read: () => Promise<StreamEvent[]>;
  /** whether the caller may still see more: asked before each read, so that signing out ends it */
  stillMay: () => Promise<boolean>;
  hints: (hint: () => void) => () => void;
  signal: AbortSignal;
  log: Log;
};

/** Also without a hint the stream looks again: hints from other nodes may be lost. */
const lookAgainMs = 2_000;
/** Events a slow reader may be behind before the stream stops reading on. */
const streamAhead = 64;

export const eventStream = ({ read, stillMay, hints, signal, log }: Stream): Response => {
  const encoder = new TextEncoder();
  let close = (): void => undefined;
  let resume = (): void => undefined;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        let reading = false;
        let again = false;
        let open = true;
        const write = (text: string): void => {
          if (open) controller.enqueue(encoder.encode(text));
        };
        const look = async (): Promise<void> => {
          again = true;
          if (reading) return;
          reading = true;
          // Nobody reads: what is there stays in the database until they do; the next look goes on from the cursor.
          while (again && open && (controller.desiredSize ?? 1) > 0) {
            again = false;
            if (!(await stillMay())) return close();
            const events = await read();
            for (const { id, data } of events) write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
            again ||= events.length > 0;
          }
          reading = false;
        };
        const lookSafely = (): void => {
          look().catch((error: unknown) => {
            log.warn({ error }, 'a stream ended; the client resumes from its cursor');
            close();
          });
        };
        resume = lookSafely;
        const stopHints = hints(lookSafely);
        const timer = setInterval(() => {
          write(': still here\n\n');
          lookSafely();
        }, lookAgainMs);
        close = () => {
          if (!open) return;
          open = false;
          clearInterval(timer);
          stopHints();
          if (!cancelled) controller.close();
        };
        signal.addEventListener('abort', () => close(), { once: true });
        write('retry: 1000\n\n');
        lookSafely();
      },
      pull: () => resume(),
      cancel: () => {
        cancelled = true;
        close();
      },
    },
    new CountQueuingStrategy({ highWaterMark: streamAhead }),
  );
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
};
