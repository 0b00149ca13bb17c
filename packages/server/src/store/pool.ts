/**
 * Connections as the store wants them: bounded waits, instants as epoch milliseconds, whole numbers as
 * numbers (an unsafe one throws, it is never rounded), dates as the text that they are.
 */
import pg from 'pg';
import type { Log } from './log.ts';

type PoolOptions = { readonly log: Log; readonly max?: number; readonly limitsAtConnect?: boolean };

const statementTimeoutMs = 30_000;
const lockTimeoutMs = 8_000;
const idleInTransactionTimeoutMs = 10_000;

const connectionLimits = {
  statement_timeout: statementTimeoutMs,
  lock_timeout: lockTimeoutMs,
  idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
} as const;

const defaultMax = 20;

export function createPool(url: string, { log, max = defaultMax, limitsAtConnect = true }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...connectionTo(url, limitsAtConnect), max, idleTimeoutMillis: 30_000 });
  let lost = false;
  pool.on('error', (error) => {
    // While it closes, the database may be quicker to go than its connections. A database that goes takes all of them.
    if (!pool.ending && !lost) log.warn({ reason: error.message }, 'an idle database connection was lost');
    lost = true;
  });
  pool.on('connect', () => {
    lost = false;
  });
  /** One that is lost while it is checked out fails its query; without a listener it would end the process. */
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** `limitsAtConnect` false: for a pooler that accepts no settings when a connection opens. */
export function connectionTo(url: string, limitsAtConnect = true): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'belay',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 10_000,
    /** The server's own limit comes first; this one is for a server that fell silent. */
    query_timeout: statementTimeoutMs + 5_000,
    ...(limitsAtConnect ? connectionLimits : {}),
    types: { getTypeParser } as pg.CustomTypesConfig,
  };
}

type Parser = (text: string) => unknown;

const oid = { int8: 20, int8Array: 1016, date: 1082, timestamptz: 1184, timestamptzArray: 1185 } as const;

const parseList = pg.types.getTypeParser(1009 as never) as (text: string) => (string | null)[];
const parseInstantText = pg.types.getTypeParser(oid.timestamptz as never) as (text: string) => Date | number;

const listOf =
  (parse: Parser): Parser =>
  (text) =>
    parseList(text).map((item) => (item === null ? null : parse(item)));

export function parseWhole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is beyond the whole numbers that are exact`);
  return number;
}

export function parseInstant(text: string): number {
  const instant = parseInstantText(text);
  return typeof instant === 'number' ? instant : instant.getTime();
}

const parsers: Readonly<Record<number, Parser>> = {
  [oid.int8]: parseWhole,
  [oid.int8Array]: listOf(parseWhole),
  [oid.date]: (text) => text,
  [oid.timestamptz]: parseInstant,
  [oid.timestamptzArray]: listOf(parseInstant),
};

function getTypeParser(type: number, format?: 'text' | 'binary'): Parser {
  const own = format === 'binary' ? undefined : parsers[type];
  return own ?? (pg.types.getTypeParser(type as never, format as never) as Parser);
}
