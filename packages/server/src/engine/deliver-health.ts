/**
 * How a channel is doing. One that is shut to us (token revoked, app removed) is marked, told to the administrators on
 * the other channels, left alone, and looked at each minute; when it lets us in again, everything it should show is
 * owed anew.
 */
import { administrators, resolveTarget } from '../domain/oncall/organisation.ts';
import type { Channel } from './channel-ports.ts';
import { addressOf } from './deliver-places.ts';
import type { ChannelState, DeliverPorts, Owed } from './deliver-ports.ts';

const checkEveryMs = 60_000;
/** a channel that cannot be asked is tried again after this */
const assumeWellMs = 600_000;

/** One notice for each administrator, on their first channel that works. */
const notices = async ({ channels, cards, house, clock }: DeliverPorts, text: string): Promise<Owed[]> => {
  const now = clock.now();
  const unhealthy = (await cards.channels()).filter((state) => state.unhealthySince !== null).map(({ name }) => name);
  const org = await house.organisation();
  return resolveTarget(org, administrators, now).flatMap((person) => {
    const way = [...channels.values()].find(
      ({ name, tell }) => tell !== undefined && !unhealthy.includes(name) && addressOf(person, name) !== null,
    );
    if (way === undefined) return [];
    const place = { kind: 'person', address: addressOf(person, way.name) ?? '' };
    const target = `${way.name} ${place.address} ${now} ${text}`.slice(0, 500);
    return [{ kind: 'notice', lane: way.name, target, body: { place, text }, urgency: 1_000 }];
  });
};

export const channelFailed = async (ports: DeliverPorts, channel: Channel, because: string): Promise<void> => {
  const { cards, clock, log } = ports;
  if (!(await cards.fail(channel.name, because, clock.now()))) return;
  log.error({ channel: channel.name, because }, 'a channel does not let us in');
  const text = `Belay cannot use ${channel.title} any more: ${because}. Cases go to the other channels and up their ladders. Mend it; Belay looks again each minute.`;
  await cards.owe(await notices(ports, text), clock.now());
};

/** A room of a control that cannot be posted to: its cards stand nowhere else in the team's sight. */
export const roomFailed = async (
  ports: DeliverPorts,
  channel: Channel,
  address: string,
  because: string,
): Promise<void> => {
  const text = `Belay cannot show a case in ${address} of ${channel.title}: ${because}.`;
  await ports.cards.owe(await notices(ports, text), ports.clock.now());
};

const recovered = async ({ cards, clock, log }: DeliverPorts, channel: Channel): Promise<boolean> => {
  if (!(await cards.recover(channel.name, clock.now()))) return false;
  log.info({ channel: channel.name }, 'a channel lets us in again');
  return true;
};

/** May deliveries go out on this channel now? Looks again at one that was shut. */
export const isOpen = async (ports: DeliverPorts, channel: Channel): Promise<boolean> => {
  const now = ports.clock.now();
  const state: ChannelState | undefined = (await ports.cards.channels()).find(({ name }) => name === channel.name);
  if ((state?.pausedUntil ?? 0) > now) return false;
  if (state === undefined || state.unhealthySince === null) return true;
  const since = now - (state.checkedAt ?? 0);
  if (channel.check === undefined) return since >= assumeWellMs && (await recovered(ports, channel));
  if (since < checkEveryMs) return false;
  await ports.cards.checked(channel.name, now);
  const checked = await channel.check();
  return checked.kind === 'delivered' && (await recovered(ports, channel));
};
