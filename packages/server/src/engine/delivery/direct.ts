/**
 * Direct messages go on in the conversation that the channel opened with the person, whoever opened it and when. Whoever
 * left, or whose account is linked to them no more, is written to no more, and what was opened with them is forgotten.
 */
import type { Channel, Delivery, Place } from '../channel-ports.ts';
import { isTheirs } from './places.ts';
import type { DeliverPorts } from './ports.ts';

type Ports = Pick<DeliverPorts, 'conversations'>;

/** May this person be written to there? Nobody in particular: a room, or an account that answers itself. */
export const mayBeTold = async (
  { conversations, house }: Pick<DeliverPorts, 'conversations' | 'house'>,
  { name }: Channel,
  { kind, address }: Place,
  personId: string | null,
): Promise<boolean> => {
  if (kind === 'room' || personId === null) return true;
  if (isTheirs(await house.organisation(true), personId, name, address)) return true;
  await conversations.forget(name, address);
  return false;
};

/** Writes to the place: in the conversation that is known, and what the channel had to open is kept. */
export const inConversation = async (
  { conversations }: Ports,
  { name, opens }: Channel,
  place: Place,
  write: (place: Place) => Promise<Delivery>,
): Promise<Delivery> => {
  if (opens !== true || place.kind !== 'person') return write(place);
  const conversation = await conversations.find(name, place.address);
  const delivery = await write(conversation === null ? place : { ...place, conversation });
  if (delivery.kind === 'delivered' && delivery.opened !== undefined)
    await conversations.keep(name, place.address, delivery.opened);
  return delivery;
};
