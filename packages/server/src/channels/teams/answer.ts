/** Answers to the presser alone: Teams shows them from the answer to its own request, so nothing is called for them. */
import type { JsonObject } from '@belay/protocol';
import type { Answer, AnswerLink, Ask, HttpAnswer } from '../../engine/channel-ports.ts';
import { markdown } from '../inert.ts';
import { textAt } from '../untrusted.ts';
import { json, told } from './parse.ts';
import {
  adaptiveCard,
  dialog,
  list,
  noticeDialog,
  preview,
  refusedDialog,
  said,
  saidWithLink,
  withLink,
} from './render.ts';

type Write = (conversation: string, message: JsonObject) => Promise<unknown>;

const showing = (card: JsonObject): HttpAnswer =>
  json({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value: card });

/** The card stands in the place of the other one, for the presser alone, until they look at it again. */
const linking = (as: 'card' | 'dialog', text: string, link: AnswerLink): HttpAnswer =>
  as === 'dialog' ? json(noticeDialog(link.label, withLink(text, link))) : showing(withLink(text, link));

/** `write` is for those who wrote to us: a message is not answered by the answer to its request. */
export const answerAsk = async (write: Write, { kind, replyTo }: Ask, answer: Answer): Promise<HttpAnswer | null> => {
  const conversation = textAt(replyTo, 'conversation');
  switch (answer.kind) {
    case 'said': {
      if (answer.refusedForm !== undefined) return json(refusedDialog(answer.text, answer.refusedForm));
      const as = textAt(replyTo, 'as') === 'dialog' ? 'dialog' : 'card';
      if (conversation === '')
        return answer.link === undefined ? told(as, markdown(answer.text)) : linking(as, answer.text, answer.link);
      await write(conversation, answer.link === undefined ? said(answer.text) : saidWithLink(answer.text, answer.link));
      return null;
    }
    case 'form':
      return json(dialog(answer.form));
    case 'cards': {
      const [card] = answer.cards;
      // It stands there for the viewer alone, who is the one to be named.
      const viewer = textAt(replyTo, 'viewer');
      if (kind === 'show')
        return card === undefined ? null : showing(adaptiveCard(card, viewer === '' ? [] : [viewer]));
      await write(conversation, list(answer.title, answer.cards));
      return null;
    }
    case 'previews': {
      const attachments = answer.previews.map(({ card }) => preview(card));
      return json({ composeExtension: { type: 'result', attachmentLayout: 'list', attachments } });
    }
  }
};
