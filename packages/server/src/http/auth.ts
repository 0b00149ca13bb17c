/** Who calls: an agent by its API key, a person by the session of a login link. Rights come after this, in the decision. */
import { problem } from '@belay/protocol';
import type { Person } from '../domain/oncall/organisation.ts';
import type { SignIn } from '../domain/oncall/sign-in.ts';
import type { AgentCaller } from '../engine/agent-ports.ts';
import type { House } from '../engine/house.ts';
import type { Clock } from '../engine/ports.ts';
import { Refused } from './problem.ts';

export type AgentKey = AgentCaller & { keyId: string; revoked: boolean };
export type AccountsPort = {
  agentByKey(secret: string, at: number): Promise<AgentKey | null>;
  session(session: string, at: number): Promise<{ personId: string; csrf: string; signIn: SignIn } | null>;
};
export type SignedIn = Person & { csrf: string; session: string; signIn: SignIn };
export type Caller = { agent: AgentKey | null; person: SignedIn | null };

export const sessionCookie = 'belay_session';
export const sessionCookieFor = (session: string, secure: boolean): string =>
  `${sessionCookie}=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${session === '' ? 0 : 12 * 3_600}${secure ? '; Secure' : ''}`;
/** A revoked key stops at once on the node that revoked it, and within this on the others. */
const rememberKeyMs = 1_000;

export const cookieOf = (request: Request, name: string): string | null => {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return null;
};

const unknownKey = (secret: string): string =>
  secret.startsWith('key_')
    ? `${secret} is the id of a key, not the key: that was shown once, by \`belay key create\` or \`belay key rotate\`.`
    : 'This API key is unknown here. `belay key list` shows which there are, `belay key create` makes one.';

const safeMethods = new Set(['GET', 'HEAD']);

export const createAuth = (accounts: AccountsPort, house: House, clock: Clock) => {
  const remembered = new Map<string, { at: number; key: AgentKey }>();

  const agentOf = async (secret: string): Promise<AgentKey> => {
    const now = clock.now();
    const known = remembered.get(secret);
    const fresh = known !== undefined && Math.abs(now - known.at) < rememberKeyMs;
    // Nearly every call of an agent needs the organisation too; both are as old as each other, and are read at once.
    const [key] = await Promise.all([
      fresh ? known.key : accounts.agentByKey(secret, now),
      fresh ? null : house.organisation(),
    ]);
    if (key === null) throw new Refused(problem('unauthenticated', unknownKey(secret)));
    if (key.revoked) throw new Refused(problem('key_revoked', `Key ${key.keyId} of ${key.agentId} was revoked.`));
    if (known?.key !== key) remembered.set(secret, { at: now, key });
    if (remembered.size > 10_000) remembered.clear();
    return key;
  };

  const personOf = async (session: string | null): Promise<Caller['person']> => {
    if (session === null) return null;
    const found = await accounts.session(session, clock.now());
    if (found === null) return null;
    const org = await house.organisation(true);
    const person = org.people.find((p) => p.personId === found.personId && p.active);
    return person === undefined ? null : { ...person, csrf: found.csrf, session, signIn: found.signIn };
  };

  /** A browser sends its cookie by itself, so a change needs a header that other sites cannot send. */
  const personOfCookie = async (request: Request): Promise<Caller['person']> => {
    const person = await personOf(cookieOf(request, sessionCookie));
    if (person !== null && !safeMethods.has(request.method) && request.headers.get('x-belay-csrf') !== person.csrf)
      throw new Refused(problem('csrf', 'The X-Belay-CSRF header is missing or wrong.'));
    return person;
  };

  const identify = async (request: Request): Promise<Caller> => {
    const bearer = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
    if (bearer === undefined) return { agent: null, person: await personOfCookie(request) };
    if (!bearer.startsWith('session_')) return { agent: await agentOf(bearer), person: null };
    const person = await personOf(bearer);
    if (person === null) throw new Refused(problem('unauthenticated', 'This session is over.'));
    return { agent: null, person };
  };

  return { identify, forgetKeys: () => remembered.clear() };
};

export type Auth = ReturnType<typeof createAuth>;
