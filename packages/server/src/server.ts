/**
 * Carries the app on a port, with its database: opened, migrated, listened to, and closed again in order.
 * `belay serve` and the demo start it; tests that need a real process do too.
 */
import { serve } from '@hono/node-server';
import { type App, channelsFrom, createApp, migrationsDir } from './app.ts';
import { secretNamed } from './config.ts';
import type { Channel } from './engine/channel-ports.ts';
import type { IntakeSource } from './engine/intake/intake.ts';
import type { Source } from './engine/lookups/lookups.ts';
import type { ModelEndpoint } from './engine/model-http.ts';
import type { Clock, Log } from './engine/ports.ts';
import type { WordsModel } from './engine/rewording.ts';
import type { LoginLinks } from './engine/services.ts';
import { createProvider, type ProviderSettings, SignInProblem } from './engine/sign-in/provider.ts';
import { systemClock } from './engine/time.ts';
import { type Database, openDatabase } from './store/database.ts';
import { diagnose, type Finding } from './store/diagnose.ts';
import { clusterIn } from './store/embedded/cluster.ts';
import { readHolder, stateOf } from './store/embedded/lock.ts';
import { socketPathIn } from './store/embedded/postmaster.ts';
import { lockIn } from './store/embedded/start.ts';
import type { Log as StoreLog } from './store/log.ts';
import { migrate } from './store/migrate.ts';

export type ServerOptions = {
  databaseUrl?: string | undefined;
  dataDir: string;
  host: string;
  port: number;
  /** what links begin with; default: where it listens */
  url?: string | undefined;
  sources?: Source[];
  intake?: IntakeSource[];
  /** default: those whose settings are in the environment */
  channels?: Channel[];
  /** a version is drafted by one designer and published by another */
  secondPerson?: boolean;
  /** the company's identity provider, and who may sign in without it */
  oidc?: ProviderSettings | undefined;
  loginLinks?: LoginLinks;
  /** rewords cases for whoever opens them. Default: none */
  model?: ModelEndpoint | WordsModel | undefined;
  log: Log & StoreLog;
  clock?: Clock;
};

export type RunningServer = {
  app: App;
  database: Database;
  url: string;
  applied: string[];
  close: () => Promise<void>;
};

/** Process id of the Belay that uses a data directory, or null. Only a look: starting takes the lock. */
export const usedBy = async (dataDir: string): Promise<number | null> => {
  const holder = readHolder(lockIn(dataDir));
  if (holder === null) return null;
  return (await stateOf(holder, socketPathIn(clusterIn(dataDir)))) === 'dead' ? null : holder.pid;
};

type Examined = Pick<ServerOptions, 'databaseUrl' | 'dataDir' | 'host' | 'port' | 'url' | 'oidc'>;

/** Whether the identity provider answers. Belay starts without it; people then need links. */
const examineProvider = async (settings: ProviderSettings, url: string): Promise<Finding> => {
  const check = 'identity provider';
  const provider = createProvider(settings, `${url}/sign-in/callback`, systemClock());
  try {
    await provider.reach();
    return {
      check,
      ok: true,
      detail: `${settings.name} answers; it has to know ${provider.redirectUri}`,
      remedy: null,
    };
  } catch (error) {
    if (!(error instanceof SignInProblem)) throw error;
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
    const remedy = 'Compare BELAY_OIDC_ISSUER with the issuer that it names, and see whether this machine reaches it.';
    return { check, ok: false, detail: `${error.message}${cause}`, remedy };
  }
};

const addressOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Each thing that can keep Belay from starting here or people from signing in, beside a running one too. Changes nothing. */
export const examine = async ({ databaseUrl, dataDir, host, port, url, oidc }: Examined): Promise<Finding[]> => {
  const nodeVersion = process.version;
  const found = await diagnose({ url: databaseUrl, dataDir, migrationsDir, nodeVersion, now: () => Date.now() });
  return oidc === undefined ? found : [...found, await examineProvider(oidc, url ?? addressOf(host, port))];
};

const drainMs = 10_000;
/** Longer than a model thinks between two steps, and than a load balancer keeps a connection that nothing passes (60 s). */
const keptOpenMs = 75_000;

type Listening = ReturnType<typeof serve>;

/** Stops taking requests, lets running ones end within the bound, then cuts what is left (streams never end by themselves). */
const closeHttp = (server: Listening): Promise<void> =>
  new Promise((resolve) => {
    const cut = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), drainMs / 5);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });

export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const { databaseUrl, dataDir, host, port, log } = options;
  const database = await openDatabase({ url: databaseUrl, dataDir, log });
  try {
    const { applied } = await migrate(database.pool, migrationsDir);
    let fetchApp: App['fetch'] = () => new Response('starting', { status: 503 });
    const server = serve({
      fetch: (request) => fetchApp(request),
      hostname: host,
      port,
      serverOptions: { keepAliveTimeout: keptOpenMs },
    });
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    const address = server.address();
    const actual = typeof address === 'object' && address !== null ? address.port : port;
    const url = options.url ?? addressOf(host, actual);
    const app = await createApp({
      pool: database.pool,
      url,
      log,
      sources: options.sources ?? [],
      intake: options.intake ?? [],
      channels: options.channels ?? channelsFrom(secretNamed),
      secondPerson: options.secondPerson ?? false,
      oidc: options.oidc,
      loginLinks: options.loginLinks ?? 'everybody',
      model: options.model,
      listen: database.listen,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    fetchApp = app.fetch;
    app.start();
    const close = async () => {
      await closeHttp(server);
      await app.stop();
      await database.close();
    };
    return { app, database, url, applied, close };
  } catch (error) {
    await database.close();
    throw error;
  }
};
