/** How each channel is doing, for whoever looks after them: what waits, what went wrong last, and what to do about it. */
import { type AnswerOf, iso, isoOrNull } from '@belay/protocol';
import type { Channel, Channels } from '../channel-ports.ts';
import type { Clock } from '../ports.ts';
import type { CardStore, ChannelState } from './card-store.ts';
import { inTrouble } from './health.ts';

type View = AnswerOf<'listChannels'>['items'][number];
type Ports = {
  channels: Channels;
  cards: Pick<CardStore, 'channels' | 'backlogs'>;
  clock: Clock;
  refusals: ReadonlyMap<string, number>;
};

const stateOf = (state: ChannelState | undefined, now: number): View['state'] => {
  if (state === undefined) return 'working';
  if (state.unhealthySince !== null) return 'down';
  if (inTrouble(state.trouble, now)) return 'troubled';
  return (state.pausedUntil ?? 0) > now ? 'paused' : 'working';
};

/** By what the vendor said; the first that fits. */
const remedies: readonly [RegExp, (name: string) => string][] = [
  [/429|rate/i, () => 'Nothing is to be done: sending goes on at the time the vendor named.'],
  [
    /401|token|invalid_auth|not_authed|inactive/i,
    (name) => `Make a new token there and give it to Belay; \`belay channel add ${name}\` says where it stands.`,
  ],
  [
    /403|scope|permission|restricted|access/i,
    (name) => `\`belay channel add ${name}\` lists what it has to be allowed.`,
  ],
  [
    /404|not_found|archived|not_in_channel|project/i,
    (name) =>
      `Look at the room in the control, and whether Belay is in it: \`belay channel test ${name} --room ADDRESS\`.`,
  ],
  [
    /did not answer|50\d|timeout/i,
    () => 'The vendor does not answer; its status page may say why. Belay goes on trying.',
  ],
];
const remedyOf = (name: string, because: string): string =>
  remedies.find(([words]) => words.test(because))?.[1](name) ??
  `\`belay channel test ${name}\` asks whether it lets us in.`;

const view = (
  { name, title }: Channel,
  state: ChannelState | undefined,
  backlog: Awaited<ReturnType<CardStore['backlogs']>>[number] | undefined,
  { clock, refusals }: Pick<Ports, 'clock' | 'refusals'>,
): View => {
  const now = clock.now();
  const how = stateOf(state, now);
  const because = how === 'down' ? (state?.because ?? null) : how === 'working' ? null : (state?.lastError ?? null);
  return {
    channel: name,
    title,
    state: how,
    since: isoOrNull(
      how === 'down' ? (state?.unhealthySince ?? null) : how === 'troubled' ? (state?.trouble.since ?? null) : null,
    ),
    pausedUntil: how === 'paused' ? iso(state?.pausedUntil ?? now) : null,
    because,
    remedy: because === null ? null : remedyOf(name, because),
    waiting: backlog?.waiting ?? 0,
    waitingSince: isoOrNull(backlog?.waitingSince ?? null),
    deliveredAt: isoOrNull(backlog?.deliveredAt ?? null),
    lastError: state?.lastError ?? null,
    lastErrorAt: isoOrNull(state?.lastErrorAt ?? null),
    refused: refusals.get(name) ?? 0,
  };
};

/** A channel that works may be set up wrong all the same; one that does not answer is not asked. */
const examined = async (channel: Channel, seen: View): Promise<View> => {
  if (seen.state !== 'working') return seen;
  const found = await channel.amiss?.().catch(() => null);
  return { ...seen, ...found };
};

/** What is known here; no vendor is asked, so that a probe of this server never waits for another. */
export const channelHealth = async (ports: Ports): Promise<View[]> => {
  const channels = [...ports.channels.values()];
  const [states, backlogs] = await Promise.all([
    ports.cards.channels(),
    ports.cards.backlogs(channels.map(({ name }) => name)),
  ]);
  return channels.map((channel) => {
    const state = states.find(({ name }) => name === channel.name);
    const backlog = backlogs.find(({ name }) => name === channel.name);
    return view(channel, state, backlog, ports);
  });
};

/** And with what the vendors say of how they are set up. */
export const examineChannels = async (ports: Ports): Promise<View[]> =>
  Promise.all(
    (await channelHealth(ports)).map((seen) => {
      const channel = ports.channels.get(seen.channel);
      return channel === undefined ? seen : examined(channel, seen);
    }),
  );

/** Channels that are down, as sentences. */
export const channelAlarms = (health: readonly View[]): string[] =>
  health
    .filter(({ state }) => state === 'down')
    .map(({ title, because, remedy }) => `${title} is down: ${because}. ${remedy}`);
