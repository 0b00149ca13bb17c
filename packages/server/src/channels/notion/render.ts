/**
 * A card as a row: its properties say what is true now, the page below holds what was asked for and does not change.
 * Everything is rich text without annotations, where Notion parses nothing. At most 15 blocks: small workspaces count them.
 */
import type { JsonObject } from '@belay/protocol';
import type { AccountSigns } from '../../engine/channel-ports.ts';
import type { Card } from '../../engine/delivery/cards.ts';
import type { Room } from '../card.ts';
import { type DeskTexts, deskTexts, type Statuses, writtenOn } from '../desk.ts';
import { clipped, clippedText, pieces } from '../inert.ts';

const room: Room = { title: 200, sentence: 600, arguments: 7_600, fact: 250, facts: 8, words: 1_500 };
const pieceMost = 1_900;
const urgentFrom = 50;

/** Notion takes 2,000 characters at a time. */
export const rich = (text: string): JsonObject[] =>
  pieces(text, pieceMost).map((content) => ({ type: 'text', text: { content } }));

const block = (type: string, text: string, more: JsonObject = {}): JsonObject => ({
  object: 'block',
  type,
  [type]: { rich_text: rich(text === '' ? '–' : text), ...more },
});

const body = (card: Card, texts: DeskTexts): JsonObject[] => [
  block('callout', texts.sentence),
  ...(texts.about === null
    ? []
    : [block('heading_3', texts.about), block('code', texts.arguments, { language: 'plain text' })]),
  ...texts.facts.map(({ label, value }) => block('bulleted_list_item', `${label}: ${value}`)),
  ...texts.also.slice(0, 1).map((line) => block('paragraph', line)),
  ...(texts.agentWords === null ? [] : [block('paragraph', texts.label), block('quote', texts.agentWords)]),
  block('paragraph', `${card.urlLabel}: ${card.url}`),
];

const now = (texts: DeskTexts): string =>
  [
    `${texts.state}. ${texts.who}${texts.until === null ? '' : ` ${texts.until}`}`,
    ...(texts.notHere === null ? [] : [texts.notHere]),
    ...(texts.words.length === 0 ? [] : ['Write one of these as a comment:', ...texts.words.map(({ usage }) => usage)]),
  ].join('\n');

/** `properties` of the row, `children` of the page when it is made, `written`: what the ref remembers. */
export const renderFor =
  (statuses: Statuses, signs: AccountSigns) =>
  (card: Card): JsonObject => {
    const texts = deskTexts(card, room, signs);
    const owner = card.heldBy?.addresses.notion;
    return {
      written: { ...writtenOn(card, room), owner: owner ?? null },
      properties: {
        Name: { title: rich(clipped(texts.title === '' ? '–' : texts.title, 200)) },
        Status: { status: { name: statuses[card.state] } },
        Owner: { people: owner === undefined ? [] : [{ id: owner }] },
        Urgency: { select: { name: card.urgency >= urgentFrom ? 'High' : 'Normal' } },
        // With its offset and without a zone Notion shows it to each reader in their own time.
        Due: { date: card.dueAt === null ? null : { start: new Date(card.dueAt).toISOString() } },
        Now: { rich_text: rich(clipped(now(texts), 5_000)) },
        Link: { url: card.url },
      },
      children: body(card, texts),
    };
  };

export const comment = (text: string, mention: string | null = null): JsonObject[] => [
  ...(mention === null
    ? []
    : [
        { type: 'mention', mention: { user: { id: mention } } },
        { type: 'text', text: { content: ' ' } },
      ]),
  ...rich(clippedText(text, 5_000)),
];

/** The properties that a data source needs, as its API describes them; Status has to be made by hand. */
export const neededProperties: JsonObject = {
  Owner: { type: 'people', people: {} },
  Urgency: { type: 'select', select: { options: [{ name: 'High' }, { name: 'Normal' }] } },
  Due: { type: 'date', date: {} },
  Now: { type: 'rich_text', rich_text: {} },
  Instructions: { type: 'rich_text', rich_text: {} },
  Link: { type: 'url', url: {} },
  'Escalation ID': { type: 'rich_text', rich_text: {} },
};
