/** `belay demo`. */
import { resolve } from 'node:path';
import { didYouMean } from '@belay/protocol';
import { readConfig } from '../../config.ts';
import { type Command, wrongUsage } from '../command.ts';
import { demoDirectory } from '../connection.ts';

const speeds = ['slow', 'fast'] as const;

const speedOf = (text: string): (typeof speeds)[number] => {
  const speed = speeds.find((one) => one === text);
  if (speed !== undefined) return speed;
  throw wrongUsage(`There is no speed "${text}".${didYouMean(text, speeds)}`, 'It is slow or fast.');
};

export const demo: Command = {
  name: 'demo',
  summary: 'Two agents at work on this machine, and you in charge of them.',
  takes: [],
  options: {
    data: { type: 'string', value: 'DIR', about: 'where the demo keeps its data (default .belay/demo)' },
    port: { type: 'string', value: 'N', about: 'port of the inbox (default 4700; 0: any free one)' },
    speed: { type: 'string', value: 'slow|fast', about: 'how fast the agents work (default slow)' },
    fresh: { type: 'boolean', about: 'start anew instead of going on where it was' },
    channels: {
      type: 'boolean',
      about: 'with Slack, Teams, Jira, Notion and ServiceNow as local vendors, side by side',
    },
    once: { type: 'boolean', about: 'play the people as well, check what came of it, and end' },
  },
  examples: [
    { line: 'belay demo', about: 'opens an inbox and prints a link that signs you in' },
    { line: 'belay demo --fresh --speed fast', about: 'everything again, at ten times the speed' },
    { line: 'belay demo --channels', about: 'the same case in five places; a page shows them, and buttons work' },
    { line: 'belay demo --once --json', about: 'unattended, under a minute; prints the counts' },
  ],
  run: async (given, io) => {
    const { runDemo } = await import('../../demo/demo.ts');
    const once = given.flag('once');
    const data = given.text('data');
    const port = given.text('port') ?? (once ? '0' : undefined);
    const config = readConfig(port === undefined ? {} : { port });
    return runDemo(
      {
        dataDir: data === undefined ? null : resolve(data),
        usualDir: `${demoDirectory(config.dataDir)}${given.flag('channels') ? '-channels' : ''}`,
        port: config.port,
        once,
        fresh: given.flag('fresh'),
        channels: given.flag('channels'),
        speed: speedOf(given.text('speed') ?? (once ? 'fast' : 'slow')),
      },
      io,
    );
  },
};
