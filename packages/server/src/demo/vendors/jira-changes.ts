/** What happens to issues of the local Jira: created, edited, assigned, moved through the workflow, commented. */
import { createHmac, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '@belay/protocol';
import {
  changelogJson,
  commentJson,
  issueJson,
  type JiraIssue,
  type JiraMemory,
  type JiraPerson,
  plainText,
  transitionsOf,
  userJson,
} from './jira-shapes.ts';
import { type Callbacks, objectOf, type Reply, textOf } from './vendor-server.ts';

export const jiraSecret = 'a-secret-of-the-admin-webhook';
export const belayAccountId = '5b10ac8d82e05b22cc7d4ef5';

export const problem = (status: number, errorMessages: string[], errors: JsonObject = {}): Reply => ({
  status,
  body: { errorMessages, errors },
});

export type Jira = JiraMemory & { callbacks: Callbacks };
type Change = {
  field: string;
  from: string | null;
  fromString: string | null;
  to: string | null;
  toString: string | null;
};

export const personOf = (jira: Jira, accountId: string | null): JiraPerson | null =>
  jira.people.find((one) => one.accountId === accountId) ?? null;

/** An admin webhook: HMAC-SHA256 of the body, no time in it; the identifier stays the same on a repeat. */
export const signedWebhook = (body: JsonObject, secret = jiraSecret, identifier: string = randomUUID()) => {
  const text = JSON.stringify(body);
  return {
    headers: {
      'content-type': 'application/json; charset=UTF-8',
      'user-agent': 'Atlassian Webhook HTTP Client',
      'x-hub-signature': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`,
      'x-atlassian-webhook-identifier': identifier,
      'x-atlassian-webhook-flow': 'Primary',
    },
    body: text,
  };
};

const announce = (jira: Jira, event: string, issue: JiraIssue, by: string, more: JsonObject): void => {
  const user = personOf(jira, by);
  const body = {
    timestamp: jira.now(),
    webhookEvent: event,
    ...(user === null ? {} : { user: userJson(jira, user) }),
    issue: issueJson(jira, issue),
    ...more,
  };
  jira.callbacks.send(signedWebhook(body as JsonObject));
};

const eventName = (changes: Change[]): string =>
  changes.some((one) => one.field === 'status')
    ? 'issue_generic'
    : changes.some((one) => one.field === 'assignee')
      ? 'issue_assigned'
      : 'issue_updated';

const changed = (jira: Jira, issue: JiraIssue, by: string, changes: Change[]): void => {
  issue.updated = jira.now();
  jira.serial += 1;
  const entry = { id: String(10_000 + jira.serial), by, at: issue.updated, items: changes };
  issue.changelog.push(entry);
  const changelog = { id: entry.id, items: changelogJson(entry).items };
  announce(jira, 'jira:issue_updated', issue, by, {
    issue_event_type_name: eventName(changes),
    changelog: changelog as unknown as Json,
  });
};

export const assign = (jira: Jira, issue: JiraIssue, accountId: string | null, by: string): Reply => {
  const person = personOf(jira, accountId);
  if (accountId !== null && person === null)
    return problem(400, [], { assignee: `User '${accountId}' cannot be assigned issues.` });
  const before = personOf(jira, issue.assignee);
  if (before?.accountId !== person?.accountId) {
    issue.assignee = accountId;
    changed(jira, issue, by, [
      {
        field: 'assignee',
        from: before?.accountId ?? null,
        fromString: before?.displayName ?? null,
        to: accountId,
        toString: person?.displayName ?? null,
      },
    ]);
  }
  return { status: 204 };
};

export const transition = (jira: Jira, issue: JiraIssue, id: string, by: string): Reply => {
  const found = transitionsOf(jira, issue).find((one) => one.id === id);
  const [from, to] = [issue.status, found?.to].map((name) => jira.statuses.find((one) => one.name === name));
  if (from === undefined || to === undefined)
    return problem(400, [
      `It seems that you have tried to perform a workflow operation (${id}) that is not valid for the current state of this issue. The likely cause is that somebody has changed the issue recently.`,
    ]);
  issue.status = to.name;
  changed(jira, issue, by, [{ field: 'status', from: from.id, fromString: from.name, to: to.id, toString: to.name }]);
  return { status: 204 };
};

export const addComment = (jira: Jira, issue: JiraIssue, body: Json, by: string): Reply => {
  jira.serial += 1;
  const comment = { id: String(20_000 + jira.serial), by, body, at: jira.now() };
  issue.comments.push(comment);
  issue.updated = comment.at;
  const shown = commentJson(jira, issue, comment) as unknown as Json;
  announce(jira, 'comment_created', issue, by, { comment: shown });
  announce(jira, 'jira:issue_updated', issue, by, { issue_event_type_name: 'issue_commented', comment: shown });
  return { status: 201, body: shown };
};

/** By its id or name; null: there is none. */
const priorityNamed = (jira: Jira, fields: JsonObject): string | null => {
  const { id, name } = objectOf(fields.priority);
  const wanted = id === undefined ? textOf(name) : (jira.priorities[Number(textOf(id)) - 1] ?? 'unknown');
  return wanted === '' || (jira.priorities.includes(wanted) && !jira.leftOut.includes(wanted)) ? wanted : null;
};

/** Somebody chooses a priority. */
export const prioritise = (jira: Jira, issue: JiraIssue, name: string, by: string): Reply => {
  if (!jira.priorities.includes(name)) return problem(400, [], { priority: 'The priority selected is invalid.' });
  const from = issue.priority;
  issue.priority = name;
  changed(jira, issue, by, [{ field: 'priority', from, fromString: from, to: name, toString: name }]);
  return { status: 204 };
};

const fieldProblems = (jira: Jira, fields: JsonObject): JsonObject => {
  const summary = textOf(fields.summary);
  const description = plainText(fields.description ?? null);
  const priority = 'priority' in fields ? priorityNamed(jira, fields) : '';
  return {
    ...('summary' in fields && summary.trim() === '' ? { summary: 'You must specify a summary of the issue.' } : {}),
    ...(summary.length > 255 ? { summary: "Summary can't exceed 255 characters." } : {}),
    ...(/[\r\n]/.test(summary) ? { summary: 'The summary is invalid because it contains newline characters.' } : {}),
    ...(description.length > 32_767
      ? { description: 'The entered text is too long. It exceeds the allowed limit of 32,767 characters.' }
      : {}),
    ...(priority === null ? { priority: 'The priority selected is invalid.' } : {}),
    ...(Array.isArray(fields.labels) && fields.labels.some((label) => /\s/.test(textOf(label)))
      ? { labels: 'The label contains spaces which is invalid.' }
      : {}),
  };
};

const takeFields = (jira: Jira, issue: JiraIssue, fields: JsonObject): void => {
  if ('summary' in fields) issue.summary = textOf(fields.summary);
  if ('description' in fields) issue.description = fields.description ?? null;
  if (Array.isArray(fields.labels)) issue.labels = fields.labels.map(textOf);
  if ('priority' in fields) issue.priority = priorityNamed(jira, fields) || 'Medium';
  if ('duedate' in fields) issue.duedate = textOf(fields.duedate) || null;
  for (const [name, value] of Object.entries(fields)) if (name.startsWith('customfield_')) issue.custom[name] = value;
  if ('assignee' in fields) issue.assignee = textOf(objectOf(fields.assignee).accountId) || null;
  issue.updated = jira.now();
};

export const create = (jira: Jira, body: JsonObject): Reply => {
  const fields = objectOf(body.fields);
  const project = objectOf(fields.project);
  const known = project.key === jira.project.key || project.id === jira.project.id;
  if (!known || jira.closed) return problem(400, [], { project: 'Specify a valid project ID or key' });
  const type = objectOf(fields.issuetype);
  if (!jira.issueTypes.some((one) => one.name === type.name || one.id === type.id))
    return problem(400, [], { issuetype: 'Specify a valid issue type' });
  const wrong = {
    ...('summary' in fields ? {} : { summary: 'You must specify a summary of the issue.' }),
    ...fieldProblems(jira, fields),
  };
  if (Object.keys(wrong).length > 0) return problem(400, [], wrong);
  jira.serial += 1;
  const issue: JiraIssue = {
    id: String(10_000 + jira.serial),
    key: `${jira.project.key}-${jira.serial}`,
    project: jira.project.key,
    issuetype: jira.issueTypes.find((one) => one.name === type.name || one.id === type.id)?.name ?? 'Task',
    status: jira.statuses[0]?.name ?? '',
    summary: '',
    description: null,
    labels: [],
    priority: 'Medium',
    duedate: null,
    assignee: null,
    custom: {},
    properties: {},
    comments: [],
    links: [],
    changelog: [],
    approvals: [],
    created: jira.now(),
    updated: jira.now(),
    writes: 1,
  };
  takeFields(jira, issue, fields);
  if (issue.assignee !== null && personOf(jira, issue.assignee) === null)
    return problem(400, [], { assignee: `User '${issue.assignee}' cannot be assigned issues.` });
  for (const one of Array.isArray(body.properties) ? body.properties.map(objectOf) : [])
    issue.properties[textOf(one.key)] = one.value ?? null;
  jira.issues.push(issue);
  announce(jira, 'jira:issue_created', issue, belayAccountId, { issue_event_type_name: 'issue_created' });
  return { status: 201, body: { id: issue.id, key: issue.key, self: `${jira.origin}/rest/api/3/issue/${issue.id}` } };
};

export const edit = (jira: Jira, issue: JiraIssue, body: JsonObject): Reply => {
  const fields = objectOf(body.fields);
  const wrong = fieldProblems(jira, fields);
  if (Object.keys(wrong).length > 0) return problem(400, [], wrong);
  const { assignee, ...others } = fields;
  takeFields(jira, issue, others);
  issue.writes += 1;
  for (const one of Array.isArray(body.properties) ? body.properties.map(objectOf) : [])
    issue.properties[textOf(one.key)] = one.value ?? null;
  changed(jira, issue, belayAccountId, [
    { field: Object.keys(others)[0] ?? 'property', from: null, fromString: '', to: null, toString: '' },
  ]);
  if (assignee === undefined) return { status: 204 };
  const to = assignee === null ? null : textOf(objectOf(assignee).accountId) || null;
  return assign(jira, issue, to, belayAccountId);
};
