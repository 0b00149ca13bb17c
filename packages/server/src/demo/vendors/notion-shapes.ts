/** The JSON in which Notion's API shows its pages, lists and data sources, and its query. */
import type { Json, JsonObject } from '@belay/protocol';
import {
  ids,
  type Notion,
  type NotionPage,
  type NotionPerson,
  notionProblem,
  readProperty,
  stored,
} from './notion-values.ts';
import { objectOf, type Reply, textOf } from './vendor-server.ts';

const time = (at: number): string => new Date(at).toISOString();
/** Notion rounds the time of an edit down to its minute. */
const minute = (at: number): number => Math.floor(at / 60_000) * 60_000;

export const userJson = ({ id, name, email }: NotionPerson): JsonObject => ({
  object: 'user',
  id,
  type: 'person',
  name,
  avatar_url: null,
  person: { email },
});

export const pageList = (type: string, results: JsonObject[], nextCursor: string | null = null): JsonObject => ({
  object: 'list',
  type,
  [type]: {},
  results,
  has_more: nextCursor !== null,
  next_cursor: nextCursor,
  request_id: '5f2b1c3a-0000-4000-8000-0000000000ff',
});

const pageJson = (notion: Notion, row: NotionPage): JsonObject => {
  const empty = Object.fromEntries(Object.keys(notion.schema).map((name) => [name, stored(notion, name, {})]));
  return {
    object: 'page',
    id: row.id,
    created_time: time(minute(row.created)),
    last_edited_time: time(minute(row.edited)),
    created_by: { object: 'user', id: row.createdBy },
    last_edited_by: { object: 'user', id: row.editedBy },
    cover: null,
    icon: null,
    parent: { type: 'data_source_id', data_source_id: ids.dataSource, database_id: ids.database },
    archived: row.inTrash,
    in_trash: row.inTrash,
    is_archived: row.inTrash,
    is_locked: false,
    properties: { ...empty, ...row.properties },
    url: `https://www.notion.so/${row.id.replaceAll('-', '')}`,
    public_url: null,
  };
};

export const page = (notion: Notion, id: string): JsonObject | null => {
  const row = notion.pages.find((one) => one.id === id);
  return row === undefined ? null : pageJson(notion, row);
};

const richTitle = (text: string): Json => [
  {
    type: 'text',
    text: { content: text, link: null },
    annotations: { bold: false, italic: false, strikethrough: false, underline: false, code: false, color: 'default' },
    plain_text: text,
    href: null,
  },
];

const configOf = (type: string, options: string[]): JsonObject => {
  const rows = options.map((name) => ({ id: name.slice(0, 4), name, color: 'default', description: null }));
  if (type === 'status') return { status: { options: rows, groups: [] } };
  if (type === 'select') return { select: { options: rows } };
  return type === 'number' ? { number: { format: 'number' } } : { [type]: {} };
};

const shared = (): JsonObject => ({
  created_time: time(0),
  last_edited_time: time(0),
  icon: null,
  cover: null,
  archived: false,
  in_trash: false,
  is_inline: false,
  public_url: null,
  title: richTitle('Escalations'),
  description: [],
});

export const dataSourceJson = (notion: Notion): JsonObject => ({
  object: 'data_source',
  id: ids.dataSource,
  ...shared(),
  created_by: { object: 'user', id: ids.bot },
  last_edited_by: { object: 'user', id: ids.bot },
  url: `https://www.notion.so/${ids.dataSource.replaceAll('-', '')}`,
  parent: { type: 'database_id', database_id: ids.database },
  database_parent: { type: 'workspace', workspace: true },
  properties: Object.fromEntries(
    Object.entries(notion.schema).map(([name, { id, type, options }]) => [
      name,
      { id, name, description: null, type, ...configOf(type, options) },
    ]),
  ),
});

export const databaseJson = (): JsonObject => ({
  object: 'database',
  id: ids.database,
  ...shared(),
  is_locked: false,
  url: `https://www.notion.so/${ids.database.replaceAll('-', '')}`,
  parent: { type: 'workspace', workspace: true },
  data_sources: [{ id: ids.dataSource, name: 'Escalations' }],
});

/** One condition: on the time of the last edit, or on what a property says. */
const holds = (filter: JsonObject, row: NotionPage): boolean => {
  if (Array.isArray(filter.and)) return filter.and.every((one) => holds(objectOf(one), row));
  if (Array.isArray(filter.or)) return filter.or.some((one) => holds(objectOf(one), row));
  if (typeof filter.timestamp === 'string') {
    const asked = objectOf(filter[filter.timestamp]);
    const at = minute(filter.timestamp === 'created_time' ? row.created : row.edited);
    const [word = '', operand] = Object.entries(asked)[0] ?? [];
    const than = Date.parse(textOf(operand));
    return word === 'on_or_after'
      ? at >= than
      : word === 'after'
        ? at > than
        : word === 'before'
          ? at < than
          : at <= than;
  }
  const [type = ''] = Object.keys(filter).filter((name) => name !== 'property');
  const [word = '', operand] = Object.entries(objectOf(filter[type]))[0] ?? [];
  const value = readProperty(row, textOf(filter.property));
  if (word === 'equals') return value === String(operand);
  if (word === 'does_not_equal') return value !== String(operand);
  if (word === 'contains') return value.includes(String(operand));
  if (word === 'is_empty') return value === '';
  return word === 'is_not_empty' ? value !== '' : false;
};

const unknownProperty = (notion: Notion, filter: JsonObject): string | null => {
  const inner = [filter.and, filter.or].find(Array.isArray);
  if (Array.isArray(inner))
    return inner.map((one) => unknownProperty(notion, objectOf(one))).find((one) => one !== null) ?? null;
  const name = textOf(filter.property);
  const known = notion.schema[name] ?? Object.values(notion.schema).find((one) => one.id === name);
  return name === '' || known !== undefined ? null : name;
};

export const queryRows = (notion: Notion, body: JsonObject): Reply => {
  const filter = objectOf(body.filter);
  const unknown = unknownProperty(notion, filter);
  if (unknown !== null)
    return notionProblem(400, 'validation_error', `Could not find property with name or id: ${unknown}`);
  const sort = objectOf(Array.isArray(body.sorts) ? body.sorts[0] : null);
  const sign = sort.direction === 'descending' ? -1 : 1;
  const rank = (row: NotionPage): number => (sort.timestamp === 'last_edited_time' ? minute(row.edited) : row.created);
  const rows = notion.pages
    .filter((row) => !row.inTrash && (Object.keys(filter).length === 0 || holds(filter, row)))
    .toSorted((a, b) => sign * (rank(a) - rank(b)) || a.serial - b.serial);
  const from = Number(textOf(body.start_cursor).replace('cursor-', '') || 0);
  const most = typeof body.page_size === 'number' ? Math.min(body.page_size, 100) : 100;
  const next = from + most < rows.length ? `cursor-${from + most}` : null;
  const results = rows.slice(from, from + most).map((row) => pageJson(notion, row));
  return { status: 200, body: { ...pageList('page_or_data_source', results, next) } };
};
