/** The local Jira answers in Atlassian's schema, refuses what breaks its rules, and signs what it delivers. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JiraServer, jiraAccount, startJira } from '../../src/demo/vendors/jira.ts';
import { belayAccountId } from '../../src/demo/vendors/jira-changes.ts';
import { JqlProblem, type Searchable, searchIssues } from '../../src/demo/vendors/jira-jql.ts';
import { jiraJudge } from './jira-rules.ts';
import { basic, caller } from './stranger.ts';

const bruno = { accountId: '712020:bruno', displayName: 'Bruno Ferrari', email: 'bruno.ferrari@example.com' };

const paragraph = (text: string) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});

let jira: JiraServer;
let call: ReturnType<typeof caller>;
beforeAll(async () => {
  jira = await startJira({ judge: await jiraJudge(), people: [bruno] });
  call = caller(jira.origin, { authorization: basic(jiraAccount.email, jiraAccount.apiToken) });
});
afterAll(() => jira.close());
const created = async (summary: string) => {
  const fields = { project: { key: 'TRE' }, issuetype: { name: 'Task' }, summary, description: paragraph('why') };
  const { body } = await call('POST', '/rest/api/3/issue', {
    fields,
    properties: [{ key: 'belay', value: { id: summary } }],
  });
  return (body as { key: string }).key;
};

it('keeps an issue through its workflow, and answers in the schema of Atlassian', async () => {
  const key = await created('A takeover');
  const at = `/rest/api/3/issue/${key}`;
  await call('PUT', `${at}/assignee`, { accountId: bruno.accountId });
  const { body } = await call('GET', `${at}/transitions`);
  const { transitions } = body as { transitions: { id: string; name: string }[] };
  expect(transitions.map((one) => one.name)).toEqual(['Start progress', 'Approve', 'Reject', 'Done', 'Cancel']);
  expect((await call('POST', `${at}/transitions`, { transition: { id: '21' } })).status).toBe(204);
  expect((await call('POST', `${at}/transitions`, { transition: { id: '21' } })).status).toBe(400);
  expect((await call('POST', `${at}/comment`, { body: paragraph('a line') })).status).toBe(201);
  const link = { globalId: 'belay=1', object: { url: 'https://belay.example/cases/1', title: 'In Belay' } };
  expect((await call('POST', `${at}/remotelink`, link)).status).toBe(201);
  expect((await call('POST', `${at}/remotelink`, link)).status).toBe(200);
  expect((await call('GET', `${at}/properties/belay`)).body).toEqual({ key: 'belay', value: { id: 'A takeover' } });
  const shown = (await call('GET', `${at}?properties=belay`)).body;
  expect(shown).toMatchObject({
    key,
    properties: { belay: { id: 'A takeover' } },
    fields: { status: { name: 'In Progress' }, assignee: { displayName: 'Bruno Ferrari' }, comment: { total: 1 } },
  });
  for (const path of ['/changelog', '/comment', '/remotelink']) expect((await call('GET', at + path)).status).toBe(200);
  const rooms = ['myself', 'serverInfo', 'project/TRE', 'project/TRE/statuses', 'priority', 'user/search?query=bruno'];
  for (const room of rooms) expect((await call('GET', `/rest/api/3/${room}`)).status, room).toBe(200);
  expect(jira.violations).toEqual([]);
});

it('delivers every change signed, with who did it; our own too, and once more when told so', async () => {
  jira.callbacks.take();
  const key = await created('To be delivered');
  jira.hands.move(bruno.accountId, key, 'In Progress');
  jira.hands.comment(bruno.accountId, key, 'Pay it');
  const taken = jira.callbacks.take('twice');
  const bodies = taken.map((one) => JSON.parse(one.body));
  expect(bodies.map((one) => one.webhookEvent).filter((_, index) => index % 2 === 0)).toEqual([
    'jira:issue_created',
    'jira:issue_updated',
    'comment_created',
    'jira:issue_updated',
  ]);
  expect(bodies.map((one) => one.user.accountId)).toEqual([
    ...[belayAccountId, belayAccountId],
    ...Array<string>(6).fill(bruno.accountId),
  ]);
  const [first, again] = taken;
  expect(again?.headers['x-atlassian-webhook-identifier']).toBe(first?.headers['x-atlassian-webhook-identifier']);
  const mac = createHmac('sha256', jira.secret)
    .update(first?.body ?? '')
    .digest('hex');
  expect(first?.headers['x-hub-signature']).toBe(`sha256=${mac}`);
});

it.each([
  ['a number as the id of a transition', '/transitions', { transition: { id: 21 } }],
  ['a comment without a document', '/comment', { body: 'plain' }],
  ['an empty text in a document', '/comment', { body: paragraph('') }],
  ['a node that Jira does not have', '/comment', { body: { type: 'doc', version: 1, content: [{ type: 'button' }] } }],
])('refuses %s', async (_what, path, body) => {
  const strict = await startJira({ judge: await jiraJudge() });
  const ask = caller(strict.origin, { authorization: basic(jiraAccount.email, jiraAccount.apiToken) });
  const fields = { project: { key: 'TRE' }, issuetype: { name: 'Task' }, summary: 's' };
  await ask('POST', '/rest/api/3/issue', { fields });
  expect((await ask('POST', `/rest/api/3/issue/TRE-1${path}`, body)).status).toBe(400);
  expect(strict.violations.length).toBeGreaterThan(0);
  await strict.close();
});

it('refuses what its fields do not hold, and lets nobody in without the token', async () => {
  const fields = { project: { key: 'TRE' }, issuetype: { name: 'Task' } };
  expect(
    (await call('POST', '/rest/api/3/issue', { fields: { ...fields, summary: 'x'.repeat(256) } })).body,
  ).toMatchObject({
    errors: { summary: "Summary can't exceed 255 characters." },
  });
  expect(
    (await call('POST', '/rest/api/3/issue', { fields: { ...fields, summary: 's', project: { key: 'NO' } } })).status,
  ).toBe(400);
  expect((await call('PUT', '/rest/api/3/issue/TRE-1/assignee', { accountId: 'nobody' })).status).toBe(400);
  expect((await caller(jira.origin, {})('GET', '/rest/api/3/myself')).status).toBe(401);
});

it('shows approvals of the service desk, and has them given by nobody but the person', async () => {
  const key = await created('To be approved');
  const id = jira.hands.askApproval(key, 'Treasury', [bruno.accountId]);
  const path = `/rest/servicedeskapi/request/${key}/approval`;
  expect((await call('GET', path)).body).toMatchObject({ values: [{ finalDecision: 'pending' }] });
  jira.hands.answerApproval(bruno.accountId, key, id, 'approved');
  expect((await call('GET', path)).body).toMatchObject({ values: [{ finalDecision: 'approved' }] });
  const before = jira.violations.length;
  await call('POST', `${path}/${id}`, { decision: 'approve' });
  expect(jira.violations.splice(before)).toHaveLength(1);
});

describe('JQL', () => {
  const now = Date.parse('2026-12-07T09:00:00Z');
  const issue = (id: string, more: Partial<Searchable> = {}): Searchable => ({
    id,
    key: `TRE-${id}`,
    project: 'TRE',
    labels: ['belay'],
    status: 'To Do',
    statusCategory: 'To Do',
    assignee: null,
    summary: 'a and b',
    issuetype: 'Task',
    created: now - 600_000,
    updated: now - 600_000,
    ...more,
  });
  const issues = [issue('1'), issue('2', { updated: now, labels: ['other'] }), issue('3', { statusCategory: 'Done' })];
  const found = (jql: string) => searchIssues(issues, jql, now).map((one) => one.id);

  it.each([
    ['project = TRE ORDER BY updated ASC', ['1', '3', '2']],
    ['project = TRE AND updated >= -5m', ['2']],
    ['project = "TRE" AND updated >= "2026-12-07 09:00"', ['2']],
    ['labels = belay AND statusCategory != Done', ['1']],
    ['key in (TRE-1, TRE-3) order by created asc', ['1', '3']],
    ['assignee is EMPTY AND summary ~ "a and b" AND labels in (other)', ['2']],
  ])('%s', (jql, ids) => {
    expect(found(jql)).toEqual(ids);
  });

  it.each(['', 'project', 'nothing = 1', 'project = TRE OR project = X', 'updated >= soon'])('refuses %j', (jql) => {
    expect(() => found(jql)).toThrow(JqlProblem);
  });
});
