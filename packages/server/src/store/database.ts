/**
 * The one database Belay keeps its records in: a PostgreSQL that it is told of, or the one it brings. Both
 * are the same PostgreSQL with the same SQL; only who starts and stops the server differs.
 */
import pg from 'pg';
import { type Embedded, type EmbeddedOptions, startEmbedded } from './embedded/start.ts';
import { createListener, type Listener } from './listener.ts';
import type { Log } from './log.ts';
import { connectionTo, createPool } from './pool.ts';
import { DatabaseProblem } from './problem.ts';

export type OpenOptions = EmbeddedOptions & {
  /** Without one, Belay starts the PostgreSQL it brings in `dataDir`. */
  readonly url?: string | undefined;
  readonly maxConnections?: number;
};

export type DatabaseInfo = {
  readonly kind: 'embedded' | 'external';
  /** Of the server, such as 18.4. */
  readonly version: string;
  /** Of the embedded one. */
  readonly dataDir: string | null;
  readonly pid: number | null;
};

export type Database = {
  readonly pool: pg.Pool;
  readonly url: string;
  readonly info: DatabaseInfo;
  /** Calls `onHint` when somebody notified the channel, and after every reconnect. Only ever a hint. */
  listen(channel: string, onHint: (about: string) => void): void;
  close(): Promise<void>;
};

const oldestMajor = 15;
const closePoolBoundMs = 5_000;

export async function openDatabase(options: OpenOptions): Promise<Database> {
  if (options.url !== undefined) return connect(options.url, null, options);
  const embedded = await startEmbedded(options);
  try {
    return await connect(embedded.url, embedded, options);
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

async function connect(url: string, embedded: Embedded | null, options: OpenOptions): Promise<Database> {
  const { server, limitsAtConnect } = await greet(url, options.log);
  const problem = judgeServer(server);
  if (problem) throw problem;
  const { log, maxConnections } = options;
  const pool = createPool(url, { log, limitsAtConnect, ...(maxConnections ? { max: maxConnections } : {}) });
  const listener = createListener(connectionTo(url, limitsAtConnect), log);
  return {
    pool,
    url,
    get info() {
      const kind = embedded ? 'embedded' : 'external';
      return {
        kind,
        version: server.version,
        dataDir: embedded?.dataDir ?? null,
        pid: embedded?.pid() ?? null,
      } as const;
    },
    listen: listener.listen,
    close: () => closeAll(pool, listener, embedded),
  };
}

/** A connection that somebody forgot to release does not keep the server from stopping. */
async function closeAll(pool: pg.Pool, listener: Listener, embedded: Embedded | null): Promise<void> {
  await listener.close();
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, closePoolBoundMs);
  });
  await Promise.race([pool.end(), bound]);
  clearTimeout(timer);
  await embedded?.close();
}

export type Server = { readonly version: string; readonly number: number; readonly standby: boolean };

async function greet(url: string, log: Log): Promise<{ server: Server; limitsAtConnect: boolean }> {
  try {
    return { server: await askServer(url), limitsAtConnect: true };
  } catch (error) {
    if (!/unsupported startup parameter/.test((error as Error).message)) throw explainConnection(error);
  }
  log.warn(
    {},
    'the pooler before the database takes no settings at connect: set them on the role, such as ALTER ROLE … SET lock_timeout = 8000',
  );
  try {
    return { server: await askServer(url, false), limitsAtConnect: false };
  } catch (error) {
    throw explainConnection(error);
  }
}

async function askServer(url: string, limitsAtConnect = true): Promise<Server> {
  const client = new pg.Client(connectionTo(url, limitsAtConnect));
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Server>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
              current_setting('server_version_num')::int AS number,
              pg_is_in_recovery() AS standby`,
    );
    const [server] = rows;
    if (!server) throw new Error('the server did not say what it is');
    return server;
  } finally {
    await client.end().catch(() => {});
  }
}

export function judgeServer({ version, number, standby }: Server): DatabaseProblem | null {
  if (number < oldestMajor * 10_000) {
    return new DatabaseProblem(
      `The database is PostgreSQL ${version}; Belay needs ${oldestMajor} or newer.`,
      'Upgrade it, or leave DATABASE_URL out to use the PostgreSQL that Belay brings.',
    );
  }
  if (!standby) return null;
  return new DatabaseProblem(
    `The database (PostgreSQL ${version}) is a standby: it accepts no writes and may lag behind.`,
    'Point DATABASE_URL at the primary.',
  );
}

export function explainConnection(error: unknown): DatabaseProblem {
  const { code, message } = error as { code?: string; message: string };
  const remedies: Record<string, string> = {
    ECONNREFUSED: 'Start it, or mend host and port in DATABASE_URL.',
    ENOTFOUND: 'Mend the host in DATABASE_URL.',
    '28P01': 'Mend user and password in DATABASE_URL.',
    '28000': 'Let this user in (pg_hba.conf of the server), or mend DATABASE_URL.',
    '3D000': 'Create it (createdb), or mend the database name in DATABASE_URL.',
    '53300': "Raise the server's max_connections, or use a pooler.",
  };
  const said = message || code || String(error);
  return new DatabaseProblem(
    `The database does not let Belay in: ${said}.`,
    remedies[code ?? ''] ?? 'Check DATABASE_URL and that the server runs.',
    { cause: error },
  );
}
