/**
 * ServiceNow: a record for each case and approval in the table that the control names ("incident", or "incident/Group").
 * Belay writes it through the Table API, polls it, and takes a signed push of a business rule as a hint to poll sooner.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { Answer, Ask, CardRef, Channel, Delivery, Place } from '../../engine/channel-ports.ts';
import { type CardState, type Subject, subjectKey } from '../../engine/delivery/cards.ts';
import { defineChannel, type Setting, unreadable } from '../channel.ts';
import { actsOf, refOf, type Statuses, signsFrom, signsSetting, statusesFrom } from '../desk.ts';
import { delivered } from '../outcome.ts';
import { textAt } from '../untrusted.ts';
import { guide } from './guide.ts';
import { parse, recordId } from './parse.ts';
import { changedSince, deedsOn, earlier, emailOf, type RecordRef, userId } from './read.ts';
import { note, renderFor } from './render.ts';
import { createTable, outcomeOf, type Row, reading, type Table, timeOf } from './table.ts';
import { verify } from './verify.ts';

/** The numbers of the incident table; a table of one's own can have a state for each. */
const defaults: Statuses = {
  open: '1',
  claimed: '2',
  returned: '6',
  resolved: '6',
  cancelled: '8',
  waiting: '1',
  approved: '6',
  used: '6',
  rejected: '6',
  expired: '8',
  void: '8',
};

const settings = {
  instance: { env: 'BELAY_SERVICENOW_INSTANCE', about: 'https://YOURS.service-now.com', isUrl: true },
  user: { env: 'BELAY_SERVICENOW_USER', about: 'the user name that Belay works as; nobody else uses it' },
  password: { env: 'BELAY_SERVICENOW_PASSWORD', about: 'of that user' },
  pushSecret: { env: 'BELAY_SERVICENOW_PUSH_SECRET', about: 'the secret of the business rule' },
  oldPushSecret: { env: 'BELAY_SERVICENOW_OLD_PUSH_SECRET', about: 'still counts while you change it', fallback: '' },
  tables: {
    env: 'BELAY_SERVICENOW_TABLES',
    about: 'tables that controls may name, separated by commas',
    fallback: 'incident',
  },
  states: { env: 'BELAY_SERVICENOW_STATES', about: 'values of states: "open=1, claimed=2"', fallback: '' },
  perHour: {
    env: 'BELAY_SERVICENOW_PER_HOUR',
    about: 'requests an hour, where a rate limit rule of the instance is about this user',
    fallback: '',
  },
  closeCode: { env: 'BELAY_SERVICENOW_CLOSE_CODE', about: 'of incidents that end', fallback: 'Solution provided' },
  signs: signsSetting('SERVICENOW'),
} satisfies Record<string, Setting>;
export type ServiceNowValues = { [Name in keyof typeof settings]: string };

const pollEveryMs = 45_000;
const overlapMs = 60_000;

/** An instance has a limit only where an administrator made a rule; half of it is left to polling and people. */
const ratesOf = (perHour: string): Pick<Channel, 'rates'> => {
  if (perHour === '') return {};
  const most = Number(perHour);
  if (!Number.isInteger(most) || most < 1)
    throw unreadable(settings.perHour, perHour, 'how many requests an hour: 1000');
  return {
    rates: [{ per: 'channel', atOnce: 4, everyMs: 7_200_000 / most, costs: { post: 3, update: 4, addLines: 1 } }],
  };
};

type Payload = { written: JsonObject & { state: string }; owner: string | null; note: string; fields: Row };
type Desk = { table: Table; tables: string[]; statuses: Statuses; closeCode: string };

const correlation = (subject: Subject): string => `belay_${subjectKey(subject)}`;

const attempt = async (on: 'table' | 'record', work: () => Promise<Delivery>): Promise<Delivery> => {
  try {
    return await work();
  } catch (error) {
    return outcomeOf(error, on);
  }
};

const ended = new Set(['6', '7', '8']);

const fieldsOf = (desk: Desk, name: string, { fields, written, note: why }: Payload): Row => {
  const state = desk.statuses[written.state as CardState];
  const closing = name === 'incident' && ended.has(state) ? { close_code: desk.closeCode, close_notes: why } : {};
  return { ...fields, state, correlation_display: `revision ${String(written.revision)}`, ...closing };
};

const group = async (table: Table, name: string): Promise<Row> => {
  if (name === '') return {};
  const rows = await table.list('sys_user_group', `name=${name}^active=true`, ['sys_id', 'name'], 2);
  const found = rows.filter((row) => row.name === name);
  return found.length === 1 ? { assignment_group: found[0]?.sys_id ?? '' } : {};
};

const written = (name: string, row: Row, owner: string | null, { written: on }: Payload): CardRef =>
  refOf(
    { id: recordId(name, row.sys_id ?? ''), table: name, sysId: row.sys_id ?? '' },
    { ...on, owner, writtenOn: row.sys_updated_on ?? '' },
  );

/** Whoever is not found there is named in the text; the record is left without an owner. */
const ownerOf = async ({ table }: Desk, { owner }: Payload): Promise<string> =>
  owner === null ? '' : ((await userId(table, owner)) ?? '');

const post = async (desk: Desk, { address }: Place, payload: JsonObject, subject: Subject): Promise<Delivery> => {
  const [name = '', ofGroup = ''] = address.split('/');
  if (!desk.tables.includes(name))
    return { kind: 'rejected', because: `${name} is not one of ${settings.tables.env}`, of: 'place' };
  const owner = await ownerOf(desk, payload as Payload);
  const values = {
    ...fieldsOf(desk, name, payload as Payload),
    assigned_to: owner,
    ...(await group(desk.table, ofGroup)),
    correlation_id: correlation(subject),
  };
  const row = await desk.table.create(name, values);
  if (row.correlation_id !== correlation(subject))
    return { kind: 'rejected', because: `${name} does not keep the field correlation_id`, of: 'place' };
  return delivered(written(name, row, owner || null, payload as Payload));
};

const update = async (desk: Desk, ref: CardRef, payload: JsonObject): Promise<Delivery> => {
  const { table: name, sysId } = ref as RecordRef;
  const owner = await ownerOf(desk, payload as Payload);
  const values = { ...fieldsOf(desk, name, payload as Payload), assigned_to: owner };
  const row = await desk.table.change(name, sysId, values);
  return delivered(written(name, row, owner || null, payload as Payload));
};

const find = async (desk: Desk, { address }: Place, subject: Subject): Promise<CardRef | null> => {
  const name = address.split('/')[0] ?? '';
  const rows = await desk.table.list(name, `correlation_id=${correlation(subject)}`, ['sys_id', 'correlation_id'], 2);
  const row = rows.find((one) => one.correlation_id === correlation(subject));
  // What stands on it is not known, so nothing done on it counts before it is written again.
  const on = { subject: subjectKey(subject), revision: -1, digest: null, state: 'open' };
  return row === undefined ? null : written(name, row, null, { written: on, owner: null, note: '', fields: {} });
};

const poll = async (desk: Desk, cursor: Json, now: number): Promise<{ changed: string[]; cursor: Json }> => {
  const known = (cursor ?? {}) as Record<string, string>;
  const next: Record<string, string> = {};
  const changed: string[] = [];
  for (const name of desk.tables) {
    const last = known[name] ?? timeOf(now);
    const rows = await changedSince(desk.table, name, earlier(last, overlapMs));
    changed.push(...rows.map((row) => recordId(name, row.sys_id ?? '')));
    next[name] = rows.at(-1)?.sys_updated_on ?? last;
  }
  return { changed, cursor: next };
};

/** The Table API has no message to one person: a work note that names them. */
const tellPresser = async (desk: Desk, { replyTo }: Ask, answer: Answer): Promise<null> => {
  if (answer.kind !== 'said') return null;
  const [name = '', sysId = ''] = textAt(replyTo, 'ref').split(':');
  await desk.table.change(name, sysId, { work_notes: note([`@${textAt(replyTo, 'by')} ${answer.text}`]) });
  return null;
};

type Ports = { fetch: typeof fetch };

export const createServiceNow = (values: ServiceNowValues, ports: Ports = { fetch: globalThis.fetch }): Channel => {
  const { instance, user, password, pushSecret, oldPushSecret, closeCode } = values;
  const table = createTable(instance, user, password, ports.fetch);
  const statuses = statusesFrom(settings.states, values.states, defaults);
  const accountSigns = signsFrom(settings.signs, values.signs);
  const tables = values.tables.split(/[\s,]+/).filter((name) => name !== '');
  const desk: Desk = { table, tables, statuses, closeCode };
  const workspace = new URL(instance).host;
  const secrets = [pushSecret, oldPushSecret].filter((secret) => secret !== '');
  return {
    name: 'servicenow',
    title: 'ServiceNow',
    ...ratesOf(values.perHour),
    render: renderFor(accountSigns),
    post: (place, payload, subject) => attempt('table', () => post(desk, place, payload, subject)),
    update: (ref, payload) => attempt('record', () => update(desk, ref, payload)),
    addLines: (ref, lines) =>
      attempt('record', async () => {
        const { table: name, sysId } = ref as RecordRef;
        await table.change(name, sysId, { work_notes: note(lines) });
        return delivered(ref);
      }),
    find: (place, subject) => find(desk, place, subject),
    check: () =>
      attempt('table', async () => {
        await table.list(tables[0] ?? 'incident', 'correlation_id=belay_check', ['sys_id'], 1);
        return delivered({ id: workspace });
      }),
    emailOf: (address) => emailOf(table, address),
    workspaces: [workspace],
    verify: (raw, now) => verify(secrets, raw, now),
    parse,
    answer: (ask, answer) => tellPresser(desk, ask, answer),
    answersInPublic: true,
    answersInline: false,
    accountSigns,
    readBack: (ref) =>
      reading(async () =>
        actsOf(ref as RecordRef, await deedsOn(table, ref as RecordRef, statuses, user), { workspace, statuses }),
      ),
    pollEveryMs,
    poll: (cursor, now) => reading(() => poll(desk, cursor, now)),
  };
};

export const servicenow = defineChannel({
  name: 'servicenow',
  title: 'ServiceNow',
  settings,
  guide,
  create: (values) => createServiceNow(values),
});
