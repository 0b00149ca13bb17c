/** Answers to the presser alone: Teams shows them from the answer to its own request, so nothing is called for them. */
import type { JsonObject } from '@belay/protocol';
import type { Answer, Ask, HttpAnswer } from '../../engine/channel-ports.ts';
import { markdown } from '../inert.ts';
import { textAt } from '../untrusted.ts';
import { json, told } from './parse.ts';
import { adaptiveCard, dialog, list, preview, said } from './render.ts';

type Write = (conversation: string, message: JsonObject) => Promise<unknown>;

const showing = (card: JsonObject): HttpAnswer =>
  json({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card });

/** `write` is for those who wrote to us: a message is not answered by the answer to its request. */
export const answerAsk = async (write: Write, { kind, replyTo }: Ask, answer: Answer): Promise<HttpAnswer | null> => {
  const conversation = textAt(replyTo, 'conversation');
  switch (answer.kind) {
    case 'said':
      if (conversation === '')
        return told(textAt(replyTo, 'as') === 'dialog' ? 'dialog' : 'card', markdown(answer.text));
      await write(conversation, said(answer.text));
      return null;
    case 'form':
      return json(dialog(answer.form));
    case 'cards': {
      const [card] = answer.cards;
      if (kind === 'show') return card === undefined ? null : showing(adaptiveCard(card));
      await write(conversation, list(answer.title, answer.cards));
      return null;
    }
    case 'previews': {
      const attachments = answer.previews.map(({ card }) => preview(card));
      return json({ composeExtension: { type: 'result', attachmentLayout: 'list', attachments } });
    }
  }
};
