/** How Notion is connected. */
import type { GuideOf } from '../guide.ts';
import { neededProperties } from './render.ts';

export const guide: GuideOf = (url) => ({
  steps: [
    'Make an internal integration that may read, insert and update content, read and insert comments, and read users with their e-mail. Share the database with it.',
    'Give the database a status property "Status" with the options Needs a person, Claimed, Returned, Approved, Rejected, Resolved, Cancelled. `belay channel prepare notion` makes the other properties, which stand below.',
    `For webhooks: set BELAY_NOTION_ARMED_UNTIL to ten minutes from now, start Belay, create a subscription to ${url}/channels/notion/events, and paste the verification token from the log of Belay.`,
  ],
  paste: {
    where: 'the properties of the database',
    text: `Status, Name, ${Object.keys(neededProperties).join(', ')}\n`,
  },
  page: 'docs/how-to/connect-notion.md',
});
