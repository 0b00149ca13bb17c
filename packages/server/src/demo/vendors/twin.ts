/**
 * What the contract needs from the local twin of a vendor: to see what a person there would see, to press what they
 * would press, signed as the vendor signs, and to make the vendor misbehave.
 */

import type { Fault } from './faults.ts';

/** A card as somebody over there sees it. */
export type TwinCard = {
  id: string;
  /** the room, or the person whose direct messages it is in */
  where: string;
  text: string;
  /** words of the buttons' actions, in order */
  actions: string[];
  /** lines of its thread */
  lines: string[];
  /** how often it was written: posted and edited */
  writes: number;
  /** mentions, links and images that the vendor would make of its texts; ours excepted */
  active: string[];
};

export type Signing = {
  /** the presser's address; default: linked */
  by: string;
  at: number;
  workspace?: string;
  signature?: 'none' | 'wrong' | 'tampered';
};
export type OpenForm = {
  title: string;
  fields: string[];
  /** what is read at each field */
  labels: Record<string, string>;
  /** what stands in the fields */
  typed: Record<string, string | boolean>;
  /** what is said at single fields, by their names */
  wrong: Record<string, string>;
  /** everything else that is read in it */
  text: string;
};

export type { Fault };

export type Twin = {
  cards(): TwinCard[];
  /** the delivery of a press on a card */
  press(cardId: string, action: string, signing: Signing): Request;
  /** a press that carries another subject than the card */
  pressOn(cardId: string, action: string, subject: string, signing: Signing): Request;
  /** forms that are open for somebody */
  form(by: string): OpenForm | null;
  /** somebody closes a form without sending it */
  forgetForm?(by: string): void;
  submit(fields: Record<string, string | boolean>, signing: Signing): Request;
  /** called with what Belay answered, where the vendor shows it */
  heard?(request: Request, response: Response): Promise<void>;
  /** what one person alone was told */
  told(address: string): string[];
  /** the next calls that write cards meet these */
  next(...faults: Fault[]): void;
  /** until further notice no call gets through: `down` is an outage, `revoked` a token that is no longer valid */
  state(state: 'up' | 'down' | 'revoked'): void;
  closeRoom(room: string): void;
  remove(cardId: string): void;
  /** calls that reached the vendor, whatever became of them */
  calls(): number;
  /** requests that break the vendor's own schema or limits */
  violations: string[];
  /** time as the vendor sees it; without it the vendor has no clock of its own */
  useClock?(now: () => number): void;
  /** from now on it keeps to the rates it documents: what is more is answered with 429 and a time to wait */
  countBy(now: () => number): void;
  /** rates that were exceeded */
  exceeded: string[];
  close(): Promise<void>;
};
