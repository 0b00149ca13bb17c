/** Records of the local Jira, Notion and ServiceNow as people see them there: fields, text, comments, status, owner. */
import type { Json } from '@belay/protocol';
import type { JiraServer } from '../vendors/jira.ts';
import { belayAccountId } from '../vendors/jira-changes.ts';
import type { NotionServer } from '../vendors/notion.ts';
import { readText } from '../vendors/notion-values.ts';
import type { ServiceNowServer } from '../vendors/servicenow.ts';
import { objectOf, textOf } from '../vendors/vendor-server.ts';
import { button, commentBox, esc, lines, type Shown, select } from './html.ts';

const tags: Record<string, string> = {
  paragraph: 'p',
  bulletList: 'ul',
  listItem: 'li',
  codeBlock: 'pre',
  blockquote: 'blockquote',
  heading: 'h4',
  panel: 'section',
};

const leads = (url: string, html: string): string =>
  /^https?:/.test(url) ? `<a href="${esc(url)}" target="_blank" rel="noreferrer">${html}</a>` : html;

const documentHtml = (node: Json): string => {
  const { type, text, content, marks } = objectOf(node);
  if (type === 'text') {
    const kinds = Array.isArray(marks) ? marks.map((mark) => textOf(objectOf(mark).type)) : [];
    const said = lines(textOf(text));
    const link = Array.isArray(marks) ? marks.map(objectOf).find((mark) => mark.type === 'link') : undefined;
    if (link !== undefined) return leads(textOf(objectOf(link.attrs).href), said);
    return kinds.includes('strong')
      ? `<strong>${said}</strong>`
      : kinds.includes('code')
        ? `<code>${said}</code>`
        : said;
  }
  const inner = Array.isArray(content) ? content.map(documentHtml).join('') : '';
  const tag = tags[textOf(type)];
  return tag === undefined ? inner : `<${tag}>${inner}</${tag}>`;
};

const comments = (said: { by: string; html: string }[]): string =>
  said.length === 0
    ? ''
    : `<details open><summary>Activity</summary><ul>${said.map(({ by, html }) => `<li><b>${esc(by)}</b> ${html}</li>`).join('')}</ul></details>`;

const field = (label: string, html: string): string =>
  `<div class="field"><span>${esc(label)}</span><span>${html}</span></div>`;

export const jiraLook = (jira: JiraServer, me: string): Shown[] =>
  jira
    .issues()
    .toReversed()
    .map((issue) => {
      const nameOf = (accountId: string | null): string =>
        jira.people().find((one) => one.accountId === accountId)?.displayName ?? 'Unassigned';
      const moves = jira.transitions(issue).map(({ to }) => ({ value: to, label: to }));
      const options = [{ value: issue.status, label: issue.status }, ...moves];
      const mine = issue.assignee === me ? '' : button('owner', issue.key, me, 'Assign to me');
      const said = issue.comments.map((one) => ({
        by: one.by === belayAccountId ? 'Belay' : nameOf(one.by),
        html: documentHtml(one.body),
      }));
      const html = `<article><header><small>${esc(issue.key)}</small></header><h3>${esc(issue.summary)}</h3>
        ${field('Status', select(issue.key, issue.status, options))}${field('Assignee', `${esc(nameOf(issue.assignee))} ${mine}`)}
        <div class="document">${documentHtml(issue.description)}</div>${comments(said)}${commentBox(issue.key, 'Add a comment, or a command like /take-over')}</article>`;
      return { card: issue.key, html };
    });

const blockText = (content: Json): string => {
  const rich = objectOf(content).rich_text;
  return Array.isArray(rich) ? rich.map((part) => textOf(objectOf(objectOf(part).text).content)).join('') : '';
};
const blockTags: Record<string, string> = {
  callout: 'section',
  heading_3: 'h4',
  code: 'pre',
  bulleted_list_item: 'li',
  quote: 'blockquote',
};

/** Notion shows an instant to each reader in their own time: the page does that. */
const moment = (text: string): string => `<time datetime="${esc(text)}">${esc(text)}</time>`;

export const notionLook = (notion: NotionServer, statuses: string[], me: string): Shown[] =>
  notion
    .pages()
    .toReversed()
    .map(({ id }) => {
      const read = (name: string): string => notion.hands.read(id, name);
      const shown = ['Owner', 'Urgency', 'Due', 'Now', 'Link'].filter((name) => read(name) !== '');
      const shownAs = (name: string): string => {
        if (name === 'Due') return moment(read(name));
        return name === 'Link' ? leads(read(name), esc(read(name))) : lines(read(name));
      };
      const body = notion.blocksOf(id).map(({ type, content }) => {
        const tag = blockTags[type] ?? 'p';
        return `<${tag}>${lines(blockText(content))}</${tag}>`;
      });
      const nameOf = (by: string): string => notion.people().find((one) => one.id === by)?.name ?? 'Belay';
      const said = notion.commentsOf(id).map((one) => ({ by: nameOf(one.by), html: lines(readText(one.richText)) }));
      const status = select(
        id,
        read('Status'),
        statuses.map((name) => ({ value: name, label: name })),
      );
      const html = `<article><h3>${esc(read('Name'))}</h3>${field('Status', status)}
        ${shown.map((name) => field(name, shownAs(name))).join('')}${button('owner', id, me, 'Make me the owner')}
        <div class="document">${body.join('')}</div>${comments(said)}${commentBox(id, 'Add a comment, or a command like /take-over')}</article>`;
      return { card: id, html };
    });

const states = [
  { value: '1', label: 'New' },
  { value: '2', label: 'In Progress' },
  { value: '3', label: 'On Hold' },
  { value: '6', label: 'Resolved' },
  { value: '8', label: 'Canceled' },
];

export const serviceNowLook = (snow: ServiceNowServer, table: string, me: string): Shown[] =>
  snow
    .rows(table)
    .toReversed()
    .map((row) => {
      const { sys_id: id = '', number, short_description, description, assigned_to, state } = row;
      const nameOf = (test: (one: Record<string, string>) => boolean): string =>
        snow.rows('sys_user').find(test)?.name ?? '–';
      const label = states.find((one) => one.value === state)?.label ?? state ?? '';
      const mine = assigned_to === snow.userId(me) ? '' : button('owner', id, snow.userId(me), 'Assign to me');
      const said = snow
        .rows('sys_journal_field')
        .filter((one) => one.element_id === id)
        .map((one) => ({ by: nameOf((user) => user.user_name === one.sys_created_by), html: lines(one.value ?? '') }));
      const html = `<article><header><small>${esc(number)}</small></header>${field('Short description', esc(short_description))}
        ${field('State', select(id, label, states))}${field('Assigned to', `${esc(nameOf((user) => user.sys_id === assigned_to))} ${mine}`)}
        <div class="document">${lines(description ?? '')}</div>${comments(said)}${commentBox(id, 'Add a work note, or a command like /take-over')}</article>`;
      return { card: id, html };
    });
