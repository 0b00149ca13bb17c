/**
 * What an entry of the evidence log is. The leaf says who did what kind of thing, when, in which epoch and under which
 * control; what exactly it was (the event's content, which may name people) is stored apart and bound by a salted
 * digest. Erasing content and salt leaves every proof standing, and nothing to guess the content from.
 */
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { canonicalize } from '../canonical.ts';
import { sha256 } from '../sha256.ts';
import { actor, type Json } from '../words.ts';
import { type Hash, hashLeaf } from './tree.ts';

/** Random bytes per entry: enough that an erased content cannot be found by trying. */
export const saltLength = 16;

const sha256Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const leafSchema = z.strictObject({
  schemaVersion: z.literal(1),
  entryId: z.string(),
  stream: z.string().describe('run id, or organisation, control:NAME, stop'),
  seq: z.int().min(1).describe('gap-free within the stream, from 1'),
  type: z.string(),
  by: actor,
  at: z.iso.datetime(),
  epoch: z.int().nullable(),
  control: z.strictObject({ name: z.string(), version: z.int(), digest: sha256Digest }).nullable(),
  contentDigest: sha256Digest,
});
export type Leaf = z.infer<typeof leafSchema>;

/** An entry without its content. */
export type Entry = Omit<Leaf, 'schemaVersion' | 'contentDigest'>;

export const contentDigest = (salt: Uint8Array, content: Json): string => {
  if (salt.length !== saltLength) throw new Error(`A salt has ${saltLength} random bytes, not ${salt.length}.`);
  return `sha256:${bytesToHex(sha256(salt, utf8ToBytes(canonicalize(content))))}`;
};

/** Names each field: what a caller's object has besides must not get into a leaf that nobody could rebuild. */
export const leafOf = (entry: Entry, digest: string): Leaf => ({
  schemaVersion: 1,
  entryId: entry.entryId,
  stream: entry.stream,
  seq: entry.seq,
  type: entry.type,
  by: { kind: entry.by.kind, id: entry.by.id },
  at: entry.at,
  epoch: entry.epoch,
  control: entry.control && {
    name: entry.control.name,
    version: entry.control.version,
    digest: entry.control.digest,
  },
  contentDigest: digest,
});

/** What stands in the tree: the RFC 6962 leaf hash of the canonical leaf. */
export const leafHash = (leaf: Leaf): Hash => hashLeaf(utf8ToBytes(canonicalize(leaf)));
