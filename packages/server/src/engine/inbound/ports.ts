/** What taking in deliveries needs from the store and the house. */
import type { Actor, Json } from '@belay/protocol';
import type { Ask, Channels, RawRequest } from '../channel-ports.ts';
import type { CardStore, Found } from '../delivery/card-store.ts';
import type { Card, Subject } from '../delivery/cards.ts';
import type { StopPorts } from '../people.ts';
import type { Clock, Log } from '../ports.ts';
import type { Queries } from '../queries.ts';

/** What is stored of a delivery: the raw request, or asks that were read from the vendor. */
export type RawDelivery =
  | { request: Omit<RawRequest, 'body'> & { body: string } }
  /** `card`: the id of the ref of the card it was done on */
  | { asks: Ask[]; card: string };
export type InboundRow = {
  channel: string;
  deliveryId: string;
  raw: RawDelivery;
  attempts: number;
  /** why it was not done before */
  lastError: string | null;
};
export type InboundId = Pick<InboundRow, 'channel' | 'deliveryId'>;

/** `deliveryId`: the press that made it; null when something was asked that is not decided again. */
export type AccountLink = {
  linkId: string;
  channel: string;
  address: string;
  deliveryId: string | null;
  expiresAt: number;
};
export type LinkStore = {
  /** and forgets those that are over at `at` */
  keep(link: AccountLink, at: number): Promise<void>;
  /** null: spent, over, or never there */
  find(linkId: string, at: number): Promise<AccountLink | null>;
  /** true for one caller only */
  spend(linkId: string, at: number): Promise<boolean>;
};

export type RefusedPress = { channel: string; address: string; action: string; subject: string; because: string };

/** An account that pressed with nothing changed. */
export type PressingAccount = { channel: string; address: string; presses: number; pressedAt: number };

export type InboundStore = {
  /** false: this delivery was there already. `dueAt`: when the loop takes it, unless it is done before. */
  store(channel: string, deliveryId: string, raw: Json, at: number, dueAt?: number): Promise<boolean>;
  take(at: number, leaseMs: number, limit: number): Promise<InboundRow[]>;
  /** what is not done yet, as it was stored */
  waiting(channel: string, deliveryId: string): Promise<InboundRow | null>;
  done(row: InboundId, at: number): Promise<void>;
  failed(row: InboundId, error: string, again: number | null): Promise<void>;
  /** who pressed with nothing changed since an instant, by account, the latest first */
  refusedAccounts(channels: readonly string[], since: number): Promise<PressingAccount[]>;
  /** an entry: somebody pressed and nothing changed */
  refused(press: RefusedPress, by: Actor, at: number): Promise<void>;
};

export type InboundPorts = StopPorts & {
  channels: Channels;
  /** every channel there is, set up or not */
  known: readonly string[];
  inbound: InboundStore;
  cards: Pick<CardStore, 'takePoll' | 'polled' | 'cardByRef' | 'save' | 'owe'>;
  find(subject: Subject): Promise<Found | null>;
  cardOf(found: Found, personId: string | null): Promise<Card>;
  queries: Pick<Queries, 'listCases' | 'listApprovals'>;
  links: LinkStore;
  /** what shows that a link is one of ours */
  signLink(linkId: string): string;
  newId(prefix: string): string;
  url: string;
  clock: Clock;
  log: Log;
};
