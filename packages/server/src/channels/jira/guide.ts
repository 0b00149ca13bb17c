/** How Jira is connected. */
import type { GuideOf } from '../guide.ts';

export const guide: GuideOf = (url) => ({
  steps: [
    'Make an account that nobody else uses, with the right to browse, create, edit, assign, comment and move issues of the project, and an API token for it.',
    'In System, WebHooks, create a webhook with what stands below and a secret of your own.',
    'In the workflow, see that the statuses you name in BELAY_JIRA_STATUSES can be reached.',
  ],
  paste: {
    where: 'the webhook',
    text: `URL: ${url}/channels/jira/events
Secret: a long random text, also BELAY_JIRA_WEBHOOK_SECRET
Events: Issue updated; Comment created
JQL filter: labels = belay
`,
  },
  page: 'docs/how-to/connect-jira.md',
});
