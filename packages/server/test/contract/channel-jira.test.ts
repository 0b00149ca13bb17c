/** Jira keeps the contract of a channel: jira.js against a local Jira. */
import { createJira } from '../../src/channels/jira/index.ts';
import { channelContract } from './channel.ts';
import { deskSkips } from './twins/desk.ts';
import { jiraAddresses, jiraStatuses, jiraStranger, jiraValues, startJiraTwin } from './twins/jira.ts';

const make = async () => {
  const { twin, jira } = await startJiraTwin();
  const channel = createJira({ ...jiraValues(jira), statuses: jiraStatuses, serviceDesk: 'yes', signs: 'high' });
  return { channel, twin, room: 'TRE', addresses: jiraAddresses, stranger: jiraStranger };
};

const skips = {
  ...deskSkips,
  'C3 a delivery from six minutes ago or from the future is refused':
    'Jira signs no time; a delivery is a hint, known by its identifier, and read back',
};
channelContract({ name: 'jira', make, skips });
