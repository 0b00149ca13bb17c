/**
 * A Jira Cloud site of one project on loopback, after Atlassian's description of its REST API v3: issues with a
 * workflow, people who work in it, comments, remote links, properties, search, and admin webhooks signed as Atlassian
 * signs them. Every change, ours too, is delivered.
 */
import type { JsonObject } from '@belay/protocol';
import {
  addComment,
  assign,
  belayAccountId,
  create,
  edit,
  type Jira,
  jiraSecret,
  personOf,
  problem,
  signedWebhook,
  transition,
} from './jira-changes.ts';
import { handsOf } from './jira-hands.ts';
import { JqlProblem, searchIssues } from './jira-jql.ts';
import { limits } from './jira-limits.ts';
import {
  changelogJson,
  commentJson,
  issueJson,
  type JiraIssue,
  type JiraMemory,
  type JiraPerson,
  jiraTime,
  statusJson,
  transitionsOf,
  userJson,
} from './jira-shapes.ts';
import {
  type Answers,
  type Call,
  createCallbacks,
  type Judge,
  lenient,
  objectOf,
  type Reply,
  startVendorServer,
  textOf,
} from './vendor-server.ts';

export const jiraAccount = { email: 'belay@acme.example', apiToken: 'a-token-of-the-service-account' };

/** A usual workflow: any status can be reached from where its transition starts. */
const workflow = [
  { id: '11', name: 'Reopen', from: null, to: 'To Do' },
  { id: '21', name: 'Start progress', from: ['To Do', 'Returned to agent'], to: 'In Progress' },
  { id: '31', name: 'Return to agent', from: ['In Progress'], to: 'Returned to agent' },
  { id: '41', name: 'Approve', from: ['To Do', 'In Progress'], to: 'Approved' },
  { id: '51', name: 'Reject', from: ['To Do', 'In Progress'], to: 'Rejected' },
  { id: '61', name: 'Done', from: null, to: 'Done' },
  { id: '71', name: 'Cancel', from: null, to: 'Cancelled' },
];
const statuses = [
  { id: '10000', name: 'To Do', category: 'new' as const },
  { id: '10001', name: 'In Progress', category: 'indeterminate' as const },
  { id: '10002', name: 'Returned to agent', category: 'indeterminate' as const },
  { id: '10003', name: 'Approved', category: 'done' as const },
  { id: '10004', name: 'Rejected', category: 'done' as const },
  { id: '10005', name: 'Done', category: 'done' as const },
  { id: '10006', name: 'Cancelled', category: 'done' as const },
];

export type JiraOptions = Partial<Pick<JiraMemory, 'project' | 'workflow' | 'statuses'>> & {
  people?: JiraPerson[];
  judge?: Judge;
  port?: number;
};

const belayUser: JiraPerson = { accountId: belayAccountId, displayName: 'Belay', email: jiraAccount.email };
const notThere = (): Reply => problem(404, ['Issue does not exist or you do not have permission to see it.']);

const remoteLink = (jira: Jira, issue: JiraIssue, body: JsonObject): Reply => {
  const globalId = textOf(body.globalId);
  const there = issue.links.find((one) => globalId !== '' && one.globalId === globalId);
  if (there !== undefined) there.object = objectOf(body.object);
  else {
    jira.serial += 1;
    issue.links.push({ id: 30_000 + jira.serial, globalId, object: objectOf(body.object) });
  }
  const id = there?.id ?? issue.links.at(-1)?.id;
  return {
    status: there === undefined ? 201 : 200,
    body: { id, self: `${jira.origin}/rest/api/3/issue/${issue.key}/remotelink/${id}` },
  };
};

/** A mail of Jira about an issue, to the people named. */
const notify = (jira: Jira, issue: JiraIssue, body: JsonObject): Reply => {
  const users = objectOf(body.to).users;
  const accounts = (Array.isArray(users) ? users : []).map((one) => textOf(objectOf(one).accountId));
  if (accounts.length === 0 || accounts.some((id) => personOf(jira, id) === null))
    return problem(400, ['No recipients were defined for the notification.']);
  jira.notices.push(...accounts.map((to) => ({ to, issue: issue.key, text: textOf(body.textBody) })));
  return { status: 204 };
};

const approvalsJson = (jira: Jira, issue: JiraIssue): JsonObject =>
  ({
    _expands: [],
    size: issue.approvals.length,
    start: 0,
    limit: 50,
    isLastPage: true,
    _links: {
      base: jira.origin,
      context: '',
      self: `${jira.origin}/rest/servicedeskapi/request/${issue.key}/approval`,
    },
    values: issue.approvals.map(({ id, name, decision, approvers, at }) => ({
      id,
      name,
      finalDecision: decision,
      canAnswerApproval: approvers.some((one) => one.accountId === belayAccountId),
      approvers: approvers.map(({ accountId, decision: given }) => {
        const person = personOf(jira, accountId);
        return { approver: person === null ? { accountId } : userJson(jira, person), approverDecision: given };
      }),
      createdDate: { iso8601: new Date(at).toISOString(), jira: jiraTime(at), epochMillis: at, friendly: 'Today' },
      _links: { self: `${jira.origin}/rest/servicedeskapi/request/${issue.key}/approval/${id}` },
    })),
  }) as unknown as JsonObject;

const ofIssue = (jira: Jira, call: Call, issue: JiraIssue, [part = '', name = '']: string[]): Reply => {
  const body = objectOf(call.body);
  const asked = `${call.method} ${part}`;
  switch (asked) {
    case 'GET ':
      return { status: 200, body: issueJson(jira, issue, call.query.properties) };
    case 'PUT ':
      return edit(jira, issue, body);
    case 'DELETE ':
      jira.issues = jira.issues.filter((one) => one !== issue);
      return { status: 204 };
    case 'PUT assignee':
      return assign(jira, issue, body.accountId === null ? null : textOf(body.accountId), belayAccountId);
    case 'GET transitions':
      return {
        status: 200,
        body: {
          expand: 'transitions',
          transitions: transitionsOf(jira, issue).map(({ id, name, to }) => ({
            id,
            name,
            to: statusJson(jira, to),
            hasScreen: false,
            isGlobal: false,
            isInitial: false,
            isAvailable: true,
            isConditional: false,
            isLooped: false,
          })),
        },
      };
    case 'POST transitions':
      return transition(jira, issue, textOf(objectOf(body.transition).id), belayAccountId);
    case 'GET comment': {
      const comments = issue.comments.map((one) => commentJson(jira, issue, one));
      return { status: 200, body: { startAt: 0, maxResults: 5_000, total: comments.length, comments } };
    }
    case 'POST comment':
      return addComment(jira, issue, body.body ?? null, belayAccountId);
    case 'POST notify':
      return notify(jira, issue, body);
    case 'POST remotelink':
      return remoteLink(jira, issue, body);
    case 'GET remotelink':
      return {
        status: 200,
        body: issue.links.map((one) => ({
          ...one,
          self: `${jira.origin}/rest/api/3/issue/${issue.key}/remotelink/${one.id}`,
        })),
      };
    case 'GET changelog': {
      const values = issue.changelog.map((entry) => changelogJson(entry, jira));
      return { status: 200, body: { startAt: 0, maxResults: 100, total: values.length, isLast: true, values } };
    }
    case 'PUT properties': {
      const there = name in issue.properties;
      issue.properties[name] = call.body;
      return { status: there ? 200 : 201, body: {} };
    }
    case 'GET properties':
      return name in issue.properties
        ? { status: 200, body: { key: name, value: issue.properties[name] } }
        : problem(404, [`The property ${name} does not exist.`]);
    default:
      return { status: 405 };
  }
};

const search = (jira: Jira, { method, body, query }: Call): Reply => {
  const given = method === 'POST' ? objectOf(body) : query;
  const jql = textOf(given.jql);
  const most = Math.min(Number(given.maxResults ?? 50), 100);
  const from = Number(textOf(given.nextPageToken).replace('page-', '') || 0);
  const fields = Array.isArray(given.fields) ? given.fields.map(textOf) : textOf(given.fields).split(',');
  const rows = jira.issues.map((issue) => ({
    ...issue,
    statusCategory: statusJson(jira, issue.status).statusCategory.name,
    of: issue,
  }));
  try {
    const found = searchIssues(rows, jql, jira.now()).map((row) => row.of);
    const page = found.slice(from, from + most);
    const isLast = from + most >= found.length;
    const properties = Array.isArray(given.properties) ? given.properties.join(',') : undefined;
    const issues = page.map((issue) => {
      const whole = issueJson(jira, issue, properties);
      const wanted = Object.entries(objectOf(whole.fields)).filter(
        ([name]) => fields.includes(name) || fields.includes('*all'),
      );
      return fields.join('') === '' ? { id: whole.id } : { ...whole, fields: Object.fromEntries(wanted) };
    });
    return { status: 200, body: { issues, isLast, ...(isLast ? {} : { nextPageToken: `page-${from + most}` }) } };
  } catch (error) {
    if (error instanceof JqlProblem) return problem(400, [error.message]);
    throw error;
  }
};

const searchUsers = (jira: Jira, asked: string): Reply => ({
  status: 200,
  body: jira.people
    .filter(({ displayName, email }) =>
      [displayName, email].some((text) => text.toLowerCase().includes(asked.toLowerCase())),
    )
    .map((person) => userJson(jira, person)),
});

const ofProject = (jira: Jira, part: string | undefined): Reply => {
  const { key, id, name } = jira.project;
  if (jira.closed) return problem(404, [`No project could be found with key '${key}'.`]);
  const issueTypes = jira.issueTypes.map((type) => ({
    self: `${jira.origin}/rest/api/3/issuetype/${type.id}`,
    ...type,
    subtask: false,
  }));
  if (part === 'statuses')
    return {
      status: 200,
      body: issueTypes.map((type) => ({ ...type, statuses: jira.statuses.map((one) => statusJson(jira, one.name)) })),
    };
  return {
    status: 200,
    body: {
      self: `${jira.origin}/rest/api/3/project/${id}`,
      id,
      key,
      name,
      issueTypes,
      projectTypeKey: 'service_desk',
    },
  };
};

/** All of them, or a page of them. */
const prioritiesOf = (jira: Jira, part: string): Reply => {
  const values = jira.priorities.map((name, index) => ({
    self: `${jira.origin}/rest/api/3/priority/${index + 1}`,
    id: String(index + 1),
    name,
  }));
  if (part !== 'search') return { status: 200, body: values };
  return { status: 200, body: { startAt: 0, maxResults: 50, total: values.length, isLast: true, values } };
};

const answer = (jira: Jira, call: Call): Reply => {
  const expected = Buffer.from(`${jiraAccount.email}:${jiraAccount.apiToken}`).toString('base64');
  if (call.headers.authorization !== `Basic ${expected}`)
    return problem(401, ['You are not authenticated. Authentication required to perform this operation.']);
  const [, , , , room = '', id = '', ...rest] = call.path.split('/').map(decodeURIComponent);
  if (call.path.startsWith('/rest/servicedeskapi/request/')) {
    const issue = jira.issues.find((one) => one.key === room || one.id === room);
    if (issue === undefined) return notThere();
    return call.method === 'GET' && id === 'approval'
      ? { status: 200, body: approvalsJson(jira, issue) }
      : { status: 403 };
  }
  switch (room) {
    case 'myself':
      return { status: 200, body: userJson(jira, belayUser) };
    case 'serverInfo':
      return {
        status: 200,
        body: {
          baseUrl: jira.origin,
          version: '1001.0.0-SNAPSHOT',
          deploymentType: 'Cloud',
          serverTime: jiraTime(jira.now()),
          serverTitle: 'Jira',
        },
      };
    case 'project':
      return id === jira.project.key || id === jira.project.id
        ? ofProject(jira, rest[0])
        : problem(404, [`No project could be found with key '${id}'.`]);
    case 'user': {
      if (id === 'search') return searchUsers(jira, call.query.query ?? '');
      const person = personOf(jira, call.query.accountId ?? '');
      return person === null
        ? problem(404, ['Specified user does not exist or you do not have required permissions'])
        : { status: 200, body: userJson(jira, person) };
    }
    case 'priority':
      return jira.hidesPriorities ? { status: 503 } : prioritiesOf(jira, id);
    case 'search':
      return search(jira, call);
    case 'issue': {
      if (id === '' && call.method === 'POST') return create(jira, objectOf(call.body));
      const issue = jira.issues.find((one) => one.key === id || one.id === id);
      return issue === undefined ? notThere() : ofIssue(jira, call, issue, rest);
    }
    default:
      return { status: 404, body: { errorMessages: ['There is nothing here.'], errors: {} } };
  }
};

const answersOf = (jira: Jira): Answers => ({
  answer: (call) => answer(jira, call),
  writes: ({ method, path }) => method !== 'GET' && !path.includes('/search'),
  limited: (seconds) => ({
    status: 429,
    headers: {
      'retry-after': String(seconds),
      'ratelimit-reason': 'jira-per-issue-on-write',
      'x-ratelimit-remaining': '0',
    },
    body: { errorMessages: ['Rate limit exceeded.'], errors: {} },
  }),
  failed: (status) => ({ status, body: { errorMessages: ['Internal server error'], errors: {} } }),
  revoked: () => problem(401, ['Client must be authenticated to access this resource.']),
  refused: (problems) => problem(400, problems),
  limits,
});

export const startJira = async (options: JiraOptions = {}) => {
  const { people = [], judge = lenient, port = 0, ...others } = options;
  const jira: Jira = {
    origin: '',
    now: Date.now,
    project: { id: '10100', key: 'TRE', name: 'Treasury' },
    workflow,
    statuses,
    issueTypes: [
      { id: '10200', name: 'Task' },
      { id: '10201', name: 'Incident' },
    ],
    priorities: ['Highest', 'High', 'Medium', 'Low', 'Lowest'],
    leftOut: [],
    hidesPriorities: false,
    hidesEmails: false,
    ...others,
    people: [belayUser, ...people],
    issues: [],
    notices: [],
    closed: false,
    serial: 0,
    callbacks: createCallbacks(),
  };
  const server = await startVendorServer(answersOf(jira), judge, port);
  jira.origin = server.origin;
  return {
    ...server,
    /** time as Jira sees it */
    useClock: (now: () => number): void => {
      jira.now = now;
    },
    hideEmails: (): void => {
      jira.hidesEmails = true;
    },
    /** the project is archived: nothing can be created in it */
    closeProject: (): void => {
      jira.closed = true;
    },
    /** until further notice the question which priorities there are is answered with 503 */
    hidePriorities: (hidesPriorities: boolean): void => void Object.assign(jira, { hidesPriorities }),
    /** the project's scheme has this priority no more */
    leaveOut: (priority: string): void => void jira.leftOut.push(priority),
    issues: () => jira.issues,
    issue: (key: string) => jira.issues.find((one) => one.key === key) ?? null,
    /** where somebody may move an issue now */
    transitions: (issue: JiraIssue) => transitionsOf(jira, issue),
    people: () => jira.people,
    /** what Jira mailed to one person */
    noticesTo: (accountId: string): string[] =>
      jira.notices.filter((one) => one.to === accountId).map((one) => one.text),
    hands: handsOf(jira),
    callbacks: jira.callbacks,
    sign: signedWebhook,
    secret: jiraSecret,
  };
};
export type JiraServer = Awaited<ReturnType<typeof startJira>>;
