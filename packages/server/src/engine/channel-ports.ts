/**
 * What Belay needs from a channel, in small capabilities. A channel has the ones its vendor really offers; without one
 * the engine does less there and nothing breaks. A channel keeps no state, reads no clock and retries nothing by
 * itself: the outbox row owns every retry, the inbox row every delivery.
 */
import type { Json, JsonObject } from '@belay/protocol';
import type { Card, CardAction, CardStep, Subject } from './delivery/cards.ts';
import type { Rate } from './delivery/pace.ts';

/**
 * Where a card stands: a room of the channel (Slack channel, Jira project, URL), or one person's direct messages.
 * `conversation`: the vendor's id of the one that was opened with the person before, for channels that open any.
 */
export type Place = { kind: 'room' | 'person'; address: string; conversation?: string };
/** What the vendor calls the card. `id` is unique within the channel, so that a delivery can name its card by it. */
export type CardRef = { id: string; [more: string]: Json };

/** What became of one call to the vendor. `of` says how much of the channel it is about. */
export type Delivery =
  /** `opened`: the conversation that had to be opened with the person */
  | { kind: 'delivered'; ref: CardRef; opened?: string }
  /** `afterMs`: the vendor's Retry-After, null when it named none. `unknown`: it may have happened all the same. */
  | { kind: 'retry'; because: string; afterMs: number | null; unknown: boolean; of: 'channel' | 'place' }
  /** somebody deleted the card there */
  | { kind: 'gone'; because: string }
  /** trying again cannot help: the channel is shut to us, the place is, or the vendor refuses this card */
  | { kind: 'rejected'; because: string; of: 'channel' | 'place' | 'card' };

// Outgoing

export type Posts = {
  /** The vendor's payload for the card. Pure: an equal payload is the same card, and is not sent a second time. */
  render(card: Card, place: Place): JsonObject;
  post(place: Place, payload: JsonObject, subject: Subject): Promise<Delivery>;
};
export type Updates = { update(ref: CardRef, payload: JsonObject): Promise<Delivery> };
/** One line per event under the card. The lines are ours; make them inert all the same: they quote people. */
export type Threads = { addLines(ref: CardRef, lines: string[]): Promise<Delivery> };
/** A plain notice. Having it also means that places of kind `person` work. */
export type DirectMessages = {
  tell(place: Place, text: string): Promise<Delivery>;
  /** the vendor wants a conversation with the person opened first: it is kept, and handed in with the next place */
  opens?: boolean;
};
/** After a post whose outcome is unknown: the card, when it is there. */
export type Finds = { find(place: Place, subject: Subject): Promise<CardRef | null> };
/** Does the channel let us in? Asked now and then after it was marked unhealthy. */
export type Checks = { check(): Promise<Delivery> };
/** What is set up wrong there and costs no card: looked up when somebody asks how the channel is doing. */
export type Examines = { amiss(): Promise<{ because: string; remedy: string } | null> };
/** The e-mail the vendor knows somebody by: a hint for the administrator who links the account, never an identity. */
export type Directory = { emailOf(address: string): Promise<string | null> };

// Incoming

export type RawRequest = {
  method: string;
  path: string;
  query: Record<string, string>;
  /** names in lower case */
  headers: Record<string, string>;
  /** the raw bytes: a signature is verified on these, before any parser has seen them */
  body: Uint8Array;
};
export type HttpAnswer = { status: number; headers?: Record<string, string>; body?: string };
export type Verified = { ok: true } | { ok: false; because: string };

/** Who pressed, as the vendor says. `workspace` is compared with the channel's own before anything else. */
export type Presser = { workspace: string; address: string };
export type Fields = Record<string, string | boolean>;
/**
 * `signed`: the vendor's signature covers who pressed what. `recorded`: read back from a record of decisions that the
 * vendor keeps and nobody else can write. `account`: read back as an edit, which shows whose account it was and no more.
 */
export type Proof = 'signed' | 'recorded' | 'account';
/** The highest risk of a step that an act of the proof `account` lets through: by signing it off, or by allowing it once. */
export type AccountSigns = 'none' | CardStep['risk'];
export const accountCounts = (signs: AccountSigns, risk: CardStep['risk']): boolean =>
  signs === 'high' || signs === risk;

export type Ask = { presser: Presser /** where the answer goes; only the channel reads it */; replyTo: Json } & (
  | {
      kind: 'press';
      action: CardAction;
      subject: Subject;
      revision: number;
      digest: string | null;
      /** null: the button itself; an action that needs fields is answered with its form */
      fields: Fields | null;
      proof: Proof;
    }
  /** what is mine: a home page, a slash command */
  | { kind: 'list' }
  /** somebody looks at a card, and is shown what is true now */
  | { kind: 'show'; subject: Subject }
  /** links to Belay that somebody shared */
  | { kind: 'preview'; links: string[] }
);
export type Press = Extract<Ask, { kind: 'press' }>;

export type Parsed =
  | { kind: 'nothing'; because: string; answer?: HttpAnswer }
  /** `toOperator`: what whoever sets the channel up has to know; it goes to the server's log */
  | { kind: 'handshake'; answer: HttpAnswer; toOperator?: string }
  /**
   * `deliveryId`: equal for a repeat of the same delivery. `ack`: what the vendor wants to hear at once.
   * `withinMs`: this one is answered like a channel that `answersInline`, when that takes no longer.
   */
  | { kind: 'delivery'; deliveryId: string; asks: Ask[]; ack: HttpAnswer; withinMs?: number }
  /** something changed in these cards (ids of their refs); `readBack` says what, and by whom */
  | { kind: 'hint'; deliveryId: string; changed: string[]; ack: HttpAnswer };

export type FormField = {
  name: string;
  label: string;
  kind: 'line' | 'text' | 'check';
  required: boolean;
  /** characters of a text */
  max: number;
  /** of a `check`: 'true' when it is ticked */
  initial: string | null;
  hint: string | null;
};
export type Form = {
  action: CardAction;
  subject: Subject;
  revision: number;
  digest: string | null;
  title: string;
  /** what it is about, exactly: shown above the fields */
  about: string;
  fields: FormField[];
  submit: string;
};

/** A form that was sent and refused: where the vendor lets it, it stays open, says why and keeps what was typed. */
export type RefusedForm = {
  /** with what was typed in its fields; null when there is no such button any more */
  form: Form | null;
  /** the whole of why, by the names of fields; empty when it is not about fields alone */
  wrong: Record<string, string>;
  /** what was typed, for where the form itself is gone */
  typed: { label: string; text: string }[];
};

/** A way on at the inbox; `note` says what it is good for. */
export type AnswerLink = { label: string; url: string; note: string };

export type Answer =
  /** `link`: for the presser alone; left out wherever others read the answer */
  /** `refusedForm`: only there while the vendor can still show it in the form */
  | { kind: 'said'; ok: boolean; text: string; card: Card | null; link?: AnswerLink; refusedForm?: RefusedForm }
  | { kind: 'form'; form: Form }
  | { kind: 'cards'; title: string; cards: Card[] }
  | { kind: 'previews'; previews: { link: string; card: Card }[] };

export type Listens = {
  /** ids of the workspaces, tenants or sites that are ours; nobody else is listened to */
  workspaces: readonly string[];
  /** on the raw bytes, with the absolute window where the vendor signs a time */
  verify(raw: RawRequest, now: number): Verified | Promise<Verified>;
  /** Pure, total: whatever a verified request contains, this does not throw. */
  parse(raw: RawRequest): Parsed;
  /** The answer for the presser alone. What it returns is the HTTP answer when `answersInline`, or in time `withinMs`. */
  answer(ask: Ask, answer: Answer): Promise<HttpAnswer | null>;
  /** others see what is answered: whoever can be told on a channel of their own is told there */
  answersInPublic?: boolean;
  /** the vendor shows the HTTP answer to the presser: it is decided before it is acknowledged */
  answersInline: boolean;
};
/** What came through a connection that we opened ourselves: the vendor is proved by it, so nothing else is verified. */
export type TakesIn = {
  /** stores it like any delivery; what it returns is the acknowledgement */
  take(raw: RawRequest): Promise<HttpAnswer>;
  trouble(because: string): void;
};
export type Connection = { close(): Promise<void> };
/** A connection of our own, for those whom the vendor cannot reach. It opens itself again until it is closed. */
export type Connects = { connect(takesIn: TakesIn): Connection };
/**
 * What people did on a card that has no signed buttons, each with its author; not what we wrote ourselves. The ref is
 * what was last written there, so it says which revision they looked at. `deliveryId` is the vendor's id of the act.
 */
export type ReadsBack = {
  readBack(ref: CardRef): Promise<Act[]>;
  accountSigns: AccountSigns;
};
export type Act = { deliveryId: string; asks: Ask[] };
/** Surfaces that tell nothing, or not reliably: ids of refs that changed. `cursor` null: from now on. */
export type Polls = {
  pollEveryMs: number;
  poll(cursor: Json, now: number): Promise<{ changed: string[]; cursor: Json }>;
};

/** The vendor could not be read now; the engine asks again later. */
export class NotRead extends Error {
  readonly delivery: Exclude<Delivery, { kind: 'delivered' }>;
  constructor(delivery: Exclude<Delivery, { kind: 'delivered' }>) {
    super(delivery.because);
    this.delivery = delivery;
  }
}

export type Channel = {
  /** what the vendor allows, with room for what people ask meanwhile; left out: it names no limits */
  rates?: readonly Rate[];
  /** the word in `channels:`, `via:` and `addresses:` of controls and organisation, and in the route */
  name: string;
  /** what people call it */
  title: string;
} & Posts &
  Partial<
    Updates & Threads & DirectMessages & Finds & Checks & Examines & Directory & Listens & ReadsBack & Polls & Connects
  >;

export type Channels = ReadonlyMap<string, Channel>;
