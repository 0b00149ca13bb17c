/**
 * One piece of work of a demo agent, as the sample data holds it. What a language model would decide (which steps, in
 * which words, with which confidence) is written down here, so that the demo needs no model and no network.
 */
import { type Json, type JsonObject, readable } from '@belay/protocol';

export type Action = {
  step: string;
  arguments: JsonObject;
  /** what the agent claims about it */
  facts?: JsonObject;
  /** the agent's own words about it */
  words?: string;
  /** what it does when this is refused or prohibited; without it the action is left out */
  instead?: Action;
};

export type Task = {
  /** invoice or ticket number */
  id: string;
  title: string;
  /** how many times longer than the others it takes to read */
  readFor?: number;
  actions: Action[];
};

/** A value as the sentences of the house write it: EUR 4,250.00. What is bound is the value itself. */
export const written = (value: Json): string => readable(value, 'money', { locale: 'en' }) ?? String(value);

/** What the systems of record say: source, then id. */
export type Records = Record<string, Record<string, Record<string, Json>>>;
