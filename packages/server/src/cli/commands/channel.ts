/** `belay channel`: connecting a channel, trying it, and linking people to their accounts there. */
import { didYouMean } from '@belay/protocol';
import type { ChannelDefinition } from '../../app.ts';
import { readConfig, secretNamed } from '../../config.ts';
import { formatOrganisation } from '../../domain/oncall/format.ts';
import { signInAccount } from '../../domain/oncall/identity.ts';
import type { Organisation } from '../../domain/oncall/organisation.ts';
import type { Channel, Delivery } from '../../engine/channel-ports.ts';
import { CliProblem, type Command, type Exit, type Given, printJson, wrongUsage } from '../command.ts';
import { connect, connecting } from '../connection.ts';
import { columns, harmless } from '../paint.ts';

/** Read when it is wanted: every vendor's library is behind it. */
const house = () => import('../../app.ts');

const definitionNamed = async (name: string): Promise<ChannelDefinition> => {
  const { channelDefinitions } = await house();
  const found = channelDefinitions.find((definition) => definition.name === name);
  if (found !== undefined) return found;
  const names = channelDefinitions.map((definition) => definition.name);
  throw wrongUsage(`There is no channel "${name}".${didYouMean(name, names)}`, `There are ${names.join(', ')}.`);
};

const urlOf = async (given: Given): Promise<string> => {
  const url = given.text('url') ?? readConfig().url;
  const { isWebUrl } = await house();
  if (url !== undefined && isWebUrl(url)) return url.replace(/\/+$/, '');
  if (url !== undefined) throw wrongUsage(`"${url}" is no address.`, 'Write --url https://belay.example.com.');
  return 'https://belay.example.com';
};

/** A half set-up is said as the problem of whoever typed the command. */
const setUp = async <T>(work: (channels: Awaited<ReturnType<typeof house>>) => T): Promise<T> => {
  const channels = await house();
  const { ChannelProblem } = channels;
  try {
    return work(channels);
  } catch (error) {
    if (!(error instanceof ChannelProblem)) throw error;
    throw new CliProblem(1, error.message, 'Set the variables in the environment of this command.', {
      code: 'channel',
    });
  }
};

const channelNamed = async (definition: ChannelDefinition): Promise<Channel> => {
  const channel = await setUp(({ configured }) => configured(definition, secretNamed));
  if (channel !== null) return channel;
  const { missingOf } = await house();
  const needed = missingOf(definition, secretNamed).missing.map(({ env }) => env);
  throw new CliProblem(
    1,
    `${definition.title} is not set up: ${needed.join(', ')} is not in the environment.`,
    `\`belay channel add ${definition.name}\` says how.`,
    { code: 'channel' },
  );
};

const settingRows = ({ settings }: ChannelDefinition): string[][] =>
  Object.values(settings).map(({ env, about, fallback }) => [
    secretNamed(env)?.trim() ? 'set' : fallback === undefined ? 'needed' : 'optional',
    env,
    about,
  ]);

const add: Command = {
  name: 'channel add',
  summary: 'How a channel is connected: steps, what to paste at the vendor, variables to set.',
  takes: ['CHANNEL'],
  options: {
    url: { type: 'string', value: 'URL', about: 'where Belay is reached from outside (BELAY_URL)' },
    paste: { type: 'boolean', about: 'only what is pasted at the vendor' },
  },
  examples: [
    { line: 'belay channel add slack --url https://belay.acme.example', about: 'steps, and the manifest of the app' },
    { line: 'belay channel add servicenow --paste', about: 'the business rule alone' },
  ],
  run: async (given, io) => {
    const definition = await definitionNamed(given.words[0] ?? '');
    const guide = definition.guide(await urlOf(given));
    const settings = settingRows(definition);
    if (io.json)
      printJson(io, {
        channel: definition.name,
        ...guide,
        settings: settings.map(([state, env, about]) => ({ state: state ?? '', env: env ?? '', about: about ?? '' })),
      });
    else if (given.flag('paste')) io.out(guide.paste?.text ?? `${definition.title} needs nothing to be pasted.\n`);
    else {
      for (const [index, step] of guide.steps.entries()) io.out(`${index + 1}. ${step}\n`);
      if (guide.paste !== null) io.out(`\n${io.paint('bold', guide.paste.where)}\n\n${guide.paste.text}`);
      io.out(
        `\n${io.paint('bold', 'In the environment of Belay')}\n\n${columns(settings, (cell, _row, column) => (column === 0 && cell.startsWith('needed') ? io.paint('yellow', cell) : cell))}`,
      );
      io.out(`\nThen: belay channel test ${definition.name} --room ADDRESS. Everything: ${guide.page}\n`);
    }
    return 0;
  },
};

const madeBy = async (definition: ChannelDefinition, values: Record<string, string>): Promise<string[]> => {
  try {
    return (await definition.prepare?.(values)) ?? [];
  } catch (error) {
    throw new CliProblem(
      1,
      `${definition.title} made nothing: ${(error as Error).message}`,
      `\`belay channel test ${definition.name}\` says whether it lets us in.`,
      { code: 'channel' },
    );
  }
};

const prepare: Command = {
  name: 'channel prepare',
  summary: 'Make over there what the channel needs and can make itself: the properties of a Notion database.',
  takes: ['CHANNEL'],
  options: {},
  examples: [{ line: 'belay channel prepare notion', about: 'adds the properties that are missing' }],
  run: async (given, io) => {
    const definition = await definitionNamed(given.words[0] ?? '');
    await channelNamed(definition);
    const values = await setUp(({ valuesOf }) => valuesOf(definition, secretNamed));
    const made = values === null ? [] : await madeBy(definition, values);
    if (io.json) printJson(io, { channel: definition.name, made });
    else io.out(made.length === 0 ? 'Nothing is to be made.\n' : `Made: ${made.join(', ')}.\n`);
    return 0;
  },
};

const said = (delivery: Delivery): string => (delivery.kind === 'delivered' ? 'fine' : delivery.because);

const test: Command = {
  name: 'channel test',
  summary: 'Ask whether a channel lets us in, and post a card that decides nothing.',
  takes: ['CHANNEL'],
  options: {
    room: { type: 'string', value: 'ADDRESS', about: 'where to post: as in `channels:` of a control' },
    url: { type: 'string', value: 'URL', about: 'where the card links to (BELAY_URL)' },
  },
  examples: [
    { line: 'belay channel test jira --room TRE', about: 'an issue in the project TRE' },
    { line: 'belay channel test slack', about: 'only whether the token is good' },
  ],
  run: async (given, io): Promise<Exit> => {
    const { testCard } = await house();
    const channel = await channelNamed(await definitionNamed(given.words[0] ?? ''));
    const address = given.text('room');
    if (address?.trim() === '')
      throw wrongUsage('--room is blank.', 'Write an address as in `channels:` of a control.');
    const checked = (await channel.check?.()) ?? null;
    const card = testCard(await urlOf(given), Date.now());
    const place = { kind: 'room' as const, address: address ?? '' };
    const posted = address === undefined ? null : await channel.post(place, channel.render(card, place), card.subject);
    const wrong = [checked, posted].some((one) => one !== null && one.kind !== 'delivered');
    if (io.json)
      printJson(io, {
        channel: channel.name,
        ok: !wrong,
        checked: checked === null ? null : said(checked),
        posted: posted === null ? null : said(posted),
      });
    else {
      const came = (delivery: Delivery, good: string, bad: string): void =>
        io.out(delivery.kind === 'delivered' ? `${good}.\n` : `${bad}: ${harmless(delivery.because)}\n`);
      if (checked !== null) came(checked, `${channel.title} lets us in`, `${channel.title} does not let us in`);
      const room = harmless(address ?? '');
      if (posted !== null) came(posted, `A card was posted in ${room}`, `No card was posted in ${room}`);
      if (checked === null && posted === null)
        io.out(`${channel.title} cannot be asked. Write --room ADDRESS to post a card.\n`);
    }
    return wrong ? 1 : 0;
  },
};

const stateOf = async (
  definition: ChannelDefinition,
): Promise<{ state: 'set up' | 'half set up' | 'not set up'; missing: string[] }> => {
  const { missingOf } = await house();
  const { missing, isBegun } = missingOf(definition, secretNamed);
  const state = missing.length === 0 ? 'set up' : isBegun ? 'half set up' : 'not set up';
  return { state, missing: missing.map(({ env }) => env) };
};

const status: Command = {
  name: 'channel status',
  summary: 'Which channels are set up in this environment, and whether each lets us in.',
  takes: [],
  options: {},
  examples: [{ line: 'belay channel status', about: 'exit code 1 when one is half set up or shut' }],
  run: async (_given, io): Promise<Exit> => {
    const { channelDefinitions } = await house();
    const rows = await Promise.all(
      channelDefinitions.map(async (definition) => {
        const { state, missing } = await stateOf(definition);
        const checked = state === 'set up' ? await (await channelNamed(definition)).check?.() : undefined;
        return { channel: definition.name, state, missing, lets: checked === undefined ? null : said(checked) };
      }),
    );
    if (io.json) printJson(io, { items: rows });
    else
      io.out(
        columns(
          rows.map(({ channel, state, missing, lets }) => [
            channel,
            state,
            harmless(state === 'half set up' ? `missing: ${missing.join(', ')}` : (lets ?? '')),
          ]),
          (cell, _row, column) => (column === 1 && cell.startsWith('half') ? io.paint('red', cell) : cell),
        ),
      );
    return rows.some(({ state, lets }) => state === 'half set up' || (lets !== null && lets !== 'fine')) ? 1 : 0;
  },
};

const doctor: Command = {
  name: 'channel doctor',
  summary: 'How the channels of a running Belay are doing: what waits, what went wrong last, what to do.',
  takes: [],
  options: connecting,
  examples: [{ line: 'belay channel doctor', about: 'exit code 1 when there is something to mend' }],
  run: async (given, io): Promise<Exit> => {
    const { items } = await connect(given).call('listChannels', { query: {} });
    const isUnwell = ({ state, because }: (typeof items)[number]): boolean =>
      state === 'troubled' || state === 'down' || (state === 'working' && because !== null);
    if (io.json) printJson(io, { items });
    else if (items.length === 0) io.out('No channel is set up. `belay channel add CHANNEL` says how.\n');
    else {
      const rows = items.map(({ channel, state, waiting, deliveredAt, pausedUntil }) => [
        channel,
        pausedUntil === null ? state : `paused until ${pausedUntil}`,
        waiting === 0 ? 'nothing waits' : `${waiting} waiting`,
        deliveredAt === null ? 'nothing sent yet' : `last sent ${deliveredAt}`,
      ]);
      const isRed = (cell: string): boolean => /^(troubled|down)/.test(cell);
      io.out(columns(rows, (cell, _row, column) => (column === 1 && isRed(cell) ? io.paint('red', cell) : cell)));
      for (const { title, because, remedy } of items)
        if (because !== null) io.out(`\n${title}: ${harmless(because)}.\n  ${remedy}\n`);
    }
    return items.some(isUnwell) ? 1 : 0;
  },
};

const linked = (org: Organisation, personId: string, channel: string, address: string): Organisation => {
  const taken = org.people.find(
    (person) => person.personId !== personId && person.addresses[channel]?.toLowerCase() === address.toLowerCase(),
  );
  if (taken !== undefined)
    throw new CliProblem(
      1,
      `${channel} ${address} is linked to ${taken.name} (${taken.personId}).`,
      'An account is one person. Mend the organisation file first.',
      { code: 'channel' },
    );
  if (!org.people.some((person) => person.personId === personId))
    throw wrongUsage(
      `There is no person "${personId}".${didYouMean(
        personId,
        org.people.map((p) => p.personId),
      )}`,
      '`belay org show` lists them.',
    );
  return {
    ...org,
    people: org.people.map((person) =>
      person.personId === personId ? { ...person, addresses: { ...person.addresses, [channel]: address } } : person,
    ),
  };
};

const link: Command = {
  name: 'channel link',
  summary: 'Link a person to their account on a channel, or of the company’s sign-in, for administrators.',
  takes: ['PERSON', 'CHANNEL', 'ADDRESS'],
  options: connecting,
  examples: [
    { line: 'belay channel link bruno slack U02BRUNO', about: 'from now on his presses count' },
    {
      line: 'belay channel link bruno sign-in "https://login.example.com 00u1"',
      about: 'as the page said that turned him away',
    },
  ],
  run: async (given, io) => {
    const [personId = '', name = '', address = ''] = given.words;
    const title = name === signInAccount ? 'the company’s sign-in' : (await definitionNamed(name)).title;
    const api = connect(given);
    const { applied, revision } = await api.call('getOrganisation', {});
    const org = linked(applied as unknown as Organisation, personId, name, address);
    await api.call('applyOrganisation', {
      body: { source: formatOrganisation(org), file: 'organisation.yaml', revision },
    });
    if (io.json) printJson(io, { personId, channel: name, address });
    else
      io.out(
        `${personId} is ${harmless(address)} in ${title}. Write it into your organisation file too, or the next \`belay org apply\` takes it away.\n`,
      );
    return 0;
  },
};

export const channelCommands = [add, prepare, test, status, doctor, link];
