/** Routes of the channels: unknown accounts becoming somebody's. What vendors deliver has a door of its own. */
import { z } from 'zod';
import { personView } from '../views.ts';
import { instant } from '../words.ts';
import type { Route } from './route.ts';

const token = z.string().min(1).max(300);
const pressed = {
  label: z.string().describe('of the button'),
  title: z.string().describe('of the case or approval'),
  url: z.string().describe('of it in the inbox'),
};
const account = {
  channel: z.string(),
  title: z.string().describe('what people call the channel'),
  address: z.string().describe('the account, as the vendor calls it'),
};

export const channelRoutes = {
  lookAtAccountLink: {
    method: 'POST',
    path: '/v1/account-links/look',
    caller: 'person',
    summary: 'What the link that somebody got for a press would do: which account becomes whose. Spends nothing.',
    body: z.strictObject({ token }),
    answer: z.strictObject({
      ...account,
      email: z.string().nullable().describe('under which the vendor knows the account; null: it does not say'),
      person: personView.describe('who is signed in, and whose account it becomes'),
      pressed: z.strictObject(pressed).nullable().describe('what counts once it is linked; null: nothing waits'),
      expiresAt: instant,
      problem: z.string().nullable().describe('why an administrator has to do it'),
    }),
  },
  confirmAccountLink: {
    method: 'POST',
    path: '/v1/account-links/confirm',
    caller: 'person',
    summary: 'This account is mine: it is linked to whoever is signed in, once, and what was pressed is decided now.',
    body: z.strictObject({ token }),
    answer: z.strictObject({
      ...account,
      accountId: z.string().nullable().describe('to withdraw it; null: it was linked already'),
      pressed: z
        .strictObject({ ...pressed, done: z.boolean(), text: z.string().describe('what became of it') })
        .nullable(),
    }),
  },
} as const satisfies Record<string, Route>;
