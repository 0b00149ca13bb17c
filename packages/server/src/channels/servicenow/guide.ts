/** How ServiceNow is connected. */
import type { GuideOf } from '../guide.ts';
import { businessRule } from './business-rule.ts';

export const guide: GuideOf = (url) => ({
  steps: [
    'Make a user that nobody else uses, web service access only, that may read and write the tables, and read sys_user, sys_user_group, sys_journal_field and sysapproval_approver.',
    `Make the properties belay.url (${url}) and belay.push.secret (a password, also BELAY_SERVICENOW_PUSH_SECRET).`,
    'Make a business rule on each table: after, update, advanced, when correlation_id starts with belay_ and the user is not that one. Paste the script that stands below.',
  ],
  paste: { where: 'the business rule', text: businessRule },
  page: 'docs/how-to/connect-servicenow.md',
});
