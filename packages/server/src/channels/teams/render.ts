/**
 * A card as Adaptive Card 1.5. Everything of others stands in a TextRun, where Teams parses nothing; only messages and
 * notifications are Markdown, and escaped. The whole stays below 28 KB, which every part of Teams takes.
 */
import type { JsonObject } from '@belay/protocol';
import type { AnswerLink, Form, FormField, Place, RefusedForm } from '../../engine/channel-ports.ts';
import { type Card, type CardButton, subjectKey } from '../../engine/delivery/cards.ts';
import { agentWordsLabel, type CardTexts, cardTexts, type Room } from '../card.ts';
import { clipped, clippedLine, clippedText, markdown } from '../inert.ts';
import { refreshVerb, verbPrefix } from './parse.ts';

const room: Room = { title: 120, sentence: 400, arguments: 1_800, fact: 120, facts: 8, words: 600 };
const alsoMost = 3;
/** Lines that each get a block of their own; what is more follows in one. */
const linesMost = 24;
/** Teams shows six in a row; the last is the link. */
const actionsMost = 5;
/** Teams refreshes a card by itself for so many people at most, once they have to be named. */
export const refreshMost = 60;
const cardType = 'application/vnd.microsoft.card.adaptive';

type Element = JsonObject;
type Style = { weight?: 'Bolder'; size?: 'Large'; isSubtle?: true; fontType?: 'Monospace'; color?: 'Attention' };

/** Teams refuses empty texts. */
const run = (text: string, style: Style = {}): Element => ({
  type: 'TextRun',
  text: text === '' ? '–' : text,
  ...style,
});
const line = (text: string, style: Style = {}): Element => ({ type: 'RichTextBlock', inlines: [run(text, style)] });

const lines = (text: string, style: Style = {}): Element[] => {
  const all = text.split('\n');
  const rest = all.slice(linesMost).join(' ⏎ ');
  return [...all.slice(0, linesMost), ...(rest === '' ? [] : [rest])].map((one) => line(one, style));
};

const boxed = (label: string, items: Element[]): Element => ({
  type: 'Container',
  style: 'emphasis',
  items: [line(label, { weight: 'Bolder' }), ...items],
});

const carried = (card: Pick<Card, 'subject' | 'revision' | 'step'>, action: string): JsonObject => ({
  belay: { action, subject: subjectKey(card.subject), revision: card.revision, digest: card.step?.digest ?? null },
});

const asksForWords = new Set<CardButton['action']>(['return', 'edit', 'decline', 'resolve', 'reject']);
const styles: Partial<Record<CardButton['action'], string>> = {
  takeOver: 'positive',
  approve: 'positive',
  resolve: 'destructive',
};

/** A button that decides, or one that opens a dialog first. */
const decides = (card: Card, { action, label }: CardButton): Element => {
  const title = clipped(label, 60);
  const style = styles[action];
  const shared = { title, id: `${verbPrefix}${action}`, ...(style === undefined ? {} : { style }) };
  const submits = {
    type: 'Action.Submit',
    ...shared,
    data: { msteams: { type: 'task/fetch' }, ...carried(card, action) },
  };
  if (asksForWords.has(action)) return submits;
  // A client that does not know Execute sends the same press as a request for a dialog, and tells the answer in one.
  const verb = `${verbPrefix}${action}`;
  return { type: 'Action.Execute', verb, ...shared, data: carried(card, action), fallback: submits };
};

const confirmId = ({ action }: CardButton): string => `confirm-${action}`;

/** The second step of what cannot be taken back: the button only opens it. */
const confirmation = (card: Card, button: CardButton): Element => ({
  type: 'Container',
  id: confirmId(button),
  isVisible: false,
  style: 'attention',
  items: [line(button.confirm ?? ''), { type: 'ActionSet', actions: [decides(card, button)] }],
});

const buttonOf = (card: Card, button: CardButton): Element =>
  button.confirm === null
    ? decides(card, button)
    : { type: 'Action.ToggleVisibility', title: clipped(`${button.label} …`, 60), targetElements: [confirmId(button)] };

const open = (card: Card): Element => ({ type: 'Action.OpenUrl', title: card.urlLabel, url: card.url });

const fact = ({ label, value }: CardTexts['facts'][number]): Element => ({
  type: 'RichTextBlock',
  inlines: [run(`${label}: `, { weight: 'Bolder' }), run(value)],
});

/** In order of need: what, why, who and until when; then exactly what; then the agent's words. */
const bodyOf = (card: Card, texts: CardTexts): Element[] => [
  line(`${texts.state}: ${texts.title}`, { weight: 'Bolder', size: 'Large' }),
  line(texts.sentence),
  line(texts.who, { weight: 'Bolder' }),
  ...(texts.until === null ? [] : [line(texts.until)]),
  ...(texts.about === null ? [] : [boxed(texts.about, lines(texts.arguments, { fontType: 'Monospace' }))]),
  ...texts.facts.map(fact),
  ...texts.also.slice(0, alsoMost).map((one) => line(one, { isSubtle: true })),
  ...(texts.notHere === null ? [] : [line(texts.notHere, { weight: 'Bolder' })]),
  ...(texts.agentWords === null ? [] : [boxed(agentWordsLabel, lines(texts.agentWords))]),
  ...texts.buttons.filter(({ confirm }) => confirm !== null).map((button) => confirmation(card, button)),
  ...(texts.buttons.length <= actionsMost
    ? []
    : [{ type: 'ActionSet', actions: texts.buttons.slice(actionsMost).map((button) => buttonOf(card, button)) }]),
];

const adaptive = (body: Element[], actions: Element[]): Element => ({
  type: 'AdaptiveCard',
  version: '1.5',
  body,
  actions,
});

/** In one breath, as Markdown. */
const inShort = ({ state, title, sentence, who }: CardTexts): string =>
  markdown(clipped(`${state}: ${title}. ${sentence} ${who}`, 600));

/** The card alone; whoever looks at it is shown what is true then. `userIds`: for these by itself, where they are named. */
export const adaptiveCard = (card: Card, userIds: readonly string[] = []): Element => {
  const texts = cardTexts(card, room);
  const actions = [...texts.buttons.slice(0, actionsMost).map((button) => buttonOf(card, button)), open(card)];
  const refresh = {
    action: { type: 'Action.Execute', title: 'Refresh', verb: refreshVerb, data: carried(card, 'refresh') },
    ...(userIds.length === 0 ? {} : { userIds: [...userIds] }),
  };
  return {
    ...adaptive(bodyOf(card, texts), actions),
    // All that a client shows which does not know this version of cards.
    fallbackText: `${inShort(texts)} [${card.urlLabel}](${card.url})`,
    ...(card.settled ? {} : { refresh }),
    msteams: { width: 'Full' },
  };
};

const attached = (content: Element): Element => ({ contentType: cardType, content });

/** By their directory ids, which `roster.ts` makes those of the conversation. A chat has nobody to be named. */
const concernedIn = ({ concerned }: Card, { kind }: Place): string[] => {
  const ids = kind === 'person' ? [] : concerned.flatMap(({ addresses }) => addresses.teams ?? []);
  return [...new Set(ids)].slice(0, refreshMost);
};

/** The message with its card; `summary` is what a notification shows. */
export const render = (card: Card, place: Place): JsonObject => {
  const summary = inShort(cardTexts(card, room));
  return { type: 'message', summary, attachments: [attached(adaptiveCard(card, concernedIn(card, place)))] };
};

/** Lines under a card, and notices. */
export const said = (text: string): JsonObject => ({
  type: 'message',
  textFormat: 'markdown',
  text: clippedText(text, 6_000).split('\n').map(markdown).join('\n\n'),
});

/** A text with a link of ours, as a card. */
export const withLink = (text: string, { label, url, note }: AnswerLink): JsonObject =>
  adaptive(
    [...lines(clippedText(text, 2_000)), ...lines(note)],
    [{ type: 'Action.OpenUrl', title: clipped(label, 60), url }],
  );

/** The same in a dialog. */
export const noticeDialog = (title: string, card: JsonObject): JsonObject => ({
  task: {
    type: 'continue',
    value: { title: clipped(title, 60), width: 'medium', height: 'small', card: attached(card) },
  },
});

/** The same as a message. */
export const saidWithLink = (text: string, { label, url, note }: AnswerLink): JsonObject => {
  const message = said(`${text}\n${note}`);
  return { ...message, text: `${message.text}\n\n[${label}](${url})` };
};

const listed = (card: Card): Element => {
  const texts = cardTexts({ ...card, step: null, facts: [], agentWords: null }, { ...room, sentence: 200 });
  return {
    type: 'Container',
    separator: true,
    items: [
      line(texts.title, { weight: 'Bolder' }),
      line(texts.sentence),
      line(texts.until ?? texts.who),
      {
        type: 'ActionSet',
        actions: [
          ...texts.buttons
            .filter(({ confirm, needsArguments }) => confirm === null && !needsArguments)
            .map((one) => decides(card, one)),
          open(card),
        ],
      },
    ],
  };
};

const listedMost = 8;

/** What is mine. */
export const list = (title: string, cards: Card[]): JsonObject => {
  const rows = cards.length === 0 ? [line('Nothing waits for you.')] : cards.slice(0, listedMost).map(listed);
  const head = line(clippedLine(title, 150), { weight: 'Bolder', size: 'Large' });
  return { type: 'message', attachments: [attached(adaptive([head, ...rows], []))] };
};

export const preview = (card: Card): JsonObject => {
  const texts = cardTexts({ ...card, step: null, facts: [], agentWords: null, buttons: [] }, room);
  const title = `${texts.state}: ${texts.title}`;
  const body = [line(title, { weight: 'Bolder' }), line(texts.sentence), line(texts.who)];
  const thumbnail = {
    contentType: 'application/vnd.microsoft.card.thumbnail',
    content: { title: clipped(title, 150) },
  };
  return { ...attached(adaptive(body, [open(card)])), preview: thumbnail };
};

/** Characters that an input takes. */
const inputMax = 3_000;

const input = ({ name, label, kind, required, max, initial, hint }: FormField): Element => {
  const said = clippedLine(label, 200);
  if (kind === 'check')
    return {
      type: 'Input.Toggle',
      id: name,
      title: said,
      valueOn: 'true',
      valueOff: 'false',
      value: initial ?? 'false',
    };
  return {
    type: 'Input.Text',
    id: name,
    label: said,
    isMultiline: kind === 'text',
    maxLength: Math.min(max, inputMax),
    isRequired: required,
    ...(required ? { errorMessage: 'Needed.' } : {}),
    ...(hint === null ? {} : { placeholder: clippedLine(hint, 200) }),
    ...(initial === null ? {} : { value: clipped(initial, Math.min(max, inputMax)) }),
  };
};

const task = (title: string, card: JsonObject): JsonObject => ({
  task: {
    type: 'continue',
    value: { title: clipped(title, 60), width: 'medium', height: 'medium', card: attached(card) },
  },
});

const warning = (text: string): Element[] => lines(clippedText(text, 1_000), { color: 'Attention' });

/**
 * The dialog for a button that needs words: what it is about, exactly, above its fields. `why`: what is told first;
 * `wrong`: what is told under a field.
 */
export const dialog = (
  { action, subject, revision, digest, title, about, fields, submit }: Form,
  { why, wrong }: { why: string | null; wrong: Record<string, string> } = { why: null, wrong: {} },
): JsonObject => {
  const checks = fields.filter(({ kind }) => kind === 'check').map(({ name }) => name);
  const data = { belay: { action, subject: subjectKey(subject), revision, digest, checks } };
  const body = [
    ...(why === null ? [] : warning(why)),
    boxed('About', lines(clippedText(about, 2_500), { fontType: 'Monospace' })),
    ...fields.flatMap((field) => [
      input(field),
      ...(wrong[field.name] === undefined ? [] : warning(wrong[field.name] ?? '')),
    ]),
  ];
  return task(title, adaptive(body, [{ type: 'Action.Submit', title: clipped(submit, 60), data }]));
};

/** In the place of a dialog that was sent: why it did not count, and what was typed. */
export const refusedDialog = (why: string, { form, wrong, typed }: RefusedForm): JsonObject => {
  if (form !== null) return dialog(form, { why: Object.keys(wrong).length === 0 ? why : null, wrong });
  const boxes = typed.map(({ label, text }) =>
    boxed(`You typed: ${clippedLine(label, 200)}`, lines(clippedText(text, 3_000))),
  );
  return task('Nothing was changed', adaptive([...warning(why), ...boxes], []));
};
