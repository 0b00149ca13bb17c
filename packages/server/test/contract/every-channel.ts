/** One Belay with all five channels at once, each against its local vendor, every person linked on each. */
import { createJira } from '../../src/channels/jira/index.ts';
import { createNotion } from '../../src/channels/notion/index.ts';
import { createServiceNow } from '../../src/channels/servicenow/index.ts';
import { createSlack } from '../../src/channels/slack/index.ts';
import { createTeams } from '../../src/channels/teams/index.ts';
import type { Channel } from '../../src/engine/channel-ports.ts';
import { startTeams, teamsAddresses, teamsRoom, teamsValues } from '../vendors/teams.ts';
import { createWorld, invoice, sampleOrganisation } from '../world.ts';
import type { Twin } from './twin.ts';
import { jiraAddresses, jiraValues, startJiraTwin } from './twins/jira.ts';
import { notionAddresses, notionValues, setUp, startNotionTwin } from './twins/notion.ts';
import { serviceNowAddresses, serviceNowTable, serviceNowValues, startServiceNowTwin } from './twins/servicenow.ts';
import { startSlackTwin } from './twins/slack.ts';

const slackRoom = 'C0TREASURY';

const start = async () => {
  const [slack, teams, { twin: jira, jira: site }, { twin: notion, notion: workspace }, { twin: servicenow, snow }] =
    await Promise.all([
      startSlackTwin(),
      startTeams(),
      startJiraTwin(),
      startNotionTwin(),
      startServiceNowTwin({ perHour: 20_000 }),
    ]);
  await setUp(workspace);
  const channels = {
    slack: createSlack(slack.values, { fetch, responseHosts: [slack.origin] }),
    teams: createTeams(teamsValues(teams)),
    jira: createJira(jiraValues(site)),
    notion: createNotion(notionValues(workspace)),
    servicenow: createServiceNow({ ...serviceNowValues(snow), perHour: '20000' }),
  };
  const twins = { slack, teams, jira, notion, servicenow } as const satisfies Record<string, Twin>;
  const rooms = {
    slack: slackRoom,
    teams: teamsRoom,
    jira: 'TRE',
    notion: workspace.ids.dataSource,
    servicenow: serviceNowTable,
  };
  return { channels, twins, rooms };
};

export type ChannelName = keyof Awaited<ReturnType<typeof start>>['twins'];
export const channelNames: readonly ChannelName[] = ['slack', 'teams', 'jira', 'notion', 'servicenow'];

const linked = () => {
  const org = sampleOrganisation();
  const addressesOf = (personId: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries({
        slack: `U02${personId.toUpperCase()}`,
        teams: teamsAddresses[personId],
        jira: jiraAddresses[personId],
        notion: notionAddresses[personId],
        servicenow: serviceNowAddresses[personId],
      }).filter((pair): pair is [string, string] => pair[1] !== undefined),
    );
  return { ...org, people: org.people.map((person) => ({ ...person, addresses: addressesOf(person.personId) })) };
};

export const everyChannel = async ({
  change = (channel) => channel,
  also = [],
}: {
  change?: (channel: Channel) => Channel;
  also?: Channel[];
} = {}) => {
  const { channels, twins, rooms } = await start();
  const world = await createWorld({
    controls: ['payment-approval'],
    channels: [...Object.values(channels).map(change), ...also],
    organisation: linked(),
    edit: (source) =>
      `${source}\nchannels: { ${Object.entries(rooms)
        .map(([name, room]) => `${name}: ${JSON.stringify(room)}`)
        .join(', ')} }\n`,
  });
  for (const twin of Object.values(twins) as Twin[]) twin.useClock?.(world.clock.now);
  const agent = await world.agent('pay-bot', ['payment-approval']);
  return {
    world,
    twins: twins as Record<ChannelName, Twin>,
    rooms,
    agent,
    handOff: async (id: string, erp: Record<string, string> = {}) => {
      const args = invoice(world.records, id, { vendor: { ageDays: 3 }, erp });
      const { body } = await agent.call('startRun', {
        body: { control: 'payment-approval', subject: { invoiceId: id } },
      });
      const { runId } = body.run;
      const gated = await agent.call('gate', {
        params: { runId },
        body: { epoch: 1, step: 'release-payment', arguments: args, key: 'pay' },
      });
      if (gated.body.kind !== 'handoff') throw new Error(JSON.stringify(gated.body));
      return { runId, caseId: gated.body.caseId };
    },
    /** the cards in the room of a channel that show a text */
    cards: (name: ChannelName, text: string) =>
      twins[name].cards().filter((card) => card.text.includes(text) && card.where === roomOn(name, rooms)),
    close: async () => {
      await world.close();
      await Promise.all(Object.values(twins).map((twin) => twin.close()));
    },
  };
};
export type EveryChannel = Awaited<ReturnType<typeof everyChannel>>;

/** The twin of Slack calls a room by its name. */
const roomOn = (name: ChannelName, rooms: Record<ChannelName, string>): string =>
  name === 'slack' ? '#treasury' : rooms[name];
