/**
 * A card as Slack blocks. Everything of others stands in `plain_text` or rich text, where Slack parses nothing; only
 * the notification text is mrkdwn, and escaped. Lengths are Slack's, and the sum stays below what it takes in practice.
 */
import type { JsonObject } from '@belay/protocol';
import type { KnownBlock, ModalView } from '@slack/web-api';
import type { AnswerLink, Form, FormField, RefusedForm } from '../../engine/channel-ports.ts';
import { type Card, type CardButton, subjectKey } from '../../engine/delivery/cards.ts';
import { agentWordsLabel, type CardTexts, cardTexts, type Room } from '../card.ts';
import { clipped, clippedLine, clippedText, mrkdwn, pieces } from '../inert.ts';
import { actionPrefix, formCallback } from './parse.ts';

const room: Room = { title: 120, sentence: 500, arguments: 2_000, fact: 140, facts: 10, words: 900 };
const buttonMax = 75;
const alsoMost = 3;

type Plain = { type: 'plain_text'; text: string; emoji: false };
/** Slack refuses empty texts. */
const plain = (text: string): Plain => ({ type: 'plain_text', text: text === '' ? '–' : text, emoji: false });

const section = (text: string): KnownBlock => ({ type: 'section', text: plain(text) });

const boxed = (label: string, text: string, box: 'rich_text_preformatted' | 'rich_text_quote'): KnownBlock => ({
  type: 'rich_text',
  elements: [
    { type: 'rich_text_section', elements: [{ type: 'text', text: label, style: { bold: true } }] },
    { type: box, elements: [{ type: 'text', text: text === '' ? '–' : text }] },
  ],
});

const styles: Partial<Record<CardButton['action'], 'primary' | 'danger'>> = {
  takeOver: 'primary',
  approve: 'primary',
  resolve: 'danger',
};

const button = (card: Card, { action, label, confirm }: CardButton) => {
  const { subject, revision, step } = card;
  const style = styles[action];
  return {
    type: 'button' as const,
    action_id: `${actionPrefix}${action}`,
    text: plain(clipped(label, buttonMax)),
    value: JSON.stringify({ subject: subjectKey(subject), revision, digest: step?.digest ?? null }),
    ...(style === undefined ? {} : { style }),
    ...(confirm === null
      ? {}
      : {
          confirm: {
            title: plain(clipped(`${label}?`, 100)),
            text: plain(clipped(`${clippedLine(card.title, 200)}. ${confirm}`, 300)),
            confirm: plain(clipped(label, 30)),
            deny: plain('Not now'),
          },
        }),
  };
};

const linkButton = (card: Card) => ({
  type: 'button' as const,
  action_id: 'open',
  text: plain(card.urlLabel),
  url: card.url,
});

const exactly = (texts: CardTexts): KnownBlock[] =>
  texts.about === null ? [] : [boxed(texts.about, texts.arguments, 'rich_text_preformatted')];

const factFields = ({ facts }: CardTexts): KnownBlock[] =>
  facts.length === 0 ? [] : [{ type: 'section', fields: facts.map(({ label, value }) => plain(`${label}\n${value}`)) }];

/** Card in order of need: what, why, who and until when; then exactly what; then the agent's words; then the buttons. */
const blocksOf = (card: Card, texts: CardTexts): KnownBlock[] => {
  const asked = [texts.who, texts.until].filter((line) => line !== null).join('\n');
  const also = texts.also.slice(0, alsoMost);
  return [
    { type: 'header', text: plain(clipped(`${texts.state}: ${texts.title}`, 150)) },
    section(texts.sentence),
    section(asked),
    ...exactly(texts),
    ...factFields(texts),
    ...(also.length === 0 ? [] : [{ type: 'context' as const, elements: also.map(plain) }]),
    ...(texts.notHere === null ? [] : [section(texts.notHere)]),
    ...(texts.agentWords === null ? [] : [boxed(agentWordsLabel, texts.agentWords, 'rich_text_quote')]),
    { type: 'actions', elements: [...texts.buttons.map((one) => button(card, one)), linkButton(card)] },
  ];
};

/** What the phone shows and a screen reader says. */
const notification = (texts: CardTexts): string =>
  mrkdwn(clipped(`${texts.state}: ${texts.title}. ${texts.sentence} ${texts.who}`, 1_500));

export const render = (card: Card): JsonObject => {
  const texts = cardTexts(card, room);
  const { subject, revision } = card;
  return {
    text: notification(texts),
    blocks: blocksOf(card, texts),
    metadata: { event_type: 'belay_card', event_payload: { subject: subjectKey(subject), revision } },
  } as unknown as JsonObject;
};

/** A text of up to 11,600 characters in as many blocks as it needs. */
const sections = (text: string): KnownBlock[] =>
  text === '' ? [section('')] : pieces(clippedText(text, 11_600), 2_900).map(section);

/** Lines under a card, and answers to one person. */
export const said = (text: string): { text: string; blocks: KnownBlock[] } => ({
  text: mrkdwn(clippedText(text, 1_500)),
  blocks: sections(text),
});

/** The link stands in a button: in texts of ours Slack makes none. */
export const withLink = (text: string, { label, url, note }: AnswerLink): ReturnType<typeof said> => {
  const { text: told, blocks } = said(text);
  const button = { type: 'button' as const, action_id: 'open', style: 'primary' as const, text: plain(label), url };
  return { text: told, blocks: [...blocks, section(note), { type: 'actions', elements: [button] }] };
};

export const preview = (card: Card): KnownBlock[] => {
  const texts = cardTexts({ ...card, step: null, facts: [], agentWords: null, buttons: [] }, room);
  return [section(`${texts.state}: ${texts.title}`), section(`${texts.sentence}\n${texts.who}`)];
};

const listed = (card: Card): KnownBlock[] => {
  const texts = cardTexts(card, { ...room, sentence: 200 });
  return [
    section(`${texts.title}\n${texts.sentence}\n${texts.until ?? texts.who}`),
    {
      type: 'actions',
      elements: [
        ...texts.buttons.filter((one) => !one.needsArguments).map((one) => button(card, one)),
        linkButton(card),
      ],
    },
  ];
};

/** At most 50 blocks in a message: 15 cards of two blocks and a line of their own. */
export const list = (title: string, cards: Card[]): KnownBlock[] => [
  { type: 'header', text: plain(clippedLine(title, 150)) },
  ...(cards.length === 0 ? [section('Nothing waits for you.')] : cards.slice(0, 15).flatMap(listed)),
];

/** Characters that an input takes. */
const inputMax = 3_000;

const field = ({ name, label, kind, required, max, initial, hint }: FormField): KnownBlock => {
  const shared = {
    type: 'input' as const,
    block_id: name,
    label: plain(clippedLine(label, 2_000)),
    optional: !required,
    ...(hint === null ? {} : { hint: plain(clipped(hint, 2_000)) }),
  };
  if (kind === 'check') {
    const options = [{ text: plain(clippedLine(label, 75)), value: 'yes' }];
    const ticked = initial === 'true' ? { initial_options: options } : {};
    return {
      ...shared,
      label: plain('Permission'),
      element: { type: 'checkboxes', action_id: 'value', options, ...ticked },
    };
  }
  return {
    ...shared,
    element: {
      type: 'plain_text_input',
      action_id: 'value',
      multiline: kind === 'text',
      max_length: Math.min(max, inputMax),
      ...(initial === null ? {} : { initial_value: clipped(initial, Math.min(max, inputMax)) }),
    },
  };
};

export const form = (asked: Form, channel: string): ModalView => ({
  type: 'modal',
  callback_id: formCallback,
  title: plain(clipped(asked.title, 24)),
  submit: plain(clipped(asked.submit, 24)),
  close: plain('Cancel'),
  private_metadata: JSON.stringify({
    action: asked.action,
    subject: subjectKey(asked.subject),
    revision: asked.revision,
    digest: asked.digest,
    channel,
  }),
  blocks: [boxed('About', clippedText(asked.about, 2_500), 'rich_text_preformatted'), ...asked.fields.map(field)],
});

/** In the place of a form that was sent: why it did not count, and what was typed. */
export const refused = (why: string, { form: asked, typed }: RefusedForm, channel: string): ModalView => {
  const told = section(clippedText(why, 2_900));
  if (asked !== null) {
    const again = form(asked, channel);
    return { ...again, blocks: [told, ...again.blocks] };
  }
  return {
    type: 'modal',
    title: plain('Nothing was changed'),
    close: plain('Close'),
    blocks: [
      told,
      ...typed.map(({ label, text }) =>
        boxed(`You typed: ${clippedLine(label, 200)}`, clippedText(text, 3_000), 'rich_text_preformatted'),
      ),
    ],
  };
};
