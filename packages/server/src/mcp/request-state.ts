/**
 * The state that a client of 2026-07-28 carries between two rounds of a call: which call it is, sealed so that nobody
 * else can make one. The key comes from the agent's secret, so that any process of the agent can open it. It permits
 * nothing: the gate is asked again in each round.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isObject, readLoosely } from './json-rpc.ts';

const prefix = 'belay.1.';
const lifeMs = 7 * 24 * 3_600_000;

export type Carried = { ticket: string };

export type RequestState = {
  seal(carried: Carried): string;
  /** null: not one of ours; `forged` also when it is too old */
  open(state: string): Carried | 'forged' | null;
};

export const createRequestState = (secret: string, now: () => number): RequestState => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'belay mcp request state', 32));
  const macOf = (body: string): Buffer => createHmac('sha256', key).update(body).digest();
  return {
    seal({ ticket }) {
      const body = Buffer.from(JSON.stringify({ ticket, until: now() + lifeMs })).toString('base64url');
      return `${prefix}${body}.${macOf(body).toString('base64url')}`;
    },
    open(state) {
      if (!state.startsWith(prefix)) return null;
      const [body = '', mac = ''] = state.slice(prefix.length).split('.');
      const given = Buffer.from(mac, 'base64url');
      const wanted = macOf(body);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'forged';
      const carried = readLoosely(Buffer.from(body, 'base64url').toString('utf8'));
      if (!isObject(carried) || typeof carried.ticket !== 'string' || Number(carried.until) < now()) return 'forged';
      return { ticket: carried.ticket };
    },
  };
};
