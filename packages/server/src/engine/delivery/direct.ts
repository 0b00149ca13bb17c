/** Direct messages go on in the conversation that the channel opened with the person, whoever opened it and when. */
import type { Channel, Delivery, Place } from '../channel-ports.ts';
import type { DeliverPorts } from './ports.ts';

type Ports = Pick<DeliverPorts, 'conversations'>;

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
