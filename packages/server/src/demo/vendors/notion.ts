/**
 * A Notion workspace of one database on loopback, after the types of Notion's own client: rows of a data source with
 * typed properties, blocks, comments, users, and webhooks signed as Notion signs them, which say that something
 * changed and not what.
 */
import { createHmac, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '@belay/protocol';
import type { Limit } from './limits.ts';
import { handsOf } from './notion-hands.ts';
import { databaseJson, dataSourceJson, page, pageList, queryRows, userJson } from './notion-shapes.ts';
import {
  ids,
  type Notion,
  type NotionPerson,
  notionProblem,
  propertyProblem,
  type Schema,
  stored,
} from './notion-values.ts';
import {
  type Answers,
  type Call,
  createCallbacks,
  type Judge,
  lenient,
  objectOf,
  type Reply,
  startVendorServer,
  textOf,
} from './vendor-server.ts';

export const notionToken = 'ntn_a-token-of-the-integration';
export const notionVerificationToken = 'secret_a-verification-token';

/** Notion's signature: HMAC-SHA256 of the body by the token of the handshake; no time in it. */
export const signedEvent = (event: JsonObject, token: string = notionVerificationToken) => {
  const body = JSON.stringify(event);
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'notion-api-webhooks',
      'x-notion-signature': `sha256=${createHmac('sha256', token).update(body).digest('hex')}`,
    },
    body,
  };
};

const announce = (notion: Notion, type: string, entity: JsonObject, by: string, data: JsonObject): void => {
  const person = notion.people.some((one) => one.id === by);
  notion.callbacks.send(
    signedEvent({
      id: randomUUID(),
      timestamp: new Date(notion.now()).toISOString(),
      workspace_id: ids.workspace,
      workspace_name: 'Acme',
      subscription_id: ids.subscription,
      integration_id: ids.integration,
      authors: [{ id: by, type: person ? 'person' : 'bot' }],
      attempt_number: 1,
      api_version: '2026-03-11',
      entity,
      type,
      data,
    }),
  );
};

const found = <T>(list: T[], test: (one: T) => boolean): T | null => list.find(test) ?? null;
const missing = (what: string, id: string): Reply =>
  notionProblem(
    404,
    'object_not_found',
    `Could not find ${what} with ID: ${id}. Make sure the relevant pages and databases are shared with your integration.`,
  );

const takeProperties = (notion: Notion, given: JsonObject, into: JsonObject): Reply | null => {
  for (const [name, value] of Object.entries(given)) {
    const wrong = propertyProblem(notion, name, value);
    if (wrong !== null) return notionProblem(400, 'validation_error', wrong);
    into[name] = stored(notion, name, value);
  }
  return null;
};

const addBlocks = (notion: Notion, parent: string, children: Json | undefined): JsonObject[] =>
  (Array.isArray(children) ? children.map(objectOf) : []).map((block) => {
    const { children: inner, ...content } = objectOf(block[textOf(block.type)]);
    const id = randomUUID();
    const row = { id, parent, type: textOf(block.type), content, at: notion.now() };
    notion.blocks.push(row);
    addBlocks(notion, id, inner);
    return blockJson(notion, row);
  });

const blockJson = (notion: Notion, { id, parent, type, content, at }: Notion['blocks'][number]): JsonObject => {
  const bot = { object: 'user', id: ids.bot };
  const time = new Date(at).toISOString();
  return {
    object: 'block',
    id,
    parent: { type: 'page_id', page_id: parent },
    type,
    [type]: content,
    created_time: time,
    created_by: bot,
    last_edited_time: time,
    last_edited_by: bot,
    has_children: notion.blocks.some((one) => one.parent === id),
    in_trash: false,
    archived: false,
  };
};

const createPage = (notion: Notion, body: JsonObject): Reply => {
  const parent = objectOf(body.parent);
  const into = parent.data_source_id ?? parent.database_id;
  if (notion.closed || ![ids.dataSource, ids.database].includes(textOf(into)))
    return missing('data source', textOf(into));
  const properties: JsonObject = {};
  const wrong = takeProperties(notion, objectOf(body.properties), properties);
  if (wrong !== null) return wrong;
  const id = randomUUID();
  notion.serial += 1;
  const at = notion.now();
  notion.pages.push({
    id,
    serial: notion.serial,
    properties,
    createdBy: ids.bot,
    editedBy: ids.bot,
    created: at,
    edited: at,
    inTrash: false,
    writes: 1,
  });
  addBlocks(notion, id, body.children);
  announce(notion, 'page.created', { id, type: 'page' }, ids.bot, {
    parent: { id: ids.database, type: 'database', data_source_id: ids.dataSource },
  });
  return { status: 200, body: page(notion, id) };
};

/** Somebody or something changes properties of a row. */
export const editPage = (notion: Notion, id: string, body: JsonObject, by: string): Reply => {
  const row = found(notion.pages, (one) => one.id === id);
  if (row === null) return missing('page', id);
  const changed: JsonObject = { ...row.properties };
  const given = objectOf(body.properties);
  const wrong = takeProperties(notion, given, changed);
  if (wrong !== null) return wrong;
  if (row.inTrash && body.in_trash !== false && body.archived !== false)
    return notionProblem(
      400,
      'validation_error',
      "Can't edit block that is archived. You must unarchive the block before editing.",
    );
  row.properties = changed;
  row.edited = notion.now();
  row.editedBy = by;
  if (by === ids.bot) row.writes += 1;
  if (typeof body.in_trash === 'boolean') row.inTrash = body.in_trash;
  if (typeof body.archived === 'boolean') row.inTrash = body.archived;
  const updated = Object.keys(given).map((name) => notion.schema[name]?.id ?? name);
  const parent = { id: ids.database, type: 'database', data_source_id: ids.dataSource };
  announce(notion, 'page.properties_updated', { id, type: 'page' }, by, { parent, updated_properties: updated });
  return { status: 200, body: page(notion, id) };
};

const commentJson = (comment: Notion['comments'][number]): JsonObject => {
  const time = new Date(comment.at).toISOString();
  return {
    object: 'comment',
    id: comment.id,
    parent: { type: 'page_id', page_id: comment.page },
    discussion_id: comment.discussion,
    rich_text: comment.richText,
    created_by: { object: 'user', id: comment.by },
    created_time: time,
    last_edited_time: time,
    display_name: { type: comment.name === null ? 'integration' : 'user', resolved_name: comment.name ?? 'Belay' },
  } as unknown as JsonObject;
};

export const addComment = (notion: Notion, body: JsonObject, by: string): Reply => {
  const pageId = textOf(objectOf(body.parent).page_id);
  const discussion = textOf(body.discussion_id);
  const inDiscussion = found(notion.comments, (one) => one.discussion === discussion);
  const of = inDiscussion?.page ?? pageId;
  if (!notion.pages.some((one) => one.id === of)) return missing('page', of);
  const comment = {
    id: randomUUID(),
    page: of,
    discussion: inDiscussion?.discussion ?? randomUUID(),
    richText: stored(notion, null, { rich_text: body.rich_text ?? [] }).rich_text ?? [],
    by,
    name: notion.people.find((one) => one.id === by)?.name ?? null,
    at: notion.now(),
  };
  notion.comments.push(comment);
  announce(notion, 'comment.created', { id: comment.id, type: 'comment' }, by, {
    page_id: of,
    parent: { id: of, type: 'page' },
  });
  return { status: 200, body: commentJson(comment) };
};

const ofDataSource = (notion: Notion, { method, body }: Call, [id = '', part]: string[]): Reply => {
  if (id !== ids.dataSource || notion.closed) return missing('data source', id);
  if (part === 'query') return queryRows(notion, objectOf(body));
  if (method === 'PATCH') {
    for (const [name, property] of Object.entries(objectOf(objectOf(body).properties))) {
      const type = textOf(objectOf(property).type) || (Object.keys(objectOf(property))[0] ?? 'rich_text');
      notion.schema[name] = { id: name.toLowerCase().slice(0, 4), type: type as Schema[string]['type'], options: [] };
    }
  }
  return { status: 200, body: dataSourceJson(notion) };
};

const ofBlocks = (notion: Notion, { method, body }: Call, id: string): Reply => {
  const isThere = notion.pages.some((one) => one.id === id) || notion.blocks.some((one) => one.id === id);
  if (!isThere) return missing('block', id);
  if (method === 'PATCH')
    return { status: 200, body: pageList('block', addBlocks(notion, id, objectOf(body).children)) };
  const rows = notion.blocks.filter((one) => one.parent === id).map((one) => blockJson(notion, one));
  return { status: 200, body: pageList('block', rows) };
};

const ofUsers = (notion: Notion, id: string | undefined): Reply => {
  const bot = { object: 'user', id: ids.bot, type: 'bot', name: 'Belay', avatar_url: null, bot: {} };
  if (id === 'me' || id === ids.bot) return { status: 200, body: bot };
  if (id === undefined) return { status: 200, body: pageList('user', [...notion.people.map(userJson), bot]) };
  const person = found(notion.people, (one) => one.id === id);
  return person === null ? missing('user', id) : { status: 200, body: userJson(person) };
};

const comments = (notion: Notion, { method, body, query }: Call): Reply => {
  if (method === 'POST') return addComment(notion, objectOf(body), ids.bot);
  const rows = notion.comments.filter((one) => one.page === query.block_id).map(commentJson);
  return { status: 200, body: pageList('comment', rows) };
};

const answer = (notion: Notion, call: Call): Reply => {
  if (call.headers.authorization !== `Bearer ${notionToken}`)
    return notionProblem(401, 'unauthorized', 'API token is invalid.');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(call.headers['notion-version'] ?? ''))
    return notionProblem(400, 'missing_version', 'Notion-Version header should be defined.');
  const [, , room, ...rest] = call.path.split('/');
  const [id = '', part] = rest;
  switch (room) {
    case 'users':
      return ofUsers(notion, rest[0]);
    case 'databases':
      return id === ids.database && !notion.closed ? { status: 200, body: databaseJson() } : missing('database', id);
    case 'data_sources':
      return ofDataSource(notion, call, rest);
    case 'pages':
      if (id === '') return createPage(notion, objectOf(call.body));
      if (call.method === 'PATCH') return editPage(notion, id, objectOf(call.body), ids.bot);
      return notion.pages.some((one) => one.id === id) ? { status: 200, body: page(notion, id) } : missing('page', id);
    case 'blocks':
      return part === 'children' ? ofBlocks(notion, call, id) : missing('block', id);
    case 'comments':
      return comments(notion, call);
    default:
      return notionProblem(400, 'invalid_request_url', 'Invalid request URL.');
  }
};

/** Three requests a second on average, counted over a minute. */
const limits: Limit<Call>[] = [
  { about: '180 requests a minute of', most: 180, inMs: 60_000, keyOf: () => 'the integration' },
];

const answersOf = (notion: Notion): Answers => ({
  limits,
  answer: (call) => answer(notion, call),
  writes: ({ method, path }) => method !== 'GET' && !path.endsWith('/query'),
  limited: (seconds) => {
    const said = notionProblem(429, 'rate_limited', 'You have been rate limited. Please try again in a few minutes.');
    const more = { additional_data: { rate_limit_reason: 'connection' } };
    return { ...said, body: { ...(said.body as object), ...more }, headers: { 'retry-after': String(seconds) } };
  },
  failed: (status) =>
    status === 503
      ? notionProblem(503, 'service_unavailable', 'Notion is unavailable. Please try again later.')
      : notionProblem(status, 'internal_server_error', 'Unexpected error occurred.'),
  revoked: () => notionProblem(401, 'unauthorized', 'API token is invalid.'),
  refused: (problems) => notionProblem(400, 'validation_error', problems.join('; ')),
});

export type NotionOptions = { people?: NotionPerson[]; schema?: Schema; judge?: Judge; port?: number };

const usualSchema: Schema = {
  Name: { id: 'title', type: 'title', options: [] },
  Status: {
    id: 'stat',
    type: 'status',
    options: ['Needs a person', 'Claimed', 'Returned', 'Approved', 'Rejected', 'Resolved', 'Cancelled'],
  },
  Owner: { id: 'ownr', type: 'people', options: [] },
  Urgency: { id: 'urgy', type: 'select', options: ['High', 'Normal'] },
  Due: { id: 'duee', type: 'date', options: [] },
  Instructions: { id: 'inst', type: 'rich_text', options: [] },
  Link: { id: 'link', type: 'url', options: [] },
  'Escalation ID': { id: 'esid', type: 'rich_text', options: [] },
};

export const startNotion = async ({
  people = [],
  schema = usualSchema,
  judge = lenient,
  port = 0,
}: NotionOptions = {}) => {
  const notion: Notion = {
    now: Date.now,
    people,
    schema: { ...schema },
    pages: [],
    blocks: [],
    comments: [],
    closed: false,
    serial: 0,
    callbacks: createCallbacks(),
  };
  const server = await startVendorServer(answersOf(notion), judge, port);
  return {
    ...server,
    /** time as Notion sees it */
    useClock: (now: () => number): void => {
      notion.now = now;
    },
    /** the database is not shared with the integration any more */
    closeDatabase: (): void => {
      notion.closed = true;
    },
    pages: () => notion.pages.filter((one) => !one.inTrash),
    blocksOf: (id: string) => notion.blocks.filter((one) => one.parent === id),
    commentsOf: (pageId: string) => notion.comments.filter((one) => one.page === pageId),
    people: () => notion.people,
    hands: handsOf(notion, { editPage, addComment }),
    callbacks: notion.callbacks,
    /** the first delivery to a new address: it carries the key of all later ones */
    handshake: () => signedEvent({ verification_token: notionVerificationToken }),
    sign: signedEvent,
    ids,
    token: notionToken,
    verificationToken: notionVerificationToken,
  };
};
export type NotionServer = Awaited<ReturnType<typeof startNotion>>;
