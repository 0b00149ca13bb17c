/**
 * Where a case or an approval is shown now: the rooms of its control, and the people who are asked, each on the first
 * of their channels that works. Pure; made again whenever something changed or failed.
 */

import type { CompiledControl } from '@belay/control';
import { candidates } from '../../domain/approval/signers.ts';
import { ladderOf, rungAt, stillAsked } from '../../domain/case/open.ts';
import type { Organisation, Person } from '../../domain/oncall/organisation.ts';
import type { Channel, Channels, Place } from '../channel-ports.ts';
import type { Found, ShownCard } from './card-store.ts';

export type Wanted = { channel: string; place: Place; personId: string | null };
export type Places = {
  wanted: Wanted[];
  /** people are asked who have an address on some channel, and not one of them can be told on any */
  unreached: boolean;
};

type Situation = {
  control: CompiledControl;
  org: Organisation;
  now: number;
  channels: Channels;
  /** channels that are shut to us at present */
  unhealthy: ReadonlySet<string>;
  /** when a card that is not there yet could stand there: after what the vendor asked to wait, and what is owed already */
  freeAt(channel: string, address: string): number;
  cards: readonly ShownCard[];
};

/** The person's address on a channel; the mail address of the organisation stands for the channel `email`. */
export const addressOf = (person: Person, channel: string): string | null =>
  person.addresses[channel] ?? (channel === 'email' ? person.email : null);

/** Is this the address of this person now, and are they still of the organisation? */
export const isTheirs = (org: Organisation, personId: string, channel: string, address: string): boolean =>
  org.people.some((one) => one.personId === personId && one.active && addressOf(one, channel) === address);

/** A click names one person: addresses are unique in the organisation, whatever their case. */
export const personAt = (org: Organisation, channel: string, address: string): Person | null =>
  org.people.find((person) => person.active && addressOf(person, channel)?.toLowerCase() === address.toLowerCase()) ??
  null;

const asked = (found: Found, { control, org, now }: Situation): { people: string[]; via: string[] } => {
  if (found.kind === 'case') {
    const { kase } = found;
    if (kase.status !== 'open') return { people: [], via: [] };
    const rung = rungAt(ladderOf(kase.to, { control }), kase.rung);
    return { people: stillAsked(kase), via: rung?.via ?? [] };
  }
  const { approval } = found;
  if (approval.status !== 'waiting') return { people: [], via: [] };
  return { people: candidates(approval, { org, now }).map(({ person }) => person.personId), via: [] };
};

const roomsOf = ({ control, channels }: Situation): Wanted[] =>
  Object.entries(control.control.channels)
    .filter(([channel]) => channels.has(channel))
    .map(([channel, address]) => ({ channel, place: { kind: 'room', address }, personId: null }));

type Way = { channel: string; address: string };

const reaches = (channel: Channel | undefined): boolean => channel?.tell !== undefined;

/** On which channels a person can be told at all, in the order of the rung or, without one, of the set-up. */
const waysTo = (person: Person, via: string[], { channels }: Situation): Way[] =>
  (via.length > 0 ? via : [...channels.keys()]).flatMap((channel) => {
    const address = reaches(channels.get(channel)) ? addressOf(person, channel) : null;
    return address === null ? [] : [{ channel, address }];
  });

/** When the next rung fires, if nobody moves. */
export const deadlineOf = (found: Found): number =>
  (found.kind === 'case' && found.kase.status === 'open' ? found.kase.nextRungAt : null) ?? Number.POSITIVE_INFINITY;

export const placesOf = (found: Found, situation: Situation): Places => {
  const { org, cards, unhealthy, freeAt } = situation;
  const { people, via } = asked(found, situation);
  const live = found.kind === 'case' ? found.kase.status === 'open' : found.approval.status === 'waiting';
  const ways = people.flatMap((personId) => {
    const person = org.people.find((one) => one.personId === personId);
    return person === undefined ? [] : [{ personId, ways: waysTo(person, via, situation) }];
  });
  const failing = ({ channel, address }: Way): ShownCard | undefined =>
    cards.find((card) => card.channel === channel && card.place.address === address && card.failing !== null);
  const isOpen = (one: Way): boolean => !unhealthy.has(one.channel) && failing(one) === undefined;
  const isThere = ({ channel, address }: Way): boolean =>
    cards.some((card) => card.channel === channel && card.place.address === address && card.ref !== null);
  const inTime = (one: Way): boolean => isThere(one) || freeAt(one.channel, one.address) < deadlineOf(found);
  const told = ways.flatMap(({ personId, ways }): Wanted[] => {
    const way = ways.find((one) => isOpen(one) && inTime(one)) ?? ways.find(isOpen);
    return way === undefined
      ? []
      : [{ channel: way.channel, place: { kind: 'person', address: way.address }, personId }];
  });
  const all = ways.flatMap((one) => one.ways);
  const shut = all.every((way) => unhealthy.has(way.channel) || failing(way)?.failed === true);
  return { wanted: [...(live ? roomsOf(situation) : []), ...told], unreached: all.length > 0 && shut };
};
