/**
 * A card as the fields of a record. ServiceNow shows these as plain text, but for `[code]` in journals, which is HTML
 * there: it loses its brackets. Lengths are those of the task table.
 */
import type { JsonObject } from '@belay/protocol';
import type { AccountSigns } from '../../engine/channel-ports.ts';
import type { Card } from '../../engine/delivery/cards.ts';
import type { Room } from '../card.ts';
import { type DeskTexts, deskTexts, writtenOn } from '../desk.ts';
import { clipped, visible } from '../inert.ts';

const room: Room = { title: 110, sentence: 400, arguments: 1_200, fact: 120, facts: 6, words: 400 };
const shortMost = 160;
const descriptionMost = 4_000;

export const plain = (text: string): string => text.replace(/\[(\/?code)\]/gi, '［$1］');

const section = (label: string, lines: string[]): string[] => (lines.length === 0 ? [] : ['', label, ...lines]);

const description = (card: Card, texts: DeskTexts): string =>
  [
    texts.sentence,
    texts.until === null ? texts.who : `${texts.who} ${texts.until}`,
    ...(texts.about === null ? [] : section(texts.about, texts.arguments.split('\n'))),
    ...section(
      'What was looked at',
      texts.facts.map(({ label, value }) => `${label}: ${value}`),
    ),
    ...section('Also', texts.also.slice(0, 2)),
    ...(texts.notHere === null ? [] : ['', texts.notHere]),
    ...section(
      'Write one of these as a work note',
      texts.words.map(({ usage }) => usage),
    ),
    '',
    `${card.urlLabel}: ${card.url}`,
    ...(texts.agentWords === null
      ? []
      : section(
          texts.label,
          texts.agentWords.split('\n').map((line) => `  ${line}`),
        )),
  ].join('\n');

/** `written`: what the ref remembers; `fields`: ServiceNow's; `note`: of who ended it, for tables that ask for one. */
export const renderFor =
  (signs: AccountSigns) =>
  (card: Card): JsonObject => {
    const texts = deskTexts(card, room, signs);
    return {
      written: writtenOn(card, room),
      owner: card.heldBy?.addresses.servicenow ?? null,
      note: plain(texts.who),
      fields: {
        short_description: clipped(plain(`${texts.state}: ${texts.title}`), shortMost),
        description: clipped(plain(description(card, texts)), descriptionMost),
        due_date: card.dueAt === null ? '' : new Date(card.dueAt).toISOString().slice(0, 19).replace('T', ' '),
      },
    };
  };

export const note = (lines: string[]): string => clipped(plain(lines.map(visible).join('\n')), 8_000);
