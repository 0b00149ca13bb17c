/** Entries: one row per event, gap-free per stream, bound to its content by a salted digest. */
import { iso, type Json } from '@belay/protocol';
import { contentDigest, leafHash, leafOf, saltLength } from '@belay/protocol/evidence';
import type { Recorded } from '../domain/run/events.ts';
import type { Run } from '../domain/run/run.ts';
import { takeRandom } from '../engine/random.ts';

export type EntryRow = {
  entry_id: string;
  stream: string;
  seq: number;
  type: string;
  by_kind: string;
  by_id: string;
  at: string;
  epoch: number | null;
  control_name: string | null;
  control_version: number | null;
  event: Json;
  salt: string;
  leaf: string;
};

export const entryRow = (
  run: Run,
  { event, by, at, seq, entryId }: Recorded & { seq: number; entryId: string },
): EntryRow => {
  const salt = takeRandom(saltLength);
  const content = JSON.parse(JSON.stringify(event)) as Json;
  const leaf = leafOf(
    { entryId, stream: run.runId, seq, type: event.type, by, at: iso(at), epoch: run.epoch, control: run.control },
    contentDigest(salt, content),
  );
  return {
    entry_id: entryId,
    stream: run.runId,
    seq,
    type: event.type,
    by_kind: by.kind,
    by_id: by.id,
    at: iso(at),
    epoch: run.epoch,
    control_name: run.control.name,
    control_version: run.control.version,
    event: content,
    salt: salt.toString('hex'),
    leaf: Buffer.from(leafHash(leaf)).toString('hex'),
  };
};
