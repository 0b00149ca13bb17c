/**
 * A card as the fields of an issue. A document of Jira (ADF) is structured: texts stand in text nodes, where nothing is
 * parsed, so that no text of others can mention, link or format. Lengths leave room below Jira's 32,767 characters.
 */
import type { JsonObject } from '@belay/protocol';
import type { AccountSigns } from '../../engine/channel-ports.ts';
import type { Card } from '../../engine/delivery/cards.ts';
import type { Room } from '../card.ts';
import { type DeskTexts, deskTexts, writtenOn } from '../desk.ts';
import { clipped, clippedText } from '../inert.ts';

const room: Room = { title: 180, sentence: 900, arguments: 8_000, fact: 250, facts: 15, words: 1_500 };
const summaryMost = 255;

type Node = JsonObject;
/** Jira refuses empty texts. */
const text = (value: string, ...marks: JsonObject[]): Node => ({
  type: 'text',
  text: value === '' ? '–' : value,
  ...(marks.length === 0 ? {} : { marks }),
});
const paragraph = (...content: Node[]): Node => ({ type: 'paragraph', content });
const strong = { type: 'strong' };
const list = (items: Node[][]): Node => ({
  type: 'bulletList',
  content: items.map((item) => ({ type: 'listItem', content: [paragraph(...item)] })),
});
const heading = (value: string): Node => ({ type: 'heading', attrs: { level: 3 }, content: [text(value)] });

const asked = (texts: DeskTexts): Node[] => [
  {
    type: 'panel',
    attrs: { panelType: 'info' },
    content: [paragraph(text(texts.state, strong), text(`: ${texts.sentence}`))],
  },
  paragraph(text(texts.until === null ? texts.who : `${texts.who} ${texts.until}`)),
];

const exactly = ({ about, arguments: args }: DeskTexts): Node[] =>
  about === null ? [] : [heading(about), { type: 'codeBlock', attrs: {}, content: [text(args)] }];

const commands = ({ words }: DeskTexts): Node[] =>
  words.length === 0
    ? []
    : [heading('Write one of these as a comment'), list(words.map(({ usage }) => [text(usage, { type: 'code' })]))];

const said = ({ agentWords, label }: DeskTexts): Node[] =>
  agentWords === null
    ? []
    : [paragraph(text(label, strong)), { type: 'blockquote', content: [paragraph(text(agentWords))] }];

export const document = (content: Node[]): JsonObject => ({ type: 'doc', version: 1, content });

const description = (card: Card, texts: DeskTexts): JsonObject =>
  document([
    ...asked(texts),
    ...exactly(texts),
    ...(texts.facts.length === 0
      ? []
      : [list(texts.facts.map(({ label, value }) => [text(label, strong), text(`: ${value}`)]))]),
    ...texts.also.map((line) => paragraph(text(line))),
    ...(texts.notHere === null ? [] : [paragraph(text(texts.notHere))]),
    ...said(texts),
    ...commands(texts),
    paragraph(text(card.urlLabel, { type: 'link', attrs: { href: card.url } })),
  ]);

/** `written`: what the ref remembers; `fields`: Jira's; `url`: of the link back; `urgency`: of a case, for a new issue. */
export const renderFor =
  (signs: AccountSigns) =>
  (card: Card): JsonObject => {
    const texts = deskTexts(card, room, signs);
    return {
      written: writtenOn(card, room),
      url: card.url,
      title: texts.title,
      urgency: card.subject.kind === 'case' ? card.urgency : null,
      assignee: card.heldBy?.addresses.jira ?? null,
      fields: {
        summary: clipped(`${texts.state}: ${texts.title}`, summaryMost),
        description: description(card, texts),
        duedate: card.dueAt === null ? null : new Date(card.dueAt).toISOString().slice(0, 10),
      },
    };
  };

/** Lines under a card, and what one person is told; `mention` is their account. */
export const comment = (lines: string[], mention: string | null = null): JsonObject =>
  document(
    lines.map((line, index) =>
      paragraph(
        ...(index === 0 && mention !== null ? [{ type: 'mention', attrs: { id: mention } }, text(' ')] : []),
        text(clippedText(line, 2_000)),
      ),
    ),
  );
