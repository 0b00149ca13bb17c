/** What people do in Jira's own pages; each is delivered as a webhook. */
import { addComment, assign, type Jira, prioritise, transition } from './jira-changes.ts';
import { type Approval, type JiraIssue, transitionsOf } from './jira-shapes.ts';
import type { Reply } from './vendor-server.ts';

const commentDocument = (text: string) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});

export const handsOf = (jira: Jira) => {
  const issueAt = (key: string): JiraIssue => {
    const found = jira.issues.find((one) => one.key === key);
    if (found === undefined) throw new Error(`there is no issue ${key}`);
    return found;
  };
  const done = ({ status, body }: Reply): void => {
    if (status >= 300) throw new Error(`Jira refused: ${JSON.stringify(body)}`);
  };
  return {
    /** moves the issue to a status, when the workflow lets it */
    move: (by: string, key: string, status: string): void => {
      const issue = issueAt(key);
      const found = transitionsOf(jira, issue).find((one) => one.to === status);
      done(transition(jira, issue, found?.id ?? `to ${status}`, by));
    },
    assign: (by: string, key: string, accountId: string | null): void =>
      done(assign(jira, issueAt(key), accountId, by)),
    prioritise: (by: string, key: string, name: string): void => done(prioritise(jira, issueAt(key), name, by)),
    comment: (by: string, key: string, text: string): void =>
      done(addComment(jira, issueAt(key), commentDocument(text), by)),
    remove: (key: string): void => {
      jira.issues = jira.issues.filter((one) => one.key !== key);
    },
    /** asks people in the service desk for an approval; each answers for themselves */
    askApproval: (key: string, name: string, accountIds: string[]): string => {
      jira.serial += 1;
      const approvers: Approval['approvers'] = accountIds.map((accountId) => ({ accountId, decision: 'pending' }));
      const approval: Approval = { id: String(jira.serial), name, decision: 'pending', approvers, at: jira.now() };
      issueAt(key).approvals.push(approval);
      return approval.id;
    },
    answerApproval: (by: string, key: string, id: string, decision: 'approved' | 'declined'): void => {
      const approval = issueAt(key).approvals.find((one) => one.id === id);
      const mine = approval?.approvers.find((one) => one.accountId === by);
      if (approval === undefined || mine === undefined) throw new Error(`${by} is not asked on ${key}`);
      mine.decision = decision;
      if (decision === 'declined') approval.decision = 'declined';
      else if (approval.approvers.every((one) => one.decision === 'approved')) approval.decision = 'approved';
      issueAt(key).updated = jira.now();
    },
  };
};
