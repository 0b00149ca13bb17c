/**
 * A whole Belay for one test file: real PostgreSQL, the real app, a clock the test moves, systems of record the test
 * fills. Agents and people come through the public door: HTTP requests with their key or session.
 */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  type AnswerOf,
  type BodyOf,
  type Json,
  type JsonObject,
  type Problem,
  type QueryOf,
  type RouteName,
  routes,
} from '@belay/protocol';
import { type App, type AppOptions, createApp } from '../src/app.ts';
import type { Organisation } from '../src/domain/oncall/organisation.ts';
import { parseOrganisation } from '../src/domain/oncall/parse.ts';
import type { Channel } from '../src/engine/channel-ports.ts';
import type { IntakeSource } from '../src/engine/intake/intake.ts';
import type { Source } from '../src/engine/lookups/lookups.ts';
import { saveOrganisation } from '../src/store/house.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { silent } from './silent.ts';

export const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export type Reply<N extends RouteName> = {
  status: number;
  ok: boolean;
  body: AnswerOf<N>;
  problem: Problem;
  headers: Headers;
};
type Asked<N extends RouteName> = {
  params?: Record<string, string>;
  query?: QueryOf<N>;
  headers?: Record<string, string>;
} & (BodyOf<N> extends undefined ? { body?: undefined } : { body: BodyOf<N> });
export type Client = { call: <N extends RouteName>(name: N, asked?: Asked<N>) => Promise<Reply<N>> };
export type Records = Record<string, Record<string, Json>>;

/** Monday 7 December 2026, 10:00 in Paris: Bruno is on call for treasury. */
export const monday = Date.parse('2026-12-07T09:00:00Z');
const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
export const duration = (text: string): number => Number.parseFloat(text) * (units[text.at(-1) ?? ''] ?? Number.NaN);

export const urlOf = (name: RouteName, params: Record<string, string> = {}, query: object = {}): string => {
  const path = routes[name].path.replace(/:(\w+)/g, (_match, param: string) => encodeURIComponent(params[param] ?? ''));
  const search = new URLSearchParams(
    Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
  );
  return `${path}${search.size > 0 ? `?${search}` : ''}`;
};

const client = (app: () => Pick<App, 'fetch'>, headers: () => Record<string, string>): Client => ({
  call: async (name, asked = {} as never) => {
    const {
      params,
      query,
      body,
      headers: more,
    } = asked as { params?: Record<string, string>; query?: object; body?: unknown; headers?: Record<string, string> };
    const request = new Request(`http://belay.test${urlOf(name, params, query)}`, {
      method: routes[name].method,
      headers: { 'content-type': 'application/json', ...headers(), ...more },
      ...(routes[name].method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    const response = await app().fetch(request);
    const answer = await response.json().catch(() => null);
    return {
      status: response.status,
      ok: response.ok,
      body: answer,
      problem: answer,
      headers: response.headers,
    } as never;
  },
});

/** Somebody who comes through the door of this node. */
export const clientOf = (app: Pick<App, 'fetch'>, headers: Record<string, string>): Client =>
  client(
    () => app,
    () => headers,
  );

/** Systems of record: `records[source][id]`. A source set to `down` answers 503. */
const serveRecords = async (records: Records, down: Set<string>): Promise<{ server: Server; sources: Source[] }> => {
  const server = createServer((request, response) => {
    const [, source = '', id = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
    const record = records[source]?.[id];
    response.writeHead(down.has(source) ? 503 : record === undefined ? 404 : 200, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(record ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    server,
    sources: [
      { name: 'vendor-master', url: `${base}/vendor-master/{args.beneficiaryId}`, timeoutMs: 20_000, private: true },
      { name: 'erp', url: `${base}/erp/{args.invoiceId}`, timeoutMs: 20_000, private: true },
      { name: 'ledger', url: `${base}/ledger/{args.beneficiaryId}`, timeoutMs: 20_000, private: true },
      { name: 'crm', url: `${base}/crm/{subject.ticketId}`, timeoutMs: 20_000, private: true },
      { name: 'helpdesk', url: `${base}/helpdesk/{subject.ticketId}`, timeoutMs: 20_000, private: true },
      { name: 'product-signals', url: `${base}/product-signals/{subject.ticketId}`, timeoutMs: 20_000, private: true },
    ],
  };
};

export const sampleOrganisation = (): Organisation => {
  const parsed = parseOrganisation(readFileSync(root('controls/organisation.yaml'), 'utf8'), 'organisation.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.organisation;
};

/** An invoice and its supplier that the payment control lets through, unless told otherwise. */
export const invoice = (
  records: Records,
  id: string,
  { erp = {}, vendor = {} }: { erp?: JsonObject; vendor?: JsonObject } = {},
) => {
  const amount = typeof erp.amount === 'string' ? erp.amount : 'EUR 120.00';
  const beneficiaryId = `ben-${id}`;
  records.erp = { ...records.erp, [id]: { beneficiaryId, amount, matched: true, paid: false, ...erp } };
  records['vendor-master'] = {
    ...records['vendor-master'],
    [beneficiaryId]: { name: 'Nordwind GmbH', ageDays: 900, ibanChangedDays: 400, sanctionsHit: false, ...vendor },
  };
  return { invoiceId: id, beneficiaryId, amount };
};

/** The name of the control that the text is of. */
const publish = async (app: App, source: string, by: string): Promise<string> => {
  const published = await app.services.house.publish(source, 'world.control.yaml', by);
  if (!published.ok) throw new Error(JSON.stringify(published.problems, null, 2));
  return published.published.name;
};

export type World = Awaited<ReturnType<typeof createWorld>>;

type WorldOptions = {
  controls?: string[];
  channels?: Channel[];
  organisation?: Organisation;
  intake?: IntakeSource[];
  /** changes the text of the controls before they are published */
  edit?: (source: string) => string;
  secondPerson?: boolean;
  oidc?: AppOptions['oidc'];
  loginLinks?: AppOptions['loginLinks'];
  /** what the clock shows at first */
  now?: number;
  model?: AppOptions['model'];
  log?: AppOptions['log'];
  /** a database that somebody used before */
  database?: TestDatabase;
};

export const createWorld = async ({
  controls = ['payment-approval', 'support-escalation'],
  channels = [],
  organisation = sampleOrganisation(),
  intake = [],
  edit = (source) => source,
  secondPerson = false,
  oidc,
  loginLinks = 'everybody',
  now: startsAt = monday,
  model,
  log = silent,
  database: given,
}: WorldOptions = {}) => {
  const database: TestDatabase = given ?? (await testDatabase());
  let now = startsAt;
  const clock = { now: () => now };
  const records: Records = {};
  const down = new Set<string>();
  const { server, sources } = await serveRecords(records, down);
  const plain = { pool: database.pool, url: 'http://belay.test', log, clock, sources };
  const options = { ...plain, channels, intake, secondPerson, oidc, loginLinks, model };
  await saveOrganisation(database.pool, organisation);
  let app = await createApp(options);
  for (const name of controls)
    await publish(app, edit(readFileSync(root(`controls/${name}.control.yaml`), 'utf8')), 'dana');

  const agent = async (
    agentId: string,
    scope: string[] = controls,
    wakeUrl: string | null = null,
  ): Promise<Client & { secret: string; keyId: string; wakeSecret: string | null }> => {
    const { secret, keyId, wakeSecret } = await app.accounts.createKey(agentId, scope, wakeUrl, now);
    const headers = () => ({ authorization: `Bearer ${secret}` });
    return { ...client(() => app, headers), secret, keyId, wakeSecret };
  };
  const person = async (personId: string): Promise<Client & { session: string; csrf: string }> => {
    const token = await app.accounts.createLoginLink(personId, now);
    const opened = await app.accounts.openSession(token, now);
    if (opened === null) throw new Error('the login link did not work');
    const { session, csrf } = opened;
    return {
      ...client(
        () => app,
        () => ({ cookie: `belay_session=${session}`, 'x-belay-csrf': csrf }),
      ),
      session,
      csrf,
    };
  };

  return {
    get app() {
      return app;
    },
    pool: database.pool,
    records,
    down,
    clock,
    agent,
    person,
    publish: (source: string, by = 'dana') => publish(app, source, by),
    anybody: client(
      () => app,
      () => ({}),
    ),
    /** Moves the clock and lets everything that came due happen. */
    fastForward: async (text: string) => {
      now += duration(text);
      await app.fireDue();
    },
    moveClock: (text: string) => {
      now += duration(text);
    },
    /** Another process of Belay on the same database: nothing remembered. */
    anotherNode: (pool = database.pool, afresh = channels) => createApp({ ...options, pool, channels: afresh }),
    databaseUrl: database.url,
    restart: async () => {
      app = await createApp(options);
    },
    close: async () => {
      await app.stop();
      server.close();
      await database.close();
    },
  };
};
