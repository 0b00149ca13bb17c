/**
 * The export file: NDJSON, each line canonical. A header (selection, public key, signed checkpoint), one line per entry
 * in log order (leaf, content or its absence when erased, inclusion proof), and the digest of all bytes before it.
 * The tree binds what was logged; the digest shows careless damage anywhere else.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { canonicalize } from '../canonical.ts';
import type { Json, JsonObject } from '../words.ts';
import { toBase64 } from './base64.ts';
import { type Leaf, leafSchema } from './leaf.ts';
import type { Hash } from './tree.ts';

/** 32 bytes in base64, in their only spelling. */
const hashText = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/);
/** A tree whose size is a safe integer is not higher. */
const proof = z.array(hashText).max(2 * 53);
const logIndex = z.int().min(0);

export const selectionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('stream'),
    stream: z.string(),
    about: z.string().nullable().describe('the case or approval of the run that was asked for'),
  }),
  z.strictObject({
    kind: z.literal('period'),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    firstIndex: logIndex.describe('the file holds every entry of the log from here: 0, or one from before the period'),
    endIndex: logIndex.describe(
      'to here, this one excluded: all that is signed, or after one that is later than the period',
    ),
  }),
]);
export type BundleSelection = z.infer<typeof selectionSchema>;

export const headerSchema = z.strictObject({
  format: z.literal('belay-evidence'),
  formatVersion: z.literal(1),
  selection: selectionSchema,
  publicKey: z.string(),
  checkpoint: z.string(),
  continues: z
    .strictObject({ checkpoint: z.string(), proof })
    .nullable()
    .describe('an earlier checkpoint, and the proof that this log only grew since'),
  entries: z.int().min(0),
});
export type BundleHeader = z.infer<typeof headerSchema>;

export const entryLineSchema = z.strictObject({
  logIndex,
  leaf: leafSchema,
  proof,
  content: z.record(z.string(), z.unknown()).nullable().describe('null: erased'),
  salt: z.base64().nullable(),
});

export const trailerSchema = z.strictObject({ digest: z.string() });

export type BundleEntry = {
  logIndex: number;
  leaf: Leaf;
  proof: Hash[];
  /** null: erased; the leaf and its proof stand. */
  content: { salt: Uint8Array; value: JsonObject } | null;
};

export type BundleWriter = { header(header: BundleHeader): string; entry(entry: BundleEntry): string; end(): string };

/** Gives the lines one by one, in the order header, entries, end, so that a file of any length can be streamed. */
export const createBundleWriter = (): BundleWriter => {
  const digest = sha256.create();
  const line = (value: Json): string => {
    const text = `${canonicalize(value)}\n`;
    digest.update(utf8ToBytes(text));
    return text;
  };
  return {
    header: (header) => line(header),
    entry: ({ logIndex, leaf, proof, content }) =>
      line({
        logIndex,
        leaf,
        proof: proof.map(toBase64),
        content: content?.value ?? null,
        salt: content && toBase64(content.salt),
      }),
    end: () => `${canonicalize({ digest: bytesToDigest(digest.digest()) })}\n`,
  };
};

export const bytesToDigest = (hash: Hash): string => `sha256:${bytesToHex(hash)}`;
