/** Teams keeps the contract of a channel: its real client against a local Teams. */
import { createTeams } from '../../src/channels/teams/index.ts';
import { startTeams, teamsAddresses, teamsRoom, teamsStranger, teamsValues } from '../vendors/teams.ts';
import { channelContract } from './channel.ts';

const make = async () => {
  const twin = await startTeams();
  const channel = createTeams(teamsValues(twin));
  return { channel, twin, room: teamsRoom, addresses: teamsAddresses, stranger: teamsStranger };
};

channelContract({ name: 'teams', make });
