/**
 * A ServiceNow instance on loopback, after its documents on the Table API: rows whose values are all strings,
 * references with links, journals that are written and read elsewhere, encoded queries, counts of changes. A business
 * rule pushes what people change, signed; nothing is pushed twice, so that who misses it has to poll.
 */
import { createHash, createHmac } from 'node:crypto';
import type { JsonObject } from '@belay/protocol';
import type { Limit } from './limits.ts';
import { queryTable } from './servicenow-query.ts';
import { type Table, tables } from './servicenow-tables.ts';
import {
  type Answers,
  type Call,
  type Callback,
  type Callbacks,
  createCallbacks,
  type Judge,
  lenient,
  objectOf,
  type Reply,
  startVendorServer,
  textOf,
} from './vendor-server.ts';

export const serviceNowAccount = { user: 'belay.integration', password: 'a-password-of-the-integration' };
export const serviceNowSecret = 'a-secret-of-the-business-rule';

export type ServiceNowRow = Record<string, string>;
export type ServiceNowPerson = { userName: string; name: string; email: string };
type Sign = (row: ServiceNowRow, table: string, at: number) => Callback;
type Instance = {
  origin: string;
  now: () => number;
  rows: Map<string, ServiceNowRow[]>;
  /** conditions of queries that were silently left out */
  ignored: string[];
  sign: Sign;
  serial: number;
  closed: Set<string>;
  writes: Map<string, number>;
  callbacks: Callbacks;
};

const problem = (status: number, message: string, detail: string | null): Reply => ({
  status,
  body: { error: { message, detail }, status: 'failure' },
});
const noRecord = (): Reply =>
  problem(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");

/** 2026-12-07 09:00:00, in UTC */
export const serviceNowTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
const sysIdOf = (text: string): string => createHash('md5').update(text).digest('hex');

/** The MAC of a business rule over its time and body, base64 as ServiceNow's CertificateEncryption makes it. */
export const signedPush =
  (secret: string = serviceNowSecret): Sign =>
  (row, table, at) => {
    const { sys_id = '', sys_mod_count = '', number = '', correlation_id = '', sys_updated_by = '' } = row;
    const body = JSON.stringify({ table, sys_id, sys_mod_count, number, correlation_id, sys_updated_by });
    const time = String(Math.floor(at / 1_000));
    const mac = createHmac('sha256', secret).update(`${time}.${body}`).digest('base64');
    return {
      headers: {
        'content-type': 'application/json',
        'x-belay-signature': `t=${time},v1=${mac}`,
        'x-belay-delivery': `${sys_id}:${sys_mod_count}`,
      },
      body,
    };
  };

const rowsOf = (instance: Instance, table: string): ServiceNowRow[] => {
  const rows = instance.rows.get(table) ?? [];
  instance.rows.set(table, rows);
  return rows;
};

const insert = (instance: Instance, table: string, values: ServiceNowRow, by: string): ServiceNowRow => {
  instance.serial += 1;
  const { prefix = '', fields = {} } = tables[table] ?? {};
  const now = serviceNowTime(instance.now());
  const row: ServiceNowRow = {
    ...Object.fromEntries(Object.keys(fields).map((name) => [name, ''])),
    sys_id: sysIdOf(`${table} ${instance.serial}`),
    sys_created_on: now,
    sys_created_by: by,
    sys_updated_on: now,
    sys_updated_by: by,
    sys_mod_count: '0',
    sys_class_name: table,
    ...(prefix === ''
      ? {}
      : { number: `${prefix}${String(10_000 + instance.serial).padStart(7, '0')}`, state: '1', active: 'true' }),
    ...values,
  };
  rowsOf(instance, table).push(row);
  return row;
};

const journal = (instance: Instance, table: string, row: ServiceNowRow, given: ServiceNowRow, by: string): void => {
  for (const element of tables[table]?.journals ?? [])
    if ((given[element] ?? '') !== '') {
      const entry = { element, element_id: row.sys_id ?? '', name: table, value: given[element] ?? '' };
      insert(instance, 'sys_journal_field', entry, by);
    }
};

const withoutJournals = (table: Table | undefined, given: ServiceNowRow): ServiceNowRow =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !table?.journals.includes(name)));

/** A resolved incident needs its code and notes: a data policy of the base system. */
const policy = (table: string, row: ServiceNowRow): string | null => {
  if (table !== 'incident' || !['6', '7'].includes(row.state ?? '')) return null;
  const needed = { close_code: 'Resolution code', close_notes: 'Resolution notes' };
  const empty = Object.entries(needed).filter(([name]) => row[name] === '');
  return empty.length === 0
    ? null
    : `Data Policy Exception: The following fields are mandatory: ${empty.map(([, label]) => label).join(', ')}`;
};

const known = (table: Table | undefined, given: ServiceNowRow): ServiceNowRow =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => table?.fields[name] !== undefined)
      .map(([name, value]) => [name, value.slice(0, table?.fields[name])]),
  );

const change = (instance: Instance, table: string, row: ServiceNowRow, asked: ServiceNowRow, by: string): Reply => {
  const given = known(tables[table], asked);
  const next = { ...row, ...withoutJournals(tables[table], given) };
  const wrong = policy(table, next);
  if (wrong !== null) return problem(403, 'Operation Failed', wrong);
  journal(instance, table, row, given, by);
  Object.assign(row, next, {
    sys_updated_on: serviceNowTime(instance.now()),
    sys_updated_by: by,
    sys_mod_count: String(Number(row.sys_mod_count) + 1),
  });
  instance.callbacks.send(instance.sign(row, table, instance.now()));
  return { status: 200, body: { result: shown(instance, table, row, {}) } };
};

const displayOf = (instance: Instance, table: string, sysId: string): string => {
  const row = rowsOf(instance, table).find((one) => one.sys_id === sysId);
  return row?.name ?? row?.number ?? '';
};

/** A row as the Table API answers it: references as link and value, or plain values when they are excluded. */
const shown = (instance: Instance, table: string, row: ServiceNowRow, query: Record<string, string>): JsonObject => {
  const wanted = (query.sysparm_fields ?? '').split(',').filter((name) => name !== '');
  const plain = query.sysparm_exclude_reference_link === 'true';
  const display = query.sysparm_display_value ?? 'false';
  const { references = {}, journals = [] } = tables[table] ?? {};
  const one = ([name, stored]: [string, string]): [string, JsonObject | string] => {
    const value = journals.includes(name) ? '' : stored;
    const to = references[name];
    const seen = to === undefined || value === '' ? value : displayOf(instance, to, value);
    const link = to === undefined || value === '' ? {} : { link: `${instance.origin}/api/now/table/${to}/${value}` };
    if (display === 'all') return [name, { display_value: seen, value, ...(plain ? {} : link) }];
    if (to === undefined || value === '') return [name, value];
    if (display === 'true') return [name, plain ? seen : { display_value: seen, ...link }];
    return [name, plain ? value : { ...link, value }];
  };
  const entries = Object.entries(row).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  return Object.fromEntries(entries.map(one));
};

const stringsOf = (body: unknown): ServiceNowRow =>
  Object.fromEntries(
    Object.entries(objectOf(body)).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : String(value ?? ''),
    ]),
  );

const list = (instance: Instance, table: string, query: Record<string, string>): Reply => {
  const fields = Object.keys(tables[table]?.fields ?? {});
  const { rows, ignored } = queryTable(rowsOf(instance, table), fields, query.sysparm_query ?? '');
  instance.ignored.push(...ignored);
  const from = Number(query.sysparm_offset ?? 0);
  const page = rows.slice(from, from + Number(query.sysparm_limit ?? 10_000));
  return {
    status: 200,
    headers: { 'x-total-count': String(rows.length) },
    body: { result: page.map((row) => shown(instance, table, row, query)) },
  };
};

const create = (instance: Instance, table: string, call: Call): Reply => {
  if (instance.closed.has(table))
    return problem(403, 'Operation Failed', 'ACL Exception Insert Failed due to security constraints');
  const given = known(tables[table], stringsOf(call.body));
  const row = insert(instance, table, withoutJournals(tables[table], given), serviceNowAccount.user);
  journal(instance, table, row, given, serviceNowAccount.user);
  instance.writes.set(row.sys_id ?? '', 1);
  return {
    status: 201,
    headers: { location: `${instance.origin}/api/now/table/${table}/${row.sys_id}` },
    body: { result: shown(instance, table, row, call.query) },
  };
};

const answer = (instance: Instance, call: Call): Reply => {
  const { user, password } = serviceNowAccount;
  if (call.headers.authorization !== `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`)
    return problem(401, 'User Not Authenticated', 'Required to provide Auth information');
  const [, , , , table = '', sysId] = call.path.split('/');
  if (!call.path.startsWith('/api/now/table/') || tables[table] === undefined)
    return problem(400, `Invalid table ${table}`, null);
  if (sysId === undefined)
    return call.method === 'GET' ? list(instance, table, call.query) : create(instance, table, call);
  const row = rowsOf(instance, table).find((one) => one.sys_id === sysId);
  if (row === undefined) return noRecord();
  switch (call.method) {
    case 'GET':
      return { status: 200, body: { result: shown(instance, table, row, call.query) } };
    case 'PATCH':
    case 'PUT': {
      const changed = change(instance, table, row, stringsOf(call.body), user);
      if (changed.status === 200) instance.writes.set(sysId, (instance.writes.get(sysId) ?? 0) + 1);
      return changed.status === 200
        ? { status: 200, body: { result: shown(instance, table, row, call.query) } }
        : changed;
    }
    case 'DELETE':
      instance.rows.set(
        table,
        rowsOf(instance, table).filter((one) => one !== row),
      );
      return { status: 204 };
    default:
      return problem(405, 'Method not supported', null);
  }
};

/** An instance has a limit where an administrator made a rule for the user. */
const limitsOf = (perHour: number | null): Limit<Call>[] =>
  perHour === null
    ? []
    : [{ about: `${perHour} requests an hour of`, most: perHour, inMs: 3_600_000, keyOf: () => 'the user' }];

const answersOf = (instance: Instance, perHour: number | null): Answers => ({
  limits: limitsOf(perHour),
  answer: (call) => answer(instance, call),
  writes: ({ method }) => method !== 'GET',
  limited: (seconds) => ({
    ...problem(429, 'Rate limit exceeded', 'Rate limit of 100 requests per hour for Table API exceeded'),
    headers: {
      'retry-after': String(seconds),
      'x-ratelimit-limit': '100',
      'x-ratelimit-reset': String(Math.floor(instance.now() / 1_000) + seconds),
      'x-ratelimit-rule': sysIdOf('rule'),
    },
  }),
  failed: (status) => problem(status, 'Transaction cancelled: maximum execution time exceeded', null),
  revoked: () => problem(401, 'User Not Authenticated', 'Required to provide Auth information'),
  refused: (problems) => problem(400, 'Exception while reading request', problems.join('; ')),
});

/** What people do in ServiceNow's own pages. The business rule pushes it. */
const handsOf = (instance: Instance) => ({
  update: (by: string, table: string, sysId: string, values: ServiceNowRow): void => {
    const row = rowsOf(instance, table).find((one) => one.sys_id === sysId);
    if (row === undefined) throw new Error(`there is no ${table} ${sysId}`);
    const { status, body } = change(instance, table, row, values, by);
    if (status >= 300) throw new Error(`ServiceNow refused: ${JSON.stringify(body)}`);
  },
  /** asks somebody for an approval, the classic way */
  askApproval: (sysId: string, approver: string): string =>
    insert(
      instance,
      'sysapproval_approver',
      { approver, sysapproval: sysId, document_id: sysId, state: 'requested' },
      'system',
    ).sys_id ?? '',
  remove: (table: string, sysId: string): void => {
    instance.rows.set(
      table,
      rowsOf(instance, table).filter((one) => one.sys_id !== sysId),
    );
  },
});

export type ServiceNowOptions = {
  /** a rate limit rule of the instance: requests an hour of the user that Belay works as */
  perHour?: number;
  people?: ServiceNowPerson[];
  groups?: string[];
  judge?: Judge;
  sign?: Sign;
  port?: number;
};

export const startServiceNow = async (options: ServiceNowOptions = {}) => {
  const {
    people = [],
    groups = ['Treasury'],
    judge = lenient,
    sign = signedPush(),
    port = 0,
    perHour = null,
  } = options;
  const instance: Instance = {
    origin: '',
    now: Date.now,
    rows: new Map(),
    ignored: [],
    sign,
    serial: 0,
    closed: new Set(),
    writes: new Map(),
    callbacks: createCallbacks(),
  };
  const belay = { userName: serviceNowAccount.user, name: 'Belay', email: 'belay@acme.example' };
  for (const { userName, name, email } of [belay, ...people])
    insert(instance, 'sys_user', { user_name: userName, name, email, active: 'true' }, 'admin');
  for (const name of groups) insert(instance, 'sys_user_group', { name, active: 'true' }, 'admin');
  const server = await startVendorServer(answersOf(instance, perHour), judge, port);
  instance.origin = server.origin;
  const rows = (table: string): ServiceNowRow[] => rowsOf(instance, table);
  return {
    ...server,
    /** time as ServiceNow sees it */
    useClock: (now: () => number): void => {
      instance.now = now;
    },
    /** nobody may insert into the table any more */
    closeTable: (table: string): void => void instance.closed.add(table),
    rows,
    row: (table: string, sysId: string) => rows(table).find((one) => one.sys_id === sysId) ?? null,
    /** work notes and comments of a row, oldest first */
    notes: (sysId: string): string[] =>
      rows('sys_journal_field')
        .filter((one) => one.element_id === sysId)
        .map((one) => textOf(one.value)),
    userId: (userName: string): string => rows('sys_user').find((one) => one.user_name === userName)?.sys_id ?? '',
    groupId: (name: string): string => rows('sys_user_group').find((one) => one.name === name)?.sys_id ?? '',
    writes: (sysId: string): number => instance.writes.get(sysId) ?? 0,
    ignored: instance.ignored,
    hands: handsOf(instance),
    callbacks: instance.callbacks,
    account: serviceNowAccount,
    secret: serviceNowSecret,
  };
};
export type ServiceNowServer = Awaited<ReturnType<typeof startServiceNow>>;
