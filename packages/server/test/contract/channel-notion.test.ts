/** Notion keeps the contract of a channel: its own client against a local Notion. */
import { createNotion } from '../../src/channels/notion/index.ts';
import { channelContract } from './channel.ts';
import { deskSkips, publicSkips } from './twins/desk.ts';
import { notionAddresses, notionStranger, notionValues, setUp, startNotionTwin } from './twins/notion.ts';

const make = async () => {
  const { twin, notion } = await startNotionTwin();
  await setUp(notion);
  // What a row may sign off by default is tested in channel-notion-own.test.ts.
  const channel = createNotion({ ...notionValues(notion), signs: 'high' });
  return { channel, twin, room: notion.ids.dataSource, addresses: notionAddresses, stranger: notionStranger };
};

const skips = {
  ...deskSkips,
  ...publicSkips,
  'C3 a delivery from six minutes ago or from the future is refused':
    'Notion signs no time; a delivery is a hint, known by its id, and read back',
};
channelContract({ name: 'notion', make, skips });
