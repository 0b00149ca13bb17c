/** The HTTP API as the gate server calls it for an agent: over the network, or straight into the server it runs in. */
import {
  type AnswerOf,
  type BodyOf,
  type Problem,
  problem,
  type QueryOf,
  type RouteName,
  routes,
} from '@belay/protocol';

export type Asked<N extends RouteName> = {
  params?: Record<string, string>;
  query?: QueryOf<N>;
  body?: BodyOf<N>;
};
export type Said<N extends RouteName> = { ok: true; answer: AnswerOf<N> } | { ok: false; problem: Problem };
export type AgentApi = <N extends RouteName>(name: N, asked: Asked<N>) => Promise<Said<N>>;

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;

const urlOf = (base: string, name: RouteName, params: Record<string, string>, query: object): string => {
  const path = routes[name].path.replace(/:(\w+)/g, (_match, param: string) => encodeURIComponent(params[param] ?? ''));
  const pairs = Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]);
  return `${base}${path}?${new URLSearchParams(pairs)}`;
};

/** `send`: how a request gets to Belay. Whatever is not an answer of the route is no permission. */
export const agentApi =
  (base: string, authorization: string, send: (request: Request) => Response | Promise<Response>): AgentApi =>
  async (name, { params = {}, query = {}, body }) => {
    const { method } = routes[name];
    const request = new Request(urlOf(base, name, params, query as object), {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    try {
      const response = await send(request);
      const said: unknown = await response.json();
      const { answer } = routes[name] as { answer?: { parse(value: unknown): unknown } };
      if (response.ok) return { ok: true, answer: answer?.parse(said) } as never;
      if (isProblem(said)) return { ok: false, problem: said };
    } catch {
      // Not reached, or not Belay: told as unavailable below.
    }
    return { ok: false, problem: problem('unavailable', `Belay did not answer ${name}.`) };
  };
