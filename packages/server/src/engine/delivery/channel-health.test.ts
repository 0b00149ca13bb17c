import { expect, it } from 'vitest';
import { channelHealth, examineChannels } from './channel-health.ts';

const amiss = { because: 'Jira has no priority "Urgent"', remedy: 'Mend BELAY_JIRA_PRIORITIES.' };

const portsWith = (asked: () => Promise<typeof amiss>) =>
  ({
    channels: new Map([['jira', { name: 'jira', title: 'Jira', amiss: asked }]]),
    cards: { channels: async () => [], backlogs: async () => [] },
    clock: { now: () => 0 },
    refusals: new Map(),
  }) as never;

it('a probe of this server asks no vendor: one that hangs would make Belay look down', async () => {
  const hanging = portsWith(() => new Promise(() => undefined));
  expect(await channelHealth(hanging)).toMatchObject([{ channel: 'jira', state: 'working', because: null }]);
});

it('whoever looks after the channels hears what the vendor says of how they are set up', async () => {
  expect(await examineChannels(portsWith(async () => amiss))).toMatchObject([{ channel: 'jira', ...amiss }]);
});
