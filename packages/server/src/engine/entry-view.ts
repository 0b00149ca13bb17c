/** An entry as the timeline shows it: the event, who and when, and a sentence a person reads. */
import { type Actor, type EntryView, iso, isoOrNull, type JsonObject, type SignInView } from '@belay/protocol';
import type { Organisation } from '../domain/oncall/organisation.ts';
import { targetName } from '../domain/oncall/organisation.ts';
import type { SignIn } from '../domain/oncall/sign-in.ts';
import type { RunEvent } from '../domain/run/events.ts';
import { meaningOf, sentenceOf } from '../domain/run/sentence.ts';

export const personName = (org: Organisation, personId: string): string =>
  org.people.find((person) => person.personId === personId)?.name ?? personId;

export type EntryRecord = {
  entry_id: string;
  stream: string;
  seq: number;
  log_index: number | null;
  type: string;
  by_kind: string;
  by_id: string;
  at: number;
  epoch: number | null;
  event: JsonObject | null;
  leaf: Buffer | null;
};

const without = ({ epoch: _, read: __, ...rest }: JsonObject): JsonObject => rest;

/**
 * As an agent may read it: a process that has lost control must not learn the epoch of the one that has it, and what
 * systems of record said is for the rules and for people.
 */
export const asForAgents = (view: EntryView): EntryView => {
  const event = without(view.event as JsonObject);
  const permit = event.permit as JsonObject | undefined;
  return { ...view, epoch: null, event: permit === undefined ? event : { ...event, permit: without(permit) } };
};

export const entryView = (row: EntryRecord, org: Organisation): EntryView => {
  const by: Actor = { kind: row.by_kind as Actor['kind'], id: row.by_id };
  const byName = by.kind === 'person' ? personName(org, by.id) : by.kind === 'system' ? 'Belay' : by.id;
  const names = {
    by: byName,
    person: (id: string) => personName(org, id.replace(/^person:/, '')),
    target: (target: string) => targetName(org, target as never),
  };
  return {
    entryId: row.entry_id,
    stream: row.stream,
    seq: row.seq,
    logIndex: row.log_index,
    type: row.type,
    sentence:
      row.event === null
        ? `${meaningOf(row.type)} (Its content was erased.)`
        : sentenceOf(row.event as unknown as RunEvent, names),
    by,
    byName,
    at: iso(row.at),
    epoch: row.epoch,
    event: row.event ?? {},
    digest: `sha256:${row.leaf?.toString('hex') ?? ''}`,
  };
};

export const signInView = ({ at, ...how }: SignIn): SignInView => ({ ...how, at: isoOrNull(at) });
