/** A message of the local Slack as Slack shows it: its blocks, its buttons, its thread. */
import type { SlackServer } from '../vendors/slack.ts';
import { type Block, isBlock, listOf, textOfBlock } from '../vendors/slack-shapes.ts';
import { button, esc, lines, type Shown } from './html.ts';

const action = (card: string, one: Block): string => {
  const label = textOfBlock(one.text);
  if (typeof one.url === 'string')
    return `<a class="button" href="${esc(one.url)}" target="_blank" rel="noreferrer">${esc(label)}</a>`;
  const confirm = isBlock(one.confirm) ? `${textOfBlock(one.confirm.title)}\n${textOfBlock(one.confirm.text)}` : '';
  const word = String(one.action_id).replace(/^.*:/, '');
  const style = one.style === undefined ? '' : `class="${esc(one.style)}"`;
  return button('press', card, word, label, `${style} ${confirm === '' ? '' : `data-confirm="${esc(confirm)}"`}`);
};

const richText = (block: Block): string =>
  listOf(block.elements)
    .map((part) => {
      const text = listOf(part.elements).map((one) => {
        const said = lines(String(one.text ?? ''));
        return isBlock(one.style) && one.style.bold === true ? `<strong>${said}</strong>` : said;
      });
      const tag = part.type === 'rich_text_preformatted' ? 'pre' : part.type === 'rich_text_quote' ? 'blockquote' : 'p';
      return `<${tag}>${text.join('')}</${tag}>`;
    })
    .join('');

const blockHtml = (card: string, block: Block): string => {
  switch (block.type) {
    case 'header':
      return `<h3>${esc(textOfBlock(block.text))}</h3>`;
    case 'section': {
      const fields = listOf(block.fields).map((field) => `<div>${lines(textOfBlock(field))}</div>`);
      return fields.length > 0
        ? `<div class="fields">${fields.join('')}</div>`
        : `<p>${lines(textOfBlock(block.text))}</p>`;
    }
    case 'context':
      return `<p class="subtle">${listOf(block.elements)
        .map((one) => esc(textOfBlock(one)))
        .join(' · ')}</p>`;
    case 'rich_text':
      return richText(block);
    case 'actions':
      return `<div class="actions">${listOf(block.elements)
        .map((one) => action(card, one))
        .join('')}</div>`;
    default:
      return '';
  }
};

/** What somebody sees: the room, and their own direct messages; newest first. */
export const slackLook = (slack: SlackServer, user: string): Shown[] =>
  slack
    .messages()
    .filter(({ thread, channel }) => thread === null && (!channel.startsWith('D') || channel === `D${user}`))
    .toReversed()
    .map(({ channel, ts, blocks }) => {
      const card = `${channel}:${ts}`;
      const thread = slack.messages().filter((one) => one.thread === ts && one.channel === channel);
      const said = thread.map((one) => `<li>${one.blocks.map((block) => blockHtml(card, block)).join('')}</li>`);
      const where = channel.startsWith('D') ? 'Direct message' : '#treasury';
      const replies =
        said.length === 0 ? '' : `<details open><summary>Thread</summary><ul>${said.join('')}</ul></details>`;
      const body = blocks.map((block) => blockHtml(card, block)).join('');
      return {
        card,
        html: `<article><header><b>Belay</b> <i>APP</i> <small>${where}</small></header>${body}${replies}</article>`,
      };
    });
