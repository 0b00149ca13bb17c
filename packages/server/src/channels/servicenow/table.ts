/** A thin client of ServiceNow's Table API over fetch: no retries, a time limit, values as the strings they are. */
import { type Delivery, NotRead } from '../../engine/channel-ports.ts';
import { clipped } from '../inert.ts';
import { ofResponse, ofThrown } from '../outcome.ts';

export type Row = Record<string, string>;
type Query = Record<string, string>;
export type Table = {
  list(table: string, query: string, fields: string[], limit?: number): Promise<Row[]>;
  get(table: string, sysId: string): Promise<Row>;
  create(table: string, values: Row): Promise<Row>;
  change(table: string, sysId: string, values: Row): Promise<Row>;
};

/** An answer that is no 2xx. */
export class TableError extends Error {
  readonly response: Response;
  readonly detail: string;
  constructor(response: Response, detail: string) {
    super(`ServiceNow answered ${response.status}: ${detail}`);
    this.response = response;
    this.detail = detail;
  }
}

const timeoutMs = 8_000;

const detailOf = async (response: Response): Promise<string> => {
  const body = (await response.json().catch(() => null)) as { error?: { message?: string; detail?: string } } | null;
  return clipped([body?.error?.message, body?.error?.detail].filter((part) => part).join(': '), 300);
};

/** References come as `{ link, value }` in spite of what was asked, where a proxy rewrites the query. */
const flat = (row: Record<string, unknown>): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null
        ? String((value as { value?: unknown }).value ?? '')
        : String(value ?? ''),
    ]),
  );

export const createTable = (
  instance: string,
  user: string,
  password: string,
  fetch: typeof globalThis.fetch,
): Table => {
  const base = `${instance.replace(/\/+$/, '')}/api/now/table`;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const call = async (method: string, path: string, query: Query, body?: Row): Promise<unknown> => {
    const search = new URLSearchParams({ sysparm_exclude_reference_link: 'true', ...query });
    const response = await fetch(`${base}/${path}?${search}`, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', authorization },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new TableError(response, await detailOf(response));
    return ((await response.json()) as { result: unknown }).result;
  };
  const one = (result: unknown): Row => flat(result as Record<string, unknown>);
  return {
    list: async (table, query, fields, limit = 100) => {
      const asked = { sysparm_query: query, sysparm_fields: fields.join(','), sysparm_limit: String(limit) };
      return ((await call('GET', table, asked)) as Record<string, unknown>[]).map(flat);
    },
    get: async (table, sysId) => one(await call('GET', `${table}/${sysId}`, {})),
    create: async (table, values) => one(await call('POST', table, {}, values)),
    change: async (table, sysId, values) => one(await call('PATCH', `${table}/${sysId}`, {}, values)),
  };
};

export type Failed = Exclude<Delivery, { kind: 'delivered' }>;

/** `on`: what was written: a new record in a table, or one that is there. */
export const outcomeOf = (error: unknown, on: 'table' | 'record'): Failed => {
  if (!(error instanceof TableError)) return ofThrown('ServiceNow', error) as Failed;
  const { status } = error.response;
  if (status === 404 && on === 'record') return { kind: 'gone', because: error.message };
  if (status === 400 && on === 'table') return { kind: 'rejected', because: error.message, of: 'place' };
  // A data policy or business rule that says no to this change is about the record; insert refused is about the table.
  if (status === 403) return { kind: 'rejected', because: error.message, of: on === 'table' ? 'place' : 'card' };
  return { ...ofResponse('ServiceNow', error.response), because: error.message } as Failed;
};

export const reading = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new NotRead(outcomeOf(error, 'record'));
  }
};

/** 2026-12-07 09:00:00, in UTC: how ServiceNow writes and reads instants. */
export const timeOf = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
export const instantOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);
