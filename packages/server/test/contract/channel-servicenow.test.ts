/** ServiceNow keeps the contract of a channel: the client of its Table API against a local instance. */
import { createServiceNow } from '../../src/channels/servicenow/index.ts';
import { channelContract } from './channel.ts';
import { deskSkips, publicSkips } from './twins/desk.ts';
import {
  serviceNowAddresses,
  serviceNowStranger,
  serviceNowTable,
  serviceNowValues,
  startServiceNowTwin,
} from './twins/servicenow.ts';

const make = async () => {
  const { twin, snow } = await startServiceNowTwin();
  const channel = createServiceNow({ ...serviceNowValues(snow), signs: 'high' });
  return { channel, twin, room: serviceNowTable, addresses: serviceNowAddresses, stranger: serviceNowStranger };
};

channelContract({ name: 'servicenow', make, skips: { ...deskSkips, ...publicSkips } });
