/**
 * Verifies an export with nothing but the public key of its log: no network, no server, and memory and time in
 * proportion to the file, whoever wrote it. Findings name the index in the log of what was changed, left out or added.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type BundleHeader, type BundleSelection, bytesToDigest, headerSchema, trailerSchema } from './bundle.ts';
import type { Checkpoint } from './checkpoint.ts';
import { EntryCheck } from './entries.ts';
import { type Finding, Findings } from './findings.ts';
import { readHead } from './head.ts';
import { lineFeed, linesOf, readLine } from './line.ts';
import { type PublicKey, parsePublicKey } from './note.ts';

export type Verdict = {
  ok: boolean;
  findings: Finding[];
  /** After a hundred findings nothing more is read. */
  stopped: boolean;
  /** What the file holds; null when not even its header can be trusted. */
  log: { origin: string; size: number; selection: BundleSelection } | null;
  entries: number;
  erased: number;
  streams: { stream: string; firstSeq: number; lastSeq: number }[];
  /** The last entry held: what followed it in the log, only a period can show. */
  last: { at: string; type: string } | null;
};

export type VerifyOptions = {
  /** `name+keyid+base64`, obtained from somewhere else than the file. */
  publicKey: string;
  /** A checkpoint of this log that you kept: the file has to prove that the log only grew since. */
  earlier?: string;
};

const maxBytes = 512 * 1024 * 1024;

/** Compares the digest in the last line with the bytes before it, and gives those. */
const readTrailer = (bytes: Uint8Array, findings: Findings): Uint8Array => {
  const ended = bytes.at(-1) === lineFeed;
  const start = bytes.lastIndexOf(lineFeed, ended ? -2 : -1) + 1;
  const read = readLine(trailerSchema, bytes.subarray(start, ended ? -1 : undefined));
  if (!ended || !read.ok) {
    findings.add('digest', 'The file does not end with the line that holds its digest: it was cut off or changed.');
    return read.ok ? bytes.subarray(0, start) : bytes;
  }
  const body = bytes.subarray(0, start);
  if (bytesToDigest(sha256(body)) !== read.value.digest) {
    findings.add('digest', 'The file is not as it was exported: its bytes do not match the digest in its last line.');
  }
  return body;
};

/** The header with its signed checkpoint, or null: then there is nothing to hold the entries against. */
const readHeader = (
  bytes: Uint8Array,
  { key, options, findings }: { key: PublicKey; options: VerifyOptions; findings: Findings },
): { header: BundleHeader; checkpoint: Checkpoint } | null => {
  const read = readLine(headerSchema, bytes);
  if (!read.ok) {
    findings.add('unreadable', `The header ${read.problem}`);
    return null;
  }
  const { checkpoint, problems } = readHead(read.value, key, options);
  for (const { code, message } of problems) findings.add(code, message);
  return checkpoint && { header: read.value, checkpoint };
};

const refused = (findings: Findings): Verdict => ({
  ok: false,
  findings: findings.list,
  stopped: findings.full,
  log: null,
  entries: 0,
  erased: 0,
  streams: [],
  last: null,
});

export const verifyBundle = (bundle: string | Uint8Array, options: VerifyOptions): Verdict => {
  const bytes = typeof bundle === 'string' ? utf8ToBytes(bundle) : bundle;
  const findings = new Findings();
  const key = parsePublicKey(options.publicKey);
  if (key === null) findings.add('key', 'The public key is not of the form name+keyid+base64.');
  if (bytes.length > maxBytes) findings.add('unreadable', 'The file is larger than 512 MB; export a shorter period.');
  if (key === null || bytes.length > maxBytes) return refused(findings);

  const lines = linesOf(readTrailer(bytes, findings));
  findings.line = 1;
  const head = readHeader(lines.next().value ?? new Uint8Array(), { key, options, findings });
  if (head === null) return refused(findings);
  const check = new EntryCheck(head.header, head.checkpoint, findings);
  for (const line of lines) {
    findings.line++;
    if (findings.full) break;
    check.line(line);
  }
  findings.line = null;
  check.end();
  return {
    ok: findings.list.length === 0,
    findings: findings.list,
    stopped: findings.full,
    log: { origin: head.checkpoint.origin, size: head.checkpoint.size, selection: head.header.selection },
    entries: check.entries,
    erased: check.erased,
    streams: [...check.seqs].map(([stream, seqs]) => ({ stream, firstSeq: seqs[0] ?? 0, lastSeq: seqs.at(-1) ?? 0 })),
    last: check.last && { at: check.last.at, type: check.last.type },
  };
};
