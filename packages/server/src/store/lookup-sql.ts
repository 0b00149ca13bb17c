/**
 * Asking a system of record that is a PostgreSQL. The query is the operator's, its values are bound, the transaction is
 * read-only and timed: an argument of an agent is never part of the statement.
 */
import type { Json, JsonObject } from '@belay/protocol';
import pg from 'pg';
import {
  type Asker,
  fillHoles,
  type Given,
  LookupFailed,
  NoRecord,
  type SqlSource,
} from '../engine/lookups/lookups.ts';

const connectionsMax = 4;

/** Whole numbers as numbers where they fit, amounts as their decimal text, dates and instants as ISO text. */
const readers: Record<number, (text: string) => Json> = {
  [pg.types.builtins.INT8]: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text),
  [pg.types.builtins.NUMERIC]: (text) => text,
  [pg.types.builtins.DATE]: (text) => text,
  [pg.types.builtins.TIMESTAMPTZ]: (text) => new Date(text).toISOString(),
};
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    readers[oid] ?? pg.types.getTypeParser(oid, format as 'text'),
};

/** The query with `$1`, `$2` … for its holes, and what is bound to them; null when a value is missing. */
const bind = (query: string, given: Given): { text: string; values: string[] } | null => {
  const values: string[] = [];
  const text = fillHoles(query, given, (value) => `$${values.push(value)}`);
  return text === null ? null : { text, values };
};

const isTimeout = (error: unknown): boolean => (error as { code?: string }).code === '57014';

const read = async (pool: pg.Pool, source: SqlSource, bound: { text: string; values: string[] }): Promise<Json> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${source.timeoutMs}`);
    const { rows } = await client.query<JsonObject>({ ...bound, types });
    await client.query('COMMIT');
    if (rows.length > 1) throw new LookupFailed(`${source.name} has ${rows.length} records of this, not one.`);
    const [row] = rows;
    if (row === undefined) throw new NoRecord(`${source.name} has no record of this.`);
    return row;
  } catch (error) {
    broken = await client.query('ROLLBACK').then(
      () => undefined,
      (lost: Error) => lost,
    );
    throw isTimeout(error) ? new LookupFailed(`${source.name} did not answer within ${source.timeoutMs} ms.`) : error;
  } finally {
    client.release(broken);
  }
};

export const createSqlAsker = (): { ask: Asker<SqlSource>; close: () => Promise<void> } => {
  const pools = new Map<string, pg.Pool>();
  const poolOf = ({ database, timeoutMs }: SqlSource): pg.Pool => {
    const known = pools.get(database);
    if (known !== undefined) return known;
    const pool = new pg.Pool({
      connectionString: database,
      max: connectionsMax,
      connectionTimeoutMillis: timeoutMs,
      application_name: 'belay lookups',
    });
    // A connection that is lost while it rests is replaced at the next question.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    pools.set(database, pool);
    return pool;
  };
  return {
    ask: async (source, given) => {
      const bound = bind(source.query, given);
      if (bound === null)
        throw new LookupFailed(`${source.name} could not be asked: the arguments lack what its query needs.`);
      return read(poolOf(source), source, bound);
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
      pools.clear();
    },
  };
};
