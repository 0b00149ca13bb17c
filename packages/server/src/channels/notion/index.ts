/**
 * Notion: a row for each case and approval in the data source that the control names. Its properties say what is true
 * now; people write comments, set the status or make themselves the owner, and Belay reads back who did.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { Client } from '@notionhq/client';
import type { Answer, Ask, CardRef, Channel, Delivery, Place } from '../../engine/channel-ports.ts';
import { type Subject, subjectKey } from '../../engine/delivery/cards.ts';
import type { Rate } from '../../engine/delivery/pace.ts';
import { defineChannel, type Setting, unreadable } from '../channel.ts';
import { actsOf, refOf, type Statuses, signsFrom, signsSetting, statusesFrom } from '../desk.ts';
import { delivered } from '../outcome.ts';
import { textAt } from '../untrusted.ts';
import { guide } from './guide.ts';
import { parse, verify } from './parse.ts';
import { changedSince, deedsOn, type PageRef } from './read.ts';
import { comment, renderFor } from './render.ts';
import { createNotionClient, outcomeOf, reading } from './send.ts';
import { makeProperties } from './set-up.ts';

const defaults: Statuses = {
  open: 'Needs a person',
  claimed: 'Claimed',
  returned: 'Returned',
  resolved: 'Resolved',
  cancelled: 'Cancelled',
  waiting: 'Needs a person',
  approved: 'Approved',
  used: 'Approved',
  rejected: 'Rejected',
  expired: 'Cancelled',
  void: 'Cancelled',
};

const settings = {
  token: { env: 'BELAY_NOTION_TOKEN', about: 'ntn_…, of the integration' },
  dataSource: { env: 'BELAY_NOTION_DATA_SOURCE', about: 'id of the data source that is polled' },
  verificationToken: {
    env: 'BELAY_NOTION_VERIFICATION_TOKEN',
    about: 'the key of the webhooks; without it Belay only polls',
    fallback: '',
  },
  armedUntil: {
    env: 'BELAY_NOTION_ARMED_UNTIL',
    about: 'until when the handshake of Notion is taken: 2026-11-28T15:00:00Z',
    fallback: '',
  },
  statuses: { env: 'BELAY_NOTION_STATUSES', about: 'options of Status: "open=Needs a person"', fallback: '' },
  signs: signsSetting('NOTION'),
  apiUrl: {
    env: 'BELAY_NOTION_API_URL',
    about: 'another address of the API',
    fallback: 'https://api.notion.com',
    isUrl: true,
  },
} satisfies Record<string, Setting>;
export type NotionValues = { [Name in keyof typeof settings]: string };

const workspace = 'notion';
const pollEveryMs = 60_000;
/** Times of edits are rounded down to their minute. */
const overlapMs = 150_000;

/** Three requests a second on average, counted over a minute; polling and people come on top. */
const rates: readonly Rate[] = [
  { per: 'channel', atOnce: 8, everyMs: 450, costs: { post: 1, update: 5, addLines: 1 } },
];

type Payload = { written: JsonObject; properties: JsonObject; children: JsonObject[] };
type Desk = { client: Client; statuses: Statuses };

const attempt = async (on: 'source' | 'page', work: () => Promise<Delivery>): Promise<Delivery> => {
  try {
    return await work();
  } catch (error) {
    return outcomeOf(error, on);
  }
};

const idProperty = (subject: Subject): JsonObject => ({
  'Escalation ID': { rich_text: [{ type: 'text', text: { content: subjectKey(subject) } }] },
});

const post = async ({ client }: Desk, { address }: Place, payload: JsonObject, subject: Subject): Promise<Delivery> => {
  const { properties, children, written } = payload as Payload;
  const page = await client.pages.create({
    parent: { type: 'data_source_id', data_source_id: address },
    properties: { ...properties, ...idProperty(subject) },
    children,
  } as unknown as Parameters<Client['pages']['create']>[0]);
  return delivered(refOf({ id: page.id }, written));
};

const update = async ({ client }: Desk, ref: CardRef, payload: JsonObject): Promise<Delivery> => {
  const { properties, written } = payload as Payload;
  await client.pages.update({ page_id: ref.id, properties } as unknown as Parameters<Client['pages']['update']>[0]);
  return delivered(refOf({ id: ref.id }, written));
};

const say = async ({ client }: Desk, page: string, rich: JsonObject[]): Promise<void> => {
  await client.comments.create({ parent: { page_id: page }, rich_text: rich } as unknown as Parameters<
    Client['comments']['create']
  >[0]);
};

const find = async ({ client }: Desk, { address }: Place, subject: Subject): Promise<CardRef | null> => {
  const { results } = await client.dataSources.query({
    data_source_id: address,
    filter: { property: 'Escalation ID', rich_text: { equals: subjectKey(subject) } },
    page_size: 1,
  });
  // What stands on it is not known, so nothing done on it counts before it is written again.
  const written = { subject: subjectKey(subject), revision: -1, digest: null, state: 'open', owner: null };
  return results[0] === undefined ? null : refOf({ id: results[0].id }, written);
};

/** Notion has no message to one person: a comment that mentions them. */
const tellPresser = async (desk: Desk, { replyTo }: Ask, answer: Answer): Promise<null> => {
  if (answer.kind === 'said') await say(desk, textAt(replyTo, 'ref'), comment(answer.text, textAt(replyTo, 'by')));
  return null;
};

const instantOf = (text: string): number | null => {
  if (text === '') return null;
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw unreadable(settings.armedUntil, text, 'an instant: 2026-11-28T15:00:00Z');
  return instant;
};

export const createNotion = (values: NotionValues): Channel => {
  const client = createNotionClient(values.token, values.apiUrl);
  const statuses = statusesFrom(settings.statuses, values.statuses, defaults);
  const accountSigns = signsFrom(settings.signs, values.signs);
  let account: Promise<string> | null = null;
  const self = (): Promise<string> => {
    account ??= client.users.me({}).then(
      ({ id }) => id,
      (error: unknown) => {
        account = null;
        throw error;
      },
    );
    return account;
  };
  const desk: Desk = { client, statuses };
  const trust = {
    secrets: [values.verificationToken].filter((secret) => secret !== ''),
    armedUntil: instantOf(values.armedUntil),
  };
  return {
    name: 'notion',
    title: 'Notion',
    rates,
    render: renderFor(statuses, accountSigns),
    post: (place, payload, subject) => attempt('source', () => post(desk, place, payload, subject)),
    update: (ref, payload) => attempt('page', () => update(desk, ref, payload)),
    addLines: (ref, lines) =>
      attempt('page', async () => {
        await say(desk, ref.id, comment(lines.join('\n')));
        return delivered(ref);
      }),
    find: (place, subject) => find(desk, place, subject),
    check: () =>
      attempt('source', async () => {
        account = null;
        await self();
        return delivered({ id: workspace });
      }),
    emailOf: async (address) => {
      const user = await client.users.retrieve({ user_id: address });
      return textAt(user as unknown as Json, 'person', 'email') || null;
    },
    workspaces: [workspace],
    verify: (raw, now) => verify(trust, raw, now),
    parse,
    answer: (ask, answer) => tellPresser(desk, ask, answer),
    answersInPublic: true,
    answersInline: false,
    accountSigns,
    readBack: (ref) =>
      reading(async () =>
        actsOf(ref as PageRef, await deedsOn(client, ref as PageRef, statuses, await self()), { workspace, statuses }),
      ),
    pollEveryMs,
    poll: (cursor, now) =>
      reading(async () => {
        const since = (typeof cursor === 'number' ? cursor : now) - overlapMs;
        return { changed: await changedSince(client, values.dataSource, since), cursor: now };
      }),
  };
};

export const notion = defineChannel({
  name: 'notion',
  title: 'Notion',
  settings,
  guide,
  prepare: ({ token, apiUrl, dataSource }) => makeProperties(createNotionClient(token, apiUrl), dataSource),
  create: createNotion,
});
