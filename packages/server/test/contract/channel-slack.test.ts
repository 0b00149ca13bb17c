/** Slack keeps the contract of a channel: its real client against a twin of Slack. */
import { createSlack } from '../../src/channels/slack/index.ts';
import { channelContract } from './channel.ts';
import { startSlackTwin } from './twins/slack.ts';

const make = async () => {
  const twin = await startSlackTwin();
  return {
    channel: createSlack(twin.values, { fetch, responseHosts: [twin.origin] }),
    twin,
    room: '#treasury',
    addresses: { amelie: 'U02AMELIE', bruno: 'U02BRUNO', chidi: 'U02CHIDI', dana: 'U02DANA', emre: 'U02EMRE' },
    stranger: 'U0STRANGER',
  };
};

channelContract({ name: 'slack', make });
