/** What a local Jira keeps, and the JSON in which Jira's API shows it. */
import type { Json, JsonObject } from '@belay/protocol';
import { objectOf, textOf } from './vendor-server.ts';

export type JiraPerson = { accountId: string; displayName: string; email: string };
export type Approval = {
  id: string;
  name: string;
  decision: 'pending' | 'approved' | 'declined';
  approvers: { accountId: string; decision: 'pending' | 'approved' | 'declined' }[];
  at: number;
};
type Comment = { id: string; by: string; body: Json; at: number };
type Change = {
  field: string;
  from: string | null;
  fromString: string | null;
  to: string | null;
  toString: string | null;
};
type ChangelogEntry = { id: string; by: string; at: number; items: Change[] };

export type JiraIssue = {
  id: string;
  key: string;
  project: string;
  issuetype: string;
  status: string;
  summary: string;
  description: Json;
  labels: string[];
  priority: string;
  duedate: string | null;
  assignee: string | null;
  /** fields the site added, by their id */
  custom: JsonObject;
  properties: JsonObject;
  comments: Comment[];
  links: { id: number; globalId: string; object: JsonObject }[];
  changelog: ChangelogEntry[];
  approvals: Approval[];
  created: number;
  updated: number;
  /** created and edited so often through the API */
  writes: number;
};

export type JiraMemory = {
  origin: string;
  now: () => number;
  project: { id: string; key: string; name: string };
  /** `from` null: from every status */
  workflow: { id: string; name: string; from: string[] | null; to: string }[];
  statuses: { id: string; name: string; category: 'new' | 'indeterminate' | 'done' }[];
  issueTypes: { id: string; name: string }[];
  priorities: string[];
  /** of those, what the project's scheme leaves out */
  leftOut: string[];
  /** nobody is told which priorities there are */
  hidesPriorities: boolean;
  people: JiraPerson[];
  hidesEmails: boolean;
  issues: JiraIssue[];
  notices: { to: string; issue: string; text: string }[];
  closed: boolean;
  serial: number;
};

const categories = {
  new: { id: 2, key: 'new', colorName: 'blue-gray', name: 'To Do' },
  indeterminate: { id: 4, key: 'indeterminate', colorName: 'yellow', name: 'In Progress' },
  done: { id: 3, key: 'done', colorName: 'green', name: 'Done' },
};

/** 2026-12-07T09:00:00.000+0000 */
export const jiraTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000');

export const userJson = (jira: JiraMemory, { accountId, displayName, email }: JiraPerson): JsonObject => ({
  self: `${jira.origin}/rest/api/3/user?accountId=${accountId}`,
  accountId,
  accountType: 'atlassian',
  ...(jira.hidesEmails ? {} : { emailAddress: email }),
  displayName,
  active: true,
  timeZone: 'Etc/UTC',
});

export const statusJson = (jira: JiraMemory, name: string) => {
  const found = jira.statuses.find((one) => one.name === name);
  const category = categories[found?.category ?? 'new'];
  return {
    self: `${jira.origin}/rest/api/3/status/${found?.id}`,
    description: '',
    iconUrl: `${jira.origin}/images/icons/statuses/generic.png`,
    name,
    id: found?.id ?? '',
    statusCategory: { self: `${jira.origin}/rest/api/3/statuscategory/${category.id}`, ...category },
  };
};

export const transitionsOf = (jira: JiraMemory, { status }: JiraIssue): JiraMemory['workflow'] =>
  jira.workflow.filter(({ from, to }) => to !== status && (from === null || from.includes(status)));

/** The text of a document, as somebody reads it. */
export const plainText = (document: Json): string => {
  const { type, text, content } = objectOf(document);
  if (type === 'text') return textOf(text);
  if (type === 'hardBreak') return '\n';
  const inner = Array.isArray(content) ? content.map(plainText) : [];
  const blocks = new Set(['doc', 'bulletList', 'orderedList', 'panel', 'blockquote', 'expand', 'table', 'tableRow']);
  return inner.join(blocks.has(textOf(type)) ? '\n' : '');
};

const userAt = (jira: JiraMemory, accountId: string | null): JsonObject | null => {
  const found = jira.people.find((one) => one.accountId === accountId);
  return found === undefined ? null : userJson(jira, found);
};

export const commentJson = (jira: JiraMemory, issue: JiraIssue, { id, by, body, at }: Comment): JsonObject => ({
  self: `${jira.origin}/rest/api/3/issue/${issue.id}/comment/${id}`,
  id,
  author: userAt(jira, by),
  body,
  updateAuthor: userAt(jira, by),
  created: jiraTime(at),
  updated: jiraTime(at),
  jsdPublic: true,
});

/** The API's description knows no null here. */
const given = (item: Change): JsonObject =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)) as JsonObject;

export const changelogJson = ({ id, by, at, items }: ChangelogEntry, jira?: JiraMemory) => ({
  id,
  ...(jira === undefined ? {} : { author: userAt(jira, by), created: jiraTime(at) }),
  items: items.map((item) => ({
    ...(jira === undefined ? item : given(item)),
    fieldtype: 'jira',
    fieldId: item.field,
  })),
});

export const issueJson = (jira: JiraMemory, issue: JiraIssue, properties?: string): JsonObject => {
  const wanted = properties === undefined ? [] : properties.split(',');
  const shown = Object.entries(issue.properties).filter(([name]) => wanted.includes(name) || wanted.includes('*all'));
  const type = jira.issueTypes.find((one) => one.name === issue.issuetype);
  const comments = issue.comments.map((one) => commentJson(jira, issue, one));
  return {
    expand: 'renderedFields,names,schema,operations,editmeta,changelog',
    id: issue.id,
    key: issue.key,
    self: `${jira.origin}/rest/api/3/issue/${issue.id}`,
    ...(wanted.length === 0 ? {} : { properties: Object.fromEntries(shown) }),
    fields: {
      summary: issue.summary,
      description: issue.description,
      labels: issue.labels,
      status: statusJson(jira, issue.status),
      assignee: userAt(jira, issue.assignee),
      priority: { self: `${jira.origin}/rest/api/3/priority/3`, id: '3', name: issue.priority },
      duedate: issue.duedate,
      issuetype: { ...type, subtask: false } as JsonObject,
      project: { self: `${jira.origin}/rest/api/3/project/${jira.project.id}`, ...jira.project },
      created: jiraTime(issue.created),
      updated: jiraTime(issue.updated),
      comment: { comments, maxResults: comments.length, total: comments.length, startAt: 0 },
      ...issue.custom,
    },
  } as unknown as JsonObject;
};
