/**
 * How a channel is doing. One that is shut to us (token revoked, app removed) is marked, told to the administrators on
 * the other channels, left alone, and looked at each minute; when it lets us in again, everything it should show is
 * owed anew.
 */
import { administrators, resolveTarget } from '../../domain/oncall/organisation.ts';
import type { Channel } from '../channel-ports.ts';
import type { ChannelState, Owed, Trouble } from './card-store.ts';
import { addressOf } from './places.ts';
import type { DeliverPorts } from './ports.ts';

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
    return [
      { kind: 'notice', lane: way.name, target, body: { place, text, personId: person.personId }, urgency: 1_000 },
    ];
  });
};

export const channelFailed = async (ports: DeliverPorts, channel: Channel, because: string): Promise<void> => {
  const { cards, clock, log } = ports;
  if (!(await cards.fail(channel.name, because, clock.now()))) return;
  log.error({ channel: channel.name, because }, 'a channel does not let us in');
  const text = `Belay cannot use ${channel.title} any more: ${because}. Cases go to the other channels and up their ladders. Mend it; Belay looks again each minute.`;
  await cards.owe(await notices(ports, text), clock.now());
};

const triedEveryMs = 30_000;
const reached = ({ since, times }: Trouble, now: number, least: { times: number; ms: number }): boolean =>
  since !== null && times >= least.times && now - since >= least.ms;

/** People are told elsewhere, and this channel is tried now and then instead of for each of its cards. */
export const inTrouble = (trouble: Trouble, now: number): boolean => reached(trouble, now, { times: 3, ms: 20_000 });
const isDown = (trouble: Trouble, now: number): boolean => reached(trouble, now, { times: 5, ms: 5 * 60_000 });

/** The vendor gave no usable answer again. */
export const troubled = async (
  ports: DeliverPorts,
  channel: Channel,
  because: string,
  trouble: Trouble,
): Promise<void> => {
  const now = ports.clock.now();
  if (isDown(trouble, now)) await channelFailed(ports, channel, because);
  else if (inTrouble(trouble, now)) await ports.cards.pause(channel.name, now + triedEveryMs, now);
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
