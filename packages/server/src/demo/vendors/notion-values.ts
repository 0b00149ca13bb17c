/** What a local Notion keeps, and what it makes of the values of properties. */
import type { Json, JsonObject } from '@belay/protocol';
import { answeredDate, dateProblem } from './notion-dates.ts';
import { type Callbacks, objectOf, type Reply, textOf } from './vendor-server.ts';

export const ids = {
  workspace: '5f2b1c3a-0000-4000-8000-000000000001',
  integration: '5f2b1c3a-0000-4000-8000-000000000002',
  subscription: '5f2b1c3a-0000-4000-8000-000000000003',
  bot: '5f2b1c3a-0000-4000-8000-000000000004',
  database: '5f2b1c3a-0000-4000-8000-000000000005',
  dataSource: '5f2b1c3a-0000-4000-8000-000000000006',
};

export type NotionPerson = { id: string; name: string; email: string };
type PropertyType = 'title' | 'rich_text' | 'status' | 'select' | 'people' | 'date' | 'url' | 'number' | 'checkbox';
/** properties of the data source by name; `options` of statuses and selections */
export type Schema = Record<string, { id: string; type: PropertyType; options: string[] }>;

export type NotionPage = {
  id: string;
  serial: number;
  /** by name, in the form in which Notion answers them */
  properties: JsonObject;
  createdBy: string;
  editedBy: string;
  created: number;
  edited: number;
  inTrash: boolean;
  /** created and edited so often through the API */
  writes: number;
};
export type Notion = {
  now: () => number;
  people: NotionPerson[];
  schema: Schema;
  pages: NotionPage[];
  blocks: { id: string; parent: string; type: string; content: JsonObject; at: number }[];
  comments: {
    id: string;
    page: string;
    discussion: string;
    richText: Json;
    by: string;
    name: string | null;
    at: number;
  }[];
  closed: boolean;
  serial: number;
  callbacks: Callbacks;
};

export const notionProblem = (status: number, code: string, message: string): Reply => ({
  status,
  body: { object: 'error', status, code, message, request_id: '5f2b1c3a-0000-4000-8000-0000000000ff' },
});

const listOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.map(objectOf) : []);

/** Why Notion refuses a value for a property, or null. */
export const propertyProblem = ({ schema, people }: Notion, name: string, value: Json): string | null => {
  const property = schema[name] ?? Object.values(schema).find((one) => one.id === name);
  if (property === undefined) return `${name} is not a property that exists.`;
  const given = objectOf(value);
  if (!(property.type in given)) return `${name} is expected to be ${property.type}.`;
  const inner = given[property.type];
  if (property.type === 'status' && inner !== null) {
    const option = textOf(objectOf(inner).name);
    if (option !== '' && !property.options.includes(option)) return `Status option "${option}" does not exist.`;
  }
  if (property.type === 'date' && inner !== null) return dateProblem(inner ?? null);
  if (property.type === 'select' && textOf(objectOf(inner).name).includes(','))
    return `Invalid select option, commas not allowed: ${textOf(objectOf(inner).name)}`;
  if (property.type === 'people') {
    const stranger = listOf(inner).find(({ id }) => !people.some((one) => one.id === id) && id !== ids.bot);
    if (stranger !== undefined) return `Could not find user with ID: ${textOf(stranger.id)}.`;
  }
  return null;
};

const plainAnnotations = {
  bold: false,
  italic: false,
  strikethrough: false,
  underline: false,
  code: false,
  color: 'default',
};

/** A mention names a person; Notion shows their name. */
const mentionOf = (part: JsonObject, people: NotionPerson[]): { mention: JsonObject; name: string } => {
  const id = textOf(objectOf(objectOf(part.mention).user).id);
  return {
    mention: { type: 'user', user: { object: 'user', id } },
    name: `@${people.find((one) => one.id === id)?.name ?? 'Anonymous'}`,
  };
};

/** Rich text as Notion answers it: with its annotations and its plain text. */
const answered = (value: Json | undefined, people: NotionPerson[]): Json =>
  listOf(value).map((part): JsonObject => {
    const annotations = { ...plainAnnotations, ...objectOf(part.annotations) };
    if (part.type === 'mention') {
      const { mention, name } = mentionOf(part, people);
      return { type: 'mention', mention, annotations, plain_text: name, href: null };
    }
    const text = objectOf(part.text);
    return {
      type: 'text',
      text: { content: textOf(text.content), link: text.link ?? null },
      annotations,
      plain_text: textOf(text.content),
      href: textOf(objectOf(text.link).url) || null,
    };
  });

/** A value in the form in which Notion answers it. */
export const stored = (
  { schema, people }: Pick<Notion, 'schema' | 'people'>,
  name: string | null,
  value: Json,
): JsonObject => {
  const given = objectOf(value);
  const type = name === null ? 'rich_text' : (schema[name]?.type ?? 'rich_text');
  const id = name === null ? '' : (schema[name]?.id ?? '');
  const inner = given[type];
  switch (type) {
    case 'title':
    case 'rich_text':
      return { id, type, [type]: answered(inner, people) };
    case 'status':
    case 'select': {
      const option = textOf(objectOf(inner).name);
      return { id, type, [type]: option === '' ? null : { id: option.slice(0, 4), name: option, color: 'default' } };
    }
    case 'people': {
      const rows = listOf(inner).map(({ id: one }) => {
        const person = people.find((known) => known.id === one);
        return {
          object: 'user',
          id: one ?? '',
          type: 'person',
          name: person?.name ?? null,
          avatar_url: null,
          person: { email: person?.email ?? '' },
        };
      });
      return { id, type, people: rows };
    }
    case 'date': {
      if (inner === null || inner === undefined) return { id, type, date: null };
      const { start, end, time_zone: zone } = objectOf(inner);
      const [from, to] = [start, end].map((one) => answeredDate(one, textOf(zone)));
      return { id, type, date: { start: from ?? null, end: to ?? null, time_zone: null } };
    }
    default:
      return { id, type, [type]: inner ?? null };
  }
};

/** The text of a rich text, as somebody reads it. */
export const readText = (value: Json | undefined): string =>
  listOf(value)
    .map((part) => textOf(part.plain_text))
    .join('');

/** The text of a property of a page. */
export const readProperty = (page: NotionPage, name: string): string => {
  const property = objectOf(page.properties[name]);
  const inner = property[textOf(property.type)];
  if (Array.isArray(inner))
    return property.type === 'people' ? inner.map((one) => textOf(objectOf(one).name)).join(', ') : readText(inner);
  const one = objectOf(inner);
  return textOf(inner) || textOf(one.name) || textOf(one.start);
};
