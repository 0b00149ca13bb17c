/**
 * The clients of the HTTP proxy: one for each session that the server has opened, and one for all that have no session
 * (2026-07-28). A client that is not heard of any more is let go, so that its run is not kept alive for nobody.
 */
import type { EventEmitter } from 'node:events';
import type { Answer } from './json-rpc.ts';
import type { Session, SessionFor } from './proxied.ts';

export type Client = {
  name: string;
  session: Session | null;
  /** calls whose stream broke off before the answer: it may come in another stream of the session */
  waiting: Map<string, (answer: Answer | null) => void>;
  heardAt: number;
  /** responses that it waits for, or listens to */
  open: number;
};

const idleMs = 15 * 60_000;
const lookMs = 60_000;
const sessionsMax = 1_000;

export const createClients = (sessionFor: SessionFor, now: () => number, log: (text: string) => void) => {
  const clients = new Map<string, Client>();
  const ending = new Set<Promise<void>>();

  const letGo = (id: string): void => {
    const client = clients.get(id);
    clients.delete(id);
    if (client === undefined) return;
    for (const resolve of client.waiting.values()) resolve(null);
    const ended = (client.session?.end() ?? Promise.resolve()).catch((error: Error) => log(error.message));
    ending.add(ended);
    void ended.finally(() => ending.delete(ended));
  };
  const letIdleGo = (): void => {
    for (const [id, { heardAt, open }] of clients) if (open === 0 && now() - heardAt > idleMs) letGo(id);
  };
  const timer = setInterval(letIdleGo, lookMs);
  timer.unref();

  return {
    /** `''`: no session. The one that was heard of last stands last. */
    of(id: string, name: string | null, response: Pick<EventEmitter, 'once'>): Client {
      const known = clients.get(id);
      if (known === undefined && clients.size >= sessionsMax) letGo(clients.keys().next().value ?? '');
      const client = known ?? { name: name ?? 'mcp-client', session: null, waiting: new Map(), heardAt: 0, open: 0 };
      client.heardAt = now();
      client.open++;
      response.once('close', () => {
        client.heardAt = now();
        client.open--;
      });
      clients.delete(id);
      clients.set(id, client);
      return client;
    },
    sessionOf(client: Client): Session {
      client.session ??= sessionFor(client.name);
      return client.session;
    },
    letGo,
    async end(): Promise<void> {
      clearInterval(timer);
      for (const id of [...clients.keys()]) letGo(id);
      await Promise.all(ending);
    },
  };
};

export type Clients = ReturnType<typeof createClients>;
