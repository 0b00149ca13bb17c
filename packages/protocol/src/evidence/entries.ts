/**
 * Holds the entries of a file against the signed root, their contents against the leaves, and all of them against what
 * the file says it holds: a run whole and gap-free, or every entry of a stretch of the log.
 */
import type { z } from 'zod';
import { printable } from '../printable.ts';
import type { Json } from '../words.ts';
import { fromBase64 } from './base64.ts';
import { type BundleHeader, entryLineSchema } from './bundle.ts';
import type { Findings } from './findings.ts';
import { hashesOf } from './head.ts';
import { contentDigest, leafHash, saltLength } from './leaf.ts';
import { readLine } from './line.ts';
import { type TreeHead, verifyInclusion } from './tree.ts';

type EntryLine = z.infer<typeof entryLineSchema>;

const entriesFrom = (from: number, to: number): string =>
  to - from === 1 ? `Entry ${from} is` : `Entries ${from} to ${to - 1} are`;

export class EntryCheck {
  entries = 0;
  erased = 0;
  /** As the lines have them: an ok verdict says that these are the first and the last that are held. */
  first: { at: string; type: string } | null = null;
  last: { at: string; type: string } | null = null;
  /** Sequence numbers seen, by stream. */
  readonly seqs = new Map<string, number[]>();
  private readonly header: BundleHeader;
  private readonly log: TreeHead;
  private readonly findings: Findings;
  /** The index that a period has to go on with, and that a run may not fall behind. */
  private next: number;

  constructor(header: BundleHeader, log: TreeHead, findings: Findings) {
    this.header = header;
    this.log = log;
    this.findings = findings;
    this.next = header.selection.kind === 'period' ? header.selection.firstIndex : 0;
  }

  line(bytes: Uint8Array): void {
    this.entries++;
    const read = readLine(entryLineSchema, bytes);
    if (!read.ok) {
      this.findings.add('unreadable', `The line ${read.problem}`);
      return;
    }
    const { leaf, logIndex, proof } = read.value;
    if (!verifyInclusion(leafHash(leaf), logIndex, this.log, hashesOf(proof))) {
      const message = `Entry ${logIndex} is not what was logged: its proof does not lead to the signed root.`;
      this.findings.add('entryChanged', message, logIndex);
    }
    this.first ??= leaf;
    this.last = leaf;
    this.content(read.value);
    this.place(read.value);
  }

  private content({ leaf, logIndex, content, salt }: EntryLine): void {
    if (content === null && salt === null) {
      this.erased++;
      return;
    }
    const bytes = salt === null ? null : fromBase64(salt);
    const bound =
      content !== null && bytes?.length === saltLength && contentDigest(bytes, content as Json) === leaf.contentDigest;
    if (!bound)
      this.findings.add('contentChanged', `The content of entry ${logIndex} is not what was logged.`, logIndex);
  }

  private place({ leaf: { stream, seq }, logIndex }: EntryLine): void {
    const { selection } = this.header;
    const misplaced = (how: string) => this.findings.add('outOfPlace', `Entry ${logIndex} ${how}.`, logIndex);
    if (logIndex < this.next) misplaced('is there twice, or not in the order of the log');
    if (selection.kind === 'period') {
      if (logIndex > this.next) this.missing(this.next, logIndex);
      if (logIndex >= selection.endIndex) misplaced('is outside the exported part of the log');
    } else if (stream !== selection.stream) {
      misplaced(`belongs to ${printable(stream)}, which was not exported`);
    }
    this.next = Math.max(this.next, logIndex + 1);
    const known = this.seqs.get(stream);
    if (known === undefined) this.seqs.set(stream, [seq]);
    else known.push(seq);
  }

  /** After the last line. */
  end(): void {
    const { selection, entries } = this.header;
    if (selection.kind === 'period' && this.next < selection.endIndex) this.missing(this.next, selection.endIndex);
    if (selection.kind === 'period') this.edges(selection);
    if (this.entries !== entries) {
      this.findings.add('missing', `The file was exported with ${entries} entries and has ${this.entries}.`);
    }
    for (const [stream, seqs] of this.seqs) this.gapFree(stream, seqs, selection.kind === 'stream');
  }

  /** The header is nobody's word: that the period begins and ends there is shown by an entry from before and one from after it. */
  private edges({ from, to, firstIndex, endIndex }: Extract<BundleHeader['selection'], { kind: 'period' }>): void {
    const unshown = (what: string, index: number) =>
      this.findings.add('missing', `The file does not show that the period ${what}: more of it may be missing.`, index);
    const hasBefore = this.first !== null && Date.parse(this.first.at) < Date.parse(from);
    const hasAfter = this.last !== null && Date.parse(this.last.at) >= Date.parse(to);
    if (firstIndex > 0 && !hasBefore) unshown(`begins with entry ${firstIndex}`, firstIndex);
    if (endIndex < this.log.size && !hasAfter) unshown(`ends with entry ${endIndex - 1}`, endIndex);
  }

  private missing(from: number, to: number): void {
    this.findings.add('missing', `${entriesFrom(from, to)} missing from the file.`, from);
  }

  /** A run was exported whole, so it starts at 1; a period may begin in the middle of one. */
  private gapFree(stream: string, seqs: number[], whole: boolean): void {
    seqs.sort((left, right) => left - right);
    let expected = whole ? 1 : (seqs[0] ?? 1);
    for (const seq of seqs) {
      const range = seq - expected === 1 ? `number ${expected}` : `numbers ${expected} to ${seq - 1}`;
      const name = printable(stream);
      if (seq > expected) this.findings.add('missing', `The log has no ${range} of ${name}, or it was left out.`);
      if (seq < expected) this.findings.add('outOfPlace', `Number ${seq} of ${name} is there twice.`);
      expected = seq + 1;
    }
  }
}
