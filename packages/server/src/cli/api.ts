/** The HTTP API as the command line calls it for a person. A refusal becomes its sentence and remedy, silence exit code 3. */
import { type AnswerOf, type BodyOf, type Problem, type QueryOf, type RouteName, routes } from '@belay/protocol';
import { CliProblem } from './command.ts';

export type Asked<N extends RouteName> = {
  params?: Record<string, string>;
  query?: QueryOf<N>;
} & (BodyOf<N> extends undefined ? { body?: undefined } : { body: BodyOf<N> });

export type Api = {
  url: string;
  call<N extends RouteName>(name: N, asked: Asked<N>): Promise<AnswerOf<N>>;
  /** The bytes of a route that answers with a file. */
  download(name: 'exportEvidence', query: QueryOf<'exportEvidence'>): Promise<ReadableStream<Uint8Array>>;
};

const timeoutMs = 30_000;

const urlOf = (base: string, name: RouteName, params: Record<string, string>, query: object): string => {
  const path = routes[name].path.replace(/:(\w+)/g, (_match, param: string) => encodeURIComponent(params[param] ?? ''));
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, String(value)]));
  return `${base}${path}${search.size > 0 ? `?${search}` : ''}`;
};

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'remedy' in value && 'detail' in value;

const unreachable = (url: string, why: string): CliProblem =>
  new CliProblem(
    3,
    `Belay at ${url} cannot be reached: ${why}.`,
    'Start it with `belay serve`, or say where it runs: BELAY_URL, or --data DIR of a server on this machine.',
    { code: 'unreachable' },
  );

const refused = (url: string, body: unknown, status: number): CliProblem => {
  if (!isProblem(body)) return unreachable(url, `what answers there is not Belay (status ${status})`);
  const errors = body.errors ?? [];
  return new CliProblem(1, body.detail, body.remedy, { code: body.code, errors });
};

const whyOf = (error: unknown): string => {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  if (timedOut) return `no answer within ${timeoutMs / 1_000} s`;
  return cause?.code === 'ECONNREFUSED' ? 'nothing listens there' : (cause?.message ?? (error as Error).message);
};

export const createApi = ({ url, token }: { url: string; token: string }): Api => ({
  url,
  call: async <N extends RouteName>(name: N, asked: Asked<N>): Promise<AnswerOf<N>> => {
    const { method } = routes[name];
    const address = urlOf(url, name, asked.params ?? {}, asked.query ?? {});
    const carried = method === 'GET' ? {} : { body: JSON.stringify(asked.body ?? {}) };
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    let response: Response;
    let text: string;
    try {
      response = await fetch(address, { method, headers, signal: AbortSignal.timeout(timeoutMs), ...carried });
      text = await response.text();
    } catch (error) {
      throw unreachable(url, whyOf(error));
    }
    let body: unknown = null;
    try {
      body = JSON.parse(text);
    } catch {
      // Not JSON: not Belay, as `refused` says.
    }
    const unwell = name === 'health' && response.status === 503 && !isProblem(body);
    if (body !== null && (response.ok || unwell)) return body as AnswerOf<N>;
    throw refused(url, body, response.status);
  },
  download: async (name, query) => {
    const response = await fetch(urlOf(url, name, {}, query), { headers: { authorization: `Bearer ${token}` } }).catch(
      (error: unknown) => {
        throw unreachable(url, whyOf(error));
      },
    );
    if (response.ok && response.body !== null) return response.body;
    throw refused(url, await response.json().catch(() => null), response.status);
  },
});
