/** How mail is connected. */
import type { GuideOf } from '../guide.ts';

export const guide: GuideOf = () => ({
  steps: [
    'Take an account of your mail server that may send as the address people see.',
    'People are reached at the mail address of the organisation file, or at the address `email` there.',
  ],
  paste: null,
  page: 'docs/how-to/connect-mail.md',
});
