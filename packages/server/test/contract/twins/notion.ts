/** People who work in the local Notion, as the contract needs them. */
import type { Json, JsonObject } from '@belay/protocol';
import type { NotionValues } from '../../../src/channels/notion/index.ts';
import { createNotionClient } from '../../../src/channels/notion/send.ts';
import { makeProperties } from '../../../src/channels/notion/set-up.ts';
import { type NotionServer, startNotion } from '../../../src/demo/vendors/notion.ts';
import { readText } from '../../../src/demo/vendors/notion-values.ts';
import { objectOf, textOf } from '../../../src/demo/vendors/vendor-server.ts';
import { activeInRichText, notionJudge } from '../../vendors/notion-rules.ts';
import type { Twin, TwinCard } from '../twin.ts';
import { deskTwin, offeredIn } from './desk.ts';

const uuid = (last: number): string => `11111111-1111-4111-8111-${String(last).padStart(12, '0')}`;
const names = ['Amélie Laurent', 'Bruno Ferrari', 'Chidi Okafor', 'Dana Novak', 'Emre Yilmaz'];
export const notionAddresses: Record<string, string> = Object.fromEntries(
  ['amelie', 'bruno', 'chidi', 'dana', 'emre'].map((id, index) => [id, uuid(index + 1)]),
);
export const notionStranger = uuid(9);

const isMention = (part: Json): boolean => objectOf(part).type === 'mention';
const partsOf = (rich: Json): Json[] => (Array.isArray(rich) ? rich : []);
const mentioned = (rich: Json): string =>
  partsOf(rich)
    .map((part) => textOf(objectOf(objectOf(objectOf(part).mention).user).id))
    .find((id) => id !== '') ?? '';

const seen = (notion: NotionServer, id: string, writes: number): TwinCard => {
  const read = (name: string): string => notion.hands.read(id, name);
  const blocks = notion.blocksOf(id);
  const text = [
    ...['Name', 'Status', 'Owner', 'Now', 'Due', 'Instructions'].map(read),
    ...blocks.map((block) => readText(block.content.rich_text)),
  ].join('\n');
  const ours = notion.commentsOf(id).filter((one) => one.by === notion.ids.bot);
  // Blocks are kept as they were sent: their text is the content.
  const written = blocks.map((block) =>
    partsOf(block.content.rich_text ?? [])
      .map((part) => textOf(objectOf(objectOf(part).text).content))
      .join(''),
  );
  return {
    id,
    where: notion.ids.dataSource,
    text: `${text}\n${written.join('\n')}`,
    actions: offeredIn(read('Now')),
    lines: ours
      .filter((one) => !partsOf(one.richText).some(isMention))
      .flatMap((one) => readText(one.richText).split('\n')),
    writes,
    active: [...blocks.map((block) => block.content), ...ours.map((one) => one.richText)].flatMap(activeInRichText),
  };
};

const event = (notion: NotionServer, pageId: string, at: number): JsonObject => ({
  id: `${pageId}-${at}-${Math.random()}`,
  timestamp: new Date(at).toISOString(),
  workspace_id: notion.ids.workspace,
  type: 'page.properties_updated',
  entity: { id: pageId, type: 'page' },
  data: { parent: { id: notion.ids.database, type: 'database' } },
});

export const startNotionTwin = async (): Promise<{ twin: Twin; notion: NotionServer }> => {
  const people = [
    ...names.map((name, index) => ({ id: uuid(index + 1), name, email: `${index}@example.com` })),
    { id: notionStranger, name: 'A Stranger', email: 'stranger@example.com' },
  ];
  const notion = await startNotion({ judge: notionJudge, people });
  const twin = deskTwin({
    ...notion,
    route: 'notion',
    signature: 'x-notion-signature',
    cards: () => notion.pages().map((page) => seen(notion, page.id, page.writes)),
    comment: (by, id, text) => notion.hands.comment(by, id, text),
    announce: (id, at, secret) => notion.sign(event(notion, id, at), secret),
    told: (by) =>
      notion
        .pages()
        .flatMap((page) => notion.commentsOf(page.id))
        .filter((one) => one.by === notion.ids.bot && mentioned(one.richText) === by)
        .toSorted((a, b) => a.at - b.at)
        .map((one) => readText(one.richText)),
    closeRoom: () => notion.closeDatabase(),
    remove: (id) => notion.hands.remove(id),
  });
  return { twin, notion };
};

export const notionValues = (notion: NotionServer): NotionValues => ({
  token: notion.token,
  dataSource: notion.ids.dataSource,
  verificationToken: notion.verificationToken,
  armedUntil: '',
  statuses: '',
  signs: 'low',
  apiUrl: notion.origin,
});

/** What the guided set-up does: the data source gets the properties that rows need. */
export const setUp = (notion: NotionServer): Promise<string[]> =>
  makeProperties(createNotionClient(notion.token, notion.origin), notion.ids.dataSource);
