/** One call of a route, as its handler sees it. */
import type { Json, ParsedBodyOf, ParsedQueryOf, RouteName } from '@belay/protocol';
import { problem } from '@belay/protocol';
import type { Access } from '../domain/oncall/organisation.ts';
import type { Outcome } from '../engine/committer.ts';
import type { HouseOnce } from '../engine/once.ts';
import type { PersonCaller } from '../engine/people.ts';
import type { AgentKey, Caller, SignedIn } from './auth.ts';
import { Refused } from './problem.ts';

export type Call<N extends RouteName> = {
  body: ParsedBodyOf<N>;
  query: ParsedQueryOf<N>;
  param: (name: string) => string;
  caller: Caller;
  request: Request;
  /** whether the caller, identified anew, may still call this: for answers that go on */
  stillMay: () => Promise<boolean>;
  /** present on POSTs of people that carried an Idempotency-Key */
  idempotency: PersonCaller['idempotency'];
};

/** `secret`: told once; a repeated request learns that it was done, and not the secret. */
type Answered = { answer: unknown; status?: number; secret?: true };
/** A decided command, a plain answer, or (streams, cookies) a whole response. */
export type Reply = Outcome | Answered | Response;
export type Handler<N extends RouteName> = (call: Call<N>) => Promise<Reply>;
export type Handlers<N extends RouteName> = { [K in N]: Handler<K> };

export const agentOf = ({ caller }: Pick<Call<RouteName>, 'caller'>): AgentKey => {
  if (caller.agent === null)
    throw new Refused(problem('unauthenticated', 'This route is for agents: send `Authorization: Bearer <key>`.'));
  return caller.agent;
};

export const personOf = ({ caller }: Pick<Call<RouteName>, 'caller'>): SignedIn => {
  if (caller.person === null) throw new Refused(problem('unauthenticated', 'This route is for people: sign in.'));
  return caller.person;
};

/** A person with one of these rights; admins have them all. */
export const personWith = (call: Pick<Call<RouteName>, 'caller'>, ...access: Access[]): ReturnType<typeof personOf> => {
  const person = personOf(call);
  if (person.access.includes('admin') || access.some((right) => person.access.includes(right))) return person;
  throw new Refused(
    problem(
      'not_entitled',
      `This needs the right ${access.join(' or ')}; ${person.name} has ${person.access.join(', ') || 'none'}.`,
    ),
  );
};

export const personCaller = (call: Call<RouteName>): PersonCaller => ({
  personId: personOf(call).personId,
  idempotency: call.idempotency,
});

/** Routes whose work is not on a run: each request with an Idempotency-Key is carried out once. */
export const onceEach = <N extends RouteName>(once: HouseOnce, handlers: Handlers<N>): Handlers<N> => {
  const wrapped =
    (handler: Handler<N>): Handler<N> =>
    async (call) => {
      if (call.idempotency === undefined) return handler(call);
      let status: number | undefined;
      const outcome = await once(call.idempotency, async () => {
        const reply = await handler(call);
        if (reply instanceof Response || 'ok' in reply) throw new Error('a route of the house answers plainly');
        status = reply.status;
        return { answer: reply.answer as Json, secret: reply.secret === true };
      });
      return outcome.ok && !outcome.replayed && status !== undefined ? { answer: outcome.answer, status } : outcome;
    };
  const entries = Object.entries<Handler<N>>(handlers as Record<N, Handler<N>>);
  return Object.fromEntries(entries.map(([name, handler]) => [name, wrapped(handler)])) as unknown as Handlers<N>;
};

export const notFound = (what: string): Refused => new Refused(problem('not_found', `There is no ${what}.`));
