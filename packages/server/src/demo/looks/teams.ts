/** A message of the local Teams as Teams shows it: its Adaptive Card, its buttons, its thread. */
import type { TeamsServer } from '../vendors/teams.ts';
import { cardsOf, isObject, plainText, type Value, wordOf } from '../vendors/teams-shapes.ts';
import { button, esc, lines, type Shown } from './html.ts';

const list = (value: unknown): Value[] => (Array.isArray(value) ? value.filter(isObject) : []);

const action = (card: string, one: Value): string => {
  const title = String(one.title ?? '');
  if (one.type === 'Action.OpenUrl')
    return `<a class="button" href="${esc(one.url)}" target="_blank" rel="noreferrer">${esc(title)}</a>`;
  if (one.type === 'Action.ToggleVisibility') {
    const [target] = Array.isArray(one.targetElements) ? one.targetElements : [];
    return `<button type="button" data-toggle="${esc(`${card} ${String(target)}`)}">${esc(title)}</button>`;
  }
  return button('press', card, wordOf(one), title, one.style === undefined ? '' : `class="${esc(one.style)}"`);
};

const runHtml = (run: Value): string => {
  const styled = [
    run.weight === 'Bolder' ? 'bold' : '',
    run.fontType === 'Monospace' ? 'mono' : '',
    run.size === 'Large' ? 'large' : '',
    run.isSubtle === true ? 'subtle' : '',
  ];
  return `<span class="${styled.filter((one) => one !== '').join(' ')}">${lines(String(run.text))}</span>`;
};

const elementHtml = (card: string, element: Value): string => {
  switch (element.type) {
    case 'RichTextBlock':
      return `<p>${list(element.inlines).map(runHtml).join('')}</p>`;
    case 'ActionSet':
      return `<div class="actions">${list(element.actions)
        .map((one) => action(card, one))
        .join('')}</div>`;
    case 'Container': {
      const hidden = element.isVisible === false ? ' hidden' : '';
      const inner = list(element.items)
        .map((one) => elementHtml(card, one))
        .join('');
      return `<section class="box ${esc(element.style)}" data-id="${esc(`${card} ${String(element.id ?? '')}`)}"${hidden}>${inner}</section>`;
    }
    default:
      return '';
  }
};

const cardHtml = (id: string, card: Value): string =>
  `${list(card.body)
    .map((one) => elementHtml(id, one))
    .join('')}<div class="actions">${list(card.actions)
    .map((one) => action(id, one))
    .join('')}</div>`;

/** What somebody sees: the channel, and their own chat; newest first. */
export const teamsLook = (teams: TeamsServer, room: string, aadObjectId: string): Shown[] =>
  teams
    .messages()
    .filter(
      ({ root, conversation }) =>
        root === null && (conversation === room || conversation === teams.chatOf(aadObjectId)),
    )
    .toReversed()
    .map(({ conversation, id, activity }) => {
      const card = `${conversation} ${id}`;
      const said = teams
        .messages()
        .filter((one) => one.root === id)
        .map((one) => `<li>${lines(plainText(String(one.activity.text ?? '')))}</li>`);
      const body =
        cardsOf(activity)
          .map((one) => cardHtml(card, one))
          .join('') || `<p>${lines(plainText(String(activity.text ?? '')))}</p>`;
      const where = conversation === room ? 'Treasury' : 'Chat';
      const replies =
        said.length === 0 ? '' : `<details open><summary>Replies</summary><ul>${said.join('')}</ul></details>`;
      return {
        card,
        html: `<article><header><b>Belay</b> <small>${where}</small></header>${body}${replies}</article>`,
      };
    });
