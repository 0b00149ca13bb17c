/** People who work in the local Jira, as the contract needs them. */
import type { JiraValues } from '../../../src/channels/jira/index.ts';
import { type JiraServer, jiraAccount, startJira } from '../../../src/demo/vendors/jira.ts';
import { belayAccountId } from '../../../src/demo/vendors/jira-changes.ts';
import { type JiraIssue, plainText } from '../../../src/demo/vendors/jira-shapes.ts';
import { activeInDocument, jiraJudge } from '../../vendors/jira-rules.ts';
import type { Twin, TwinCard } from '../twin.ts';
import { deskTwin, offeredIn } from './desk.ts';

const names = {
  amelie: 'Amélie Laurent',
  bruno: 'Bruno Ferrari',
  chidi: 'Chidi Okafor',
  dana: 'Dana Novak',
  emre: 'Emre Yilmaz',
};
export const jiraAddresses: Record<string, string> = Object.fromEntries(
  Object.keys(names).map((id) => [id, `712020:${id}`]),
);
export const jiraStranger = '712020:stranger';

/** Not the link of ours that ends each description. */
const active = (document: unknown): string[] =>
  activeInDocument(document).filter((one) => !one.includes('http://belay.test/'));

const seen = (issue: JiraIssue): TwinCard => {
  const text = `${issue.summary}\n${plainText(issue.description)}`;
  const ours = issue.comments.filter((one) => one.by === belayAccountId);
  return {
    id: issue.key,
    where: issue.project,
    text,
    actions: offeredIn(text),
    lines: ours.flatMap((one) => plainText(one.body).split('\n')),
    writes: issue.writes,
    active: [issue.description, ...ours.map((one) => one.body)].flatMap(active),
  };
};

export const startJiraTwin = async (): Promise<{ twin: Twin; jira: JiraServer }> => {
  const person = (accountId: string, displayName: string) => ({
    accountId,
    displayName,
    email: `${accountId.replace('712020:', '')}@example.com`,
  });
  const people = [
    ...Object.entries(names).map(([id, name]) => person(jiraAddresses[id] ?? '', name)),
    person(jiraStranger, 'A Stranger'),
  ];
  const jira = await startJira({ judge: await jiraJudge(), people });
  const twin = deskTwin({
    ...jira,
    route: 'jira',
    signature: 'x-hub-signature',
    cards: () => jira.issues().map(seen),
    comment: (by, key, text) => jira.hands.comment(by, key, text),
    announce: (key, _at, secret) => {
      const issue = jira.issue(key);
      return jira.sign({ webhookEvent: 'jira:issue_updated', issue: { id: issue?.id ?? '', key } }, secret);
    },
    decide: (by, key) => jira.hands.answerApproval(by, key, jira.hands.askApproval(key, 'Treasury', [by]), 'approved'),
    told: (by) => jira.noticesTo(by),
    closeRoom: () => jira.closeProject(),
    remove: (key) => jira.hands.remove(key),
  });
  return { twin, jira };
};

export const jiraValues = (jira: JiraServer): JiraValues => ({
  site: jira.origin,
  email: jiraAccount.email,
  apiToken: jiraAccount.apiToken,
  webhookSecret: jira.secret,
  oldWebhookSecret: '',
  issueType: 'Task',
  statuses: '',
  priorities: '',
  serviceDesk: '',
  signs: 'low',
});
/** Where everything that ends has a status of its own. */
export const jiraStatuses =
  'returned=Returned to agent, approved=Approved, used=Approved, rejected=Rejected, cancelled=Cancelled';
