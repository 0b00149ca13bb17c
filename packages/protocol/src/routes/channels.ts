/** Routes of the channels: how they are doing, and unknown accounts becoming somebody's. Vendors have a door of their own. */
import { z } from 'zod';
import { personView } from '../views.ts';
import { instant } from '../words.ts';
import { page, type Route } from './route.ts';

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

const channelView = z.strictObject({
  channel: z.string(),
  title: z.string(),
  state: z
    .enum(['working', 'paused', 'troubled', 'down'])
    .describe(
      'paused: the vendor asked to wait. troubled: it does not answer, people are told elsewhere. down: shut to us',
    ),
  since: instant.nullable().describe('since when it is troubled or down'),
  pausedUntil: instant.nullable(),
  because: z.string().nullable().describe('what the vendor said'),
  remedy: z.string().nullable(),
  waiting: z.int().describe('deliveries that are owed there'),
  waitingSince: instant.nullable().describe('the oldest of them'),
  deliveredAt: instant.nullable().describe('the last one that arrived'),
  lastError: z.string().nullable().describe('also when it works again'),
  lastErrorAt: instant.nullable(),
  refused: z.int().describe('what came in there and did not verify, since this node started'),
});

export const channelRoutes = {
  listChannels: {
    method: 'GET',
    path: '/v1/channels',
    caller: 'person',
    summary: 'How each channel that is set up is doing: what waits, what went wrong last, what to do. For operators.',
    query: z.strictObject({}),
    answer: page(channelView),
  },
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
  listUnknownAccounts: {
    method: 'GET',
    path: '/v1/accounts/unknown',
    caller: 'person',
    summary:
      'Accounts that pressed something in the last 30 days and belong to nobody, the latest first. For administrators.',
    query: z.strictObject({}),
    answer: page(
      z.strictObject({
        ...account,
        presses: z.int().describe('how often, with nothing changed'),
        pressedAt: instant.describe('the last time'),
      }),
    ),
  },
  linkAccount: {
    method: 'POST',
    path: '/v1/people/:personId/accounts',
    caller: 'person',
    summary:
      'An administrator says whose account this is. A press that waits for it is decided within a minute, if nothing has changed.',
    body: z.strictObject({ channel: z.string().min(1).max(100), address: z.string().min(1).max(300) }),
    answer: z.strictObject({
      accountId: z.string().nullable().describe('to withdraw it at /v1/entered; null: it was linked already'),
    }),
  },
} as const satisfies Record<string, Route>;
