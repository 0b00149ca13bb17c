/**
 * Mail: a card as a letter, what happens to it as answers to that letter. It only tells: nobody's name on a mail proves
 * who wrote it, so nothing is taken in, and a link shows the inbox and never decides.
 */
import { digestOf, type JsonObject } from '@belay/protocol';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { CardRef, Channel, Delivery, Place } from '../../engine/channel-ports.ts';
import { type Card, type Subject, subjectKey } from '../../engine/delivery/cards.ts';
import { agentWordsLabel, cardTexts, type Room } from '../card.ts';
import { ChannelProblem, defineChannel, type SettingValues, unreadable } from '../channel.ts';
import { clipped, clippedLine, defanged, html, visible } from '../inert.ts';
import { delivered } from '../outcome.ts';
import { guide } from './guide.ts';
import { outcomeOf } from './outcome.ts';

const settings = {
  server: { env: 'BELAY_EMAIL_SERVER', about: 'smtps://user:password@mail.example.com, or smtp:// with STARTTLS' },
  from: { env: 'BELAY_EMAIL_FROM', about: 'the address it comes from: Belay <belay@example.com>' },
};
type Values = SettingValues<typeof settings>;

const room: Room = { title: 120, sentence: 1_000, arguments: 20_000, fact: 500, facts: 40, words: 4_000 };
const timeoutMs = 8_000;

type Part = { text: string; html: string };
const paragraph = (said: string): Part => ({ text: defanged(said), html: `<p>${html(defanged(said))}</p>` });
const boxed = (label: string, said: string): Part => ({
  text: `${defanged(label)}\n${defanged(said).replace(/^/gm, '  ')}`,
  html: `<p><strong>${html(defanged(label))}</strong></p><pre style="white-space:pre-wrap">${html(defanged(said))}</pre>`,
});

/** The one link: ours. */
const link = ({ url, urlLabel }: Card): Part => ({
  text: `${urlLabel}: ${url}`,
  html: `<p><a href="${html(url)}">${html(urlLabel)}</a></p>`,
});

const letter = (parts: Part[]): { text: string; html: string } => ({
  text: `${parts.map((part) => part.text).join('\n\n')}\n`,
  html: `<!doctype html><html lang="en"><body>${parts.map((part) => part.html).join('')}</body></html>`,
});

const render = (card: Card): JsonObject => {
  const texts = cardTexts(card, room);
  const facts = texts.facts.map(({ label, value }) => `${label}: ${value}`).join('\n');
  const parts = [
    paragraph(texts.sentence),
    paragraph([texts.who, texts.until].filter((one) => one !== null).join(' ')),
    ...(texts.about === null ? [] : [boxed(texts.about, texts.arguments)]),
    ...(facts === '' ? [] : [boxed('Facts', facts)]),
    ...texts.also.map(paragraph),
    ...(texts.notHere === null ? [] : [paragraph(texts.notHere)]),
    link(card),
    ...(texts.agentWords === null ? [] : [boxed(agentWordsLabel, texts.agentWords)]),
  ];
  return { subject: defanged(clipped(`${texts.state}: ${texts.title}`, 180)), ...letter(parts) };
};

/** Equal for a repeat of the same letter: mail programs show it once. */
const messageIdOf = (values: Values, about: JsonObject): string => {
  const domain = /@([\w.-]+)/.exec(values.from)?.[1] ?? 'belay.invalid';
  return `<${digestOf(about).slice(7, 39)}@${domain}>`;
};

type Letter = { subject: string; text: string; html: string };
type Sent = CardRef & { address: string; subject: string };

/** What is written there may hold the password: it is not repeated. */
const checked = (values: Values): Values => {
  const { server, from } = values;
  if (!URL.canParse(server) || !['smtp:', 'smtps:'].includes(new URL(server).protocol))
    throw new ChannelProblem(`${settings.server.env} cannot be read. Write ${settings.server.about}.`);
  if (!/[^\s<@]@[^\s>@]/.test(from)) throw unreadable(settings.from, from, settings.from.about);
  return values;
};

export const createEmail = (values: Values): Channel => {
  const transport = createTransport(values.server, {
    from: values.from,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as object);

  /** `auto-generated` keeps answering machines from answering. */
  const send = async (message: SendMailOptions, ref: CardRef): Promise<Delivery> => {
    try {
      await transport.sendMail({ headers: { 'Auto-Submitted': 'auto-generated' }, ...message });
      return delivered(ref);
    } catch (error) {
      return outcomeOf(error);
    }
  };

  return {
    name: 'email',
    title: 'Mail',
    render,
    post: ({ address }: Place, payload: JsonObject, about: Subject) => {
      const { subject, text, html } = payload as Letter;
      const messageId = messageIdOf(values, { about: subjectKey(about), address });
      const ref: Sent = { id: messageId, address, subject };
      return send({ to: { name: '', address }, subject, text, html, messageId }, ref);
    },
    addLines: (ref: CardRef, lines: string[]) => {
      const { id, address, subject } = ref as Sent;
      const messageId = messageIdOf(values, { to: id, lines });
      const said = letter(lines.map((line) => paragraph(visible(line))));
      return send(
        { to: { name: '', address }, subject: `Re: ${subject}`, inReplyTo: id, references: id, messageId, ...said },
        ref,
      );
    },
    tell: ({ address }: Place, text: string) => {
      const subject = defanged(clippedLine(text, 120));
      const messageId = messageIdOf(values, { text, address, told: true });
      return send(
        { to: { name: '', address }, subject, ...letter([paragraph(visible(text))]), messageId },
        { id: messageId },
      );
    },
    check: async () => {
      try {
        await transport.verify();
        return delivered({ id: values.from });
      } catch (error) {
        return outcomeOf(error);
      }
    },
  };
};

export const email = defineChannel({
  name: 'email',
  title: 'Mail',
  settings,
  guide,
  create: (values) => createEmail(checked(values)),
});
