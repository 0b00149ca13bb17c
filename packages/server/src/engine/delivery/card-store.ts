/** Cards as the store keeps them: what stands where, what is owed, and how each channel is doing. */
import type { Json, JsonObject } from '@belay/protocol';
import type { Approval, Case, Run } from '../../domain/run/run.ts';
import type { CardRef, Place } from '../channel-ports.ts';
import type { Subject } from './cards.ts';
import type { Answered, Rate, Turn } from './pace.ts';

/** A case or approval with its run, as it is now. */
export type Found = { run: Run } & ({ kind: 'case'; kase: Case } | { kind: 'approval'; approval: Approval });

export type ShownCard = {
  subject: string;
  channel: string;
  place: Place;
  personId: string | null;
  ref: CardRef | null;
  deletedAtRung: number | null;
  shownRevision: number | null;
  shownDigest: string | null;
  lastState: string | null;
  settled: boolean;
  linesSeq: number;
  attemptedAt: number | null;
  /** why it does not show the truth now */
  failing: string | null;
  /** and trying again cannot help */
  failed: boolean;
};

export type Owed = { kind: string; lane: string; target: string; body: JsonObject; urgency: number };

/** `since` null: none */
export type Trouble = { since: number | null; times: number };

export type ChannelState = {
  name: string;
  pausedUntil: number | null;
  unhealthySince: number | null;
  because: string | null;
  checkedAt: number | null;
  cursor: Json;
  polledAt: number | null;
  /** calls without a usable answer since the last one that went well */
  trouble: Trouble;
  lastError: string | null;
  lastErrorAt: number | null;
};

export type CardStore = {
  cardsOf(subject: Subject): Promise<ShownCard[]>;
  card(subject: Subject, channel: string, address: string): Promise<ShownCard | null>;
  /** by the id of its ref */
  cardByRef(channel: string, refId: string): Promise<ShownCard | null>;
  save(card: ShownCard): Promise<void>;
  /** new cards and the deliveries owed to all of them, in one transaction */
  fanOut(cards: ShownCard[], owed: Owed[], at: number): Promise<void>;
  owe(owed: Owed[], at: number): Promise<void>;
  channels(): Promise<ChannelState[]>;
  /** for long: whoever was to be told there and is not is planned again, because the rung may not wait so long */
  pause(name: string, until: number, at: number): Promise<void>;
  checked(name: string, at: number): Promise<void>;
  /** takes the turn within the rates of the channel, when it is the turn */
  turn(name: string, rates: readonly Rate[], turn: Turn, at: number): Promise<Answered>;
  /** deliveries that are owed to each place of a channel */
  queues(name: string): Promise<{ address: string; waiting: number }[]>;
  /** what is owed to each channel, and when something arrived there last */
  backlogs(
    names: readonly string[],
  ): Promise<{ name: string; waiting: number; waitingSince: number | null; deliveredAt: number | null }[]>;
  /** what went wrong last there; `outage`: the vendor gave no usable answer */
  went(name: string, error: string, outage: boolean, at: number): Promise<Trouble>;
  /** the vendor did what it was asked */
  wentWell(name: string): Promise<void>;
  /** takes the turn to poll, when it is time; one node gets it. Answers where the last poll ended. */
  takePoll(name: string, at: number, everyMs: number): Promise<{ cursor: Json } | null>;
  polled(name: string, cursor: Json): Promise<void>;
  /** with an entry; true when it was healthy before */
  fail(name: string, because: string, at: number): Promise<boolean>;
  /** with an entry, and everything that it should show is owed again; true when it was unhealthy before */
  recover(name: string, at: number): Promise<boolean>;
};
