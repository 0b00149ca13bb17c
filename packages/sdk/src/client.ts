/**
 * Calls a route of the HTTP API with fetch alone. Every call has a time limit and a bounded number of tries. All tries
 * of one call say that they are the same call, so that an answer lost on the way is given again.
 */
import { type AnswerOf, type BodyOf, type QueryOf, type RouteName, routes } from '@belay/protocol';
import { largestAnswer, readAnswer } from './answer.ts';
import { boundedText } from './body.ts';
import { backoffMs, type Clock } from './clock.ts';
import { BelayError, Unreachable } from './errors.ts';
import { link } from './link.ts';

const tries = 5;
const firstPauseMs = 200;
const longestPauseMs = 10_000;

export type CallOptions<N extends RouteName> = {
  params?: Record<string, string>;
  query?: QueryOf<N>;
  body?: BodyOf<N>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  tries?: number;
  /** Idempotency-Key, for calls that are not idempotent by themselves */
  callId?: string;
};

export type ClientOptions = { url: string; key: string; fetch: typeof fetch; clock: Clock; timeoutMs: number };

export type Client = {
  call<N extends RouteName>(name: N, request: CallOptions<N>): Promise<AnswerOf<N>>;
  /** the open body of a server-sent-events route */
  stream<N extends RouteName>(name: N, request: CallOptions<N>): Promise<ReadableStream<Uint8Array>>;
};

const pathOf = (path: string, params: Record<string, string>): string =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

const queryOf = (query: object | undefined): string => {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) pairs.set(name, String(value));
  return pairs.size === 0 ? '' : `?${pairs}`;
};

const textOf = async ({ body }: Response): Promise<string> => {
  const text = await boundedText(body as ReadableStream<Uint8Array> | null, largestAnswer);
  if (text === null) throw new Unreachable(`The answer is larger than ${largestAnswer} bytes.`, { answered: true });
  return text;
};

/** What the system says of a connection that failed, e.g. ECONNREFUSED. */
const codeOf = (error: unknown): string => {
  const { code } = ((error as Error).cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
};

const retryAfterMs = (response: Response): number => {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(seconds * 1_000, longestPauseMs) : 0;
};

const wrong = (message: string, remedy: string): BelayError =>
  new BelayError(message, { code: 'invalid_request', remedy });

/** Told here: at the first call both would look like a Belay that is down, and be tried again. */
const addressOf = (url: string | undefined): string => {
  const remedy =
    'Pass createBelay({ url }): where Belay answers, from http:// or https:// on, e.g. what BELAY_URL holds.';
  if (url === undefined || url.trim() === '') throw wrong('There is no url.', remedy);
  if (!/^https?:/i.test(url) || !URL.canParse(url)) throw wrong(`"${url}" is no address of a Belay.`, remedy);
  return url.replace(/\/+$/, '');
};

const keyOf = (key: string | undefined): string => {
  const remedy =
    'Pass createBelay({ key }): what `belay key create` showed in its last line, e.g. what BELAY_KEY holds.';
  const trimmed = key?.trim() ?? '';
  if (trimmed === '') throw wrong('There is no key.', remedy);
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw wrong('The key holds more than a key.', remedy);
  return trimmed;
};

export const createClient = (options: ClientOptions): Client => {
  const base = addressOf(options.url);
  const key = keyOf(options.key);

  const send = (name: RouteName, request: CallOptions<RouteName>, signal: AbortSignal): Promise<Response> => {
    const { method, path } = routes[name];
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    return options.fetch(base + pathOf(path, request.params ?? {}) + queryOf(request.query), {
      method,
      signal,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${key}`,
        ...(request.callId === undefined ? {} : { 'idempotency-key': request.callId }),
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === null ? {} : { body }),
    });
  };

  /** One try. What is thrown is either the caller's own abort or Unreachable. */
  const attempt = async <N extends RouteName, T>(
    name: N,
    request: CallOptions<N>,
    take: (response: Response) => Promise<T>,
  ): Promise<T> => {
    const limitMs = request.timeoutMs ?? options.timeoutMs;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), limitMs);
    const linked = link([request.signal, late.signal]);
    try {
      return await take(await send(name, request as CallOptions<RouteName>, linked.signal));
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof BelayError) throw error;
      const why = late.signal.aborted
        ? `no complete answer within ${limitMs} ms`
        : `the connection failed${codeOf(error)}`;
      throw new Unreachable(`Belay at ${base} did not answer: ${why}.`, { cause: error });
    } finally {
      clearTimeout(timer);
      linked.release();
    }
  };

  const once = async <N extends RouteName>(name: N, request: CallOptions<N>) =>
    attempt(name, request, async (response) => {
      const contentType = response.headers.get('content-type') ?? '';
      const read = readAnswer(name, { status: response.status, contentType, text: await textOf(response) });
      return { read, waitMs: retryAfterMs(response) };
    }).catch((error: unknown) => {
      if (error instanceof Unreachable) return { read: { ok: false as const, error }, waitMs: 0 };
      throw error;
    });

  return {
    async call(name, request) {
      for (let tried = 1; ; tried++) {
        const { read, waitMs } = await once(name, request);
        if (read.ok) return read.answer;
        if (!read.error.retryable || tried >= (request.tries ?? tries)) throw read.error;
        const pauseMs = Math.max(waitMs, backoffMs(tried - 1, firstPauseMs, longestPauseMs));
        await options.clock.sleep(pauseMs, { signal: request.signal });
        request.signal?.throwIfAborted();
      }
    },
    stream: (name, request) =>
      stream(base, name, request, (signal) => send(name, request as CallOptions<RouteName>, signal)),
  };
};

/** The time limit is the reader's: events come when they come. */
const stream = async <N extends RouteName>(
  base: string,
  name: N,
  { signal }: CallOptions<N>,
  send: (signal: AbortSignal) => Promise<Response>,
): Promise<ReadableStream<Uint8Array>> => {
  const response = await send(signal ?? new AbortController().signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new Unreachable(`Belay at ${base} did not answer.`, { cause });
  });
  const contentType = response.headers.get('content-type') ?? '';
  if (response.status === 200 && contentType.startsWith('text/event-stream') && response.body !== null)
    return response.body as ReadableStream<Uint8Array>;
  const read = readAnswer(name, { status: response.status, contentType, text: await textOf(response) });
  throw read.ok ? new Unreachable(`${name} did not answer with events.`, { answered: true }) : read.error;
};
