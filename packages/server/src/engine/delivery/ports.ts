/** What delivering needs: the channels, what is kept of cards and conversations, and the state that cards are made of. */
import type { Channels } from '../channel-ports.ts';
import type { EntryRecord } from '../entry-view.ts';
import type { Handle } from '../handle.ts';
import type { House } from '../house.ts';
import type { InboundStore } from '../inbound/ports.ts';
import type { OutboxStore } from '../outbox.ts';
import type { Clock, Log } from '../ports.ts';
import type { CardStore, Found } from './card-store.ts';
import type { Card, Subject } from './cards.ts';

/** The vendor's id of the conversation with each person, for channels that have to open one. */
export type DirectConversations = {
  find(channel: string, address: string): Promise<string | null>;
  /** in the place of an earlier one */
  keep(channel: string, address: string, conversation: string): Promise<void>;
  forget(channel: string, address: string): Promise<void>;
};

export type DeliverPorts = {
  channels: Channels;
  cards: CardStore;
  conversations: DirectConversations;
  outbox: Pick<OutboxStore, 'take' | 'delivered' | 'failed' | 'hold'>;
  inbound: Pick<InboundStore, 'store'>;
  find(subject: Subject): Promise<Found | null>;
  /** made from the state as it is now, for one person or for a room */
  cardOf(found: Found, personId: string | null): Promise<Card>;
  entriesOf(stream: string, after: number, limit: number): Promise<EntryRecord[]>;
  house: House;
  /** of the inbox */
  url: string;
  handle: Handle;
  clock: Clock;
  log: Log;
};
