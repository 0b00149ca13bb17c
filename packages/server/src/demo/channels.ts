/**
 * Five local vendors for people without a tenant: Slack, Teams, Jira, Notion and ServiceNow on loopback, each set up the
 * way a real one is, by the same settings. Belay talks to them through the vendors' own clients.
 */

import { channelsFrom } from '../app.ts';
import type { Organisation } from '../domain/oncall/organisation.ts';
import type { Channel } from '../engine/channel-ports.ts';
import { jiraAccount, startJira } from './vendors/jira.ts';
import { startNotion } from './vendors/notion.ts';
import { startServiceNow } from './vendors/servicenow.ts';
import { slackTeam, startSlack } from './vendors/slack.ts';
import { startTeams, teamsIdOf, teamsRoom } from './vendors/teams.ts';
import type { Callback, Callbacks } from './vendors/vendor-server.ts';

/** Who the page can be: people of the sample organisation, with their accounts everywhere. */
const seats = ['dana', 'bruno', 'amelie', 'chidi', 'farah'] as const;
export type Seat = (typeof seats)[number];
export const isSeat = (text: string): text is Seat => (seats as readonly string[]).includes(text);
export const seatsInOrder: readonly Seat[] = seats;

const table = 'incident';
const notionStatuses = ['Needs a person', 'Claimed', 'Returned', 'Approved', 'Rejected', 'Resolved', 'Cancelled'];

export type Account = { slack: string; teams: string; jira: string; notion: string; servicenow: string };
export const accountsOf = (personId: string): Account => {
  const place = Math.max(0, (seats as readonly string[]).indexOf(personId)) + 1;
  return {
    slack: `U02${personId.toUpperCase()}`,
    teams: teamsIdOf(personId),
    jira: `712020:${personId}`,
    notion: `11111111-1111-4111-8111-${String(place).padStart(12, '0')}`,
    servicenow: `${personId}.acme`,
  };
};

/** The sample organisation with an address of each seat on each channel. */
export const withAccounts = (org: Organisation): Organisation => ({
  ...org,
  people: org.people.map((person) =>
    isSeat(person.personId)
      ? { ...person, addresses: { ...person.addresses, ...accountsOf(person.personId) } }
      : person,
  ),
});

/** Where the cards of a control stand, as its last line. */
export const channelsLine = (dataSource: string): string =>
  `channels: { slack: C0TREASURY, teams: "${teamsRoom}", jira: TRE, notion: ${dataSource}, servicenow: ${table} }`;

const environment = ({ slack, teams, jira, notion, snow }: Vendors): Record<string, string> => ({
  BELAY_SLACK_BOT_TOKEN: slack.values.botToken,
  BELAY_SLACK_SIGNING_SECRET: slack.values.signingSecret,
  BELAY_SLACK_TEAM: slackTeam,
  BELAY_SLACK_API_URL: slack.values.apiUrl,
  BELAY_TEAMS_APP_ID: teams.appId,
  BELAY_TEAMS_APP_PASSWORD: teams.appPassword,
  BELAY_TEAMS_TENANT: teams.tenant,
  BELAY_TEAMS_TEAM: teams.teamId,
  BELAY_TEAMS_SERVICE_URL: teams.origin,
  BELAY_TEAMS_LOGIN_URL: teams.loginEndpoint,
  BELAY_TEAMS_OPENID_URL: teams.openIdMetadataUrl,
  BELAY_JIRA_SITE: jira.origin,
  BELAY_JIRA_EMAIL: jiraAccount.email,
  BELAY_JIRA_API_TOKEN: jiraAccount.apiToken,
  BELAY_JIRA_WEBHOOK_SECRET: jira.secret,
  BELAY_JIRA_STATUSES:
    'returned=Returned to agent, approved=Approved, used=Approved, rejected=Rejected, cancelled=Cancelled',
  BELAY_NOTION_TOKEN: notion.token,
  BELAY_NOTION_DATA_SOURCE: notion.ids.dataSource,
  BELAY_NOTION_VERIFICATION_TOKEN: notion.verificationToken,
  BELAY_NOTION_API_URL: notion.origin,
  BELAY_SERVICENOW_INSTANCE: snow.origin,
  BELAY_SERVICENOW_USER: snow.account.user,
  BELAY_SERVICENOW_PASSWORD: snow.account.password,
  BELAY_SERVICENOW_PUSH_SECRET: snow.secret,
});

/** As the guided set-up of the channel leaves it. */
const rowSchema = {
  Name: { id: 'title', type: 'title' as const, options: [] },
  Status: { id: 'stat', type: 'status' as const, options: notionStatuses },
  Owner: { id: 'ownr', type: 'people' as const, options: [] },
  Urgency: { id: 'urgy', type: 'select' as const, options: ['High', 'Normal'] },
  Due: { id: 'duee', type: 'date' as const, options: [] },
  Now: { id: 'nowt', type: 'rich_text' as const, options: [] },
  Instructions: { id: 'inst', type: 'rich_text' as const, options: [] },
  Link: { id: 'link', type: 'url' as const, options: [] },
  'Escalation ID': { id: 'esid', type: 'rich_text' as const, options: [] },
};

const start = async (org: Organisation) => {
  const known = org.people.filter(({ personId }) => isSeat(personId));
  const named = known.map(({ personId, name, email }) => ({
    personId,
    name,
    email: email ?? `${personId}@example.com`,
  }));
  const [slack, teams, jira, notion, snow] = await Promise.all([
    startSlack(),
    startTeams({ people: Object.fromEntries(named.map(({ personId, name }) => [personId, name])) }),
    startJira({
      people: named.map(({ personId, name, email }) => ({
        accountId: accountsOf(personId).jira,
        displayName: name,
        email,
      })),
    }),
    startNotion({
      schema: rowSchema,
      people: named.map(({ personId, name, email }) => ({ id: accountsOf(personId).notion, name, email })),
    }),
    startServiceNow({
      people: named.map(({ personId, name, email }) => ({ userName: accountsOf(personId).servicenow, name, email })),
    }),
  ]);
  return { slack, teams, jira, notion, snow };
};
export type Vendors = Awaited<ReturnType<typeof start>>;

export type LocalVendors = {
  vendors: Vendors;
  channels: Channel[];
  table: string;
  notionStatuses: string[];
  /** from now on what people do there is delivered to Belay */
  deliverTo(url: string): void;
  close(): Promise<void>;
};

export const startVendors = async (org: Organisation): Promise<LocalVendors> => {
  const vendors = await start(org);
  const settings = environment(vendors);
  const desks: [string, Callbacks][] = [
    ['jira', vendors.jira.callbacks],
    ['notion', vendors.notion.callbacks],
    ['servicenow', vendors.snow.callbacks],
  ];
  return {
    vendors,
    channels: channelsFrom((env) => settings[env]),
    table,
    notionStatuses,
    deliverTo: (url) => {
      for (const [name, callbacks] of desks)
        callbacks.deliverBy(({ headers, body }: Callback) => {
          // A lost delivery is found by polling, as with the real vendor.
          void fetch(`${url}/channels/${name}/events`, { method: 'POST', headers, body }).catch(() => undefined);
        });
    },
    close: async () => {
      await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
    },
  };
};
