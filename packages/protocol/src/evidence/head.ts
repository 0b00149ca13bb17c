/** What a file says about the whole log: whose it is, how large it was and, given an earlier state, that it only grew. */

import { fromBase64 } from './base64.ts';
import type { BundleHeader } from './bundle.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import type { PublicKey } from './note.ts';
import { type Hash, verifyConsistency } from './tree.ts';

export type HeadProblem = { code: 'key' | 'checkpoint' | 'rewritten'; message: string };

export type Head = { checkpoint: Checkpoint | null; problems: HeadProblem[] };

export const hashesOf = (proof: string[]): Hash[] => proof.map((text) => fromBase64(text) as Hash);

const rewritten = (message: string): HeadProblem[] => [{ code: 'rewritten', message }];

const grown = (earlier: Checkpoint, later: Checkpoint, proof: string[]): HeadProblem[] => {
  if (earlier.size > later.size) {
    return rewritten(
      `The log was rolled back: it had ${earlier.size} entries once, and has ${later.size} in this file.`,
    );
  }
  if (verifyConsistency(earlier, later, hashesOf(proof))) return [];
  return rewritten(`The log was rewritten: it does not continue its own checkpoint of ${earlier.size} entries.`);
};

/** The checkpoint that the file itself says it continues. */
const continued = ({ continues }: BundleHeader, later: Checkpoint, key: PublicKey): Head => {
  if (continues === null) return { checkpoint: null, problems: [] };
  const opened = openCheckpoint(continues.checkpoint, key);
  if (!opened.ok) return { checkpoint: null, problems: [{ code: 'checkpoint', message: opened.problem }] };
  return { checkpoint: opened.checkpoint, problems: grown(opened.checkpoint, later, continues.proof) };
};

/** The checkpoint that the reader kept. A proof is needed unless the sizes alone, or the roots, decide. */
const kept = (
  note: string,
  { continues }: BundleHeader,
  later: Checkpoint,
  own: Head,
  key: PublicKey,
): HeadProblem[] => {
  const opened = openCheckpoint(note, key);
  if (!opened.ok) return [{ code: 'checkpoint', message: `Your earlier checkpoint: ${opened.problem}` }];
  const { size } = opened.checkpoint;
  if (size === 0 || size >= later.size) return grown(opened.checkpoint, later, []);
  if (continues !== null && own.checkpoint?.size === size) return grown(opened.checkpoint, later, continues.proof);
  return rewritten(
    `The file does not prove that it continues your checkpoint of ${size} entries; export it since that one.`,
  );
};

export const readHead = (
  header: BundleHeader,
  key: PublicKey,
  { publicKey, earlier }: { publicKey: string; earlier?: string },
): Head => {
  const problems: HeadProblem[] = [];
  if (header.publicKey !== publicKey) {
    problems.push({
      code: 'key',
      message: `The file names another public key than the one of ${key.name} that was given.`,
    });
  }
  const opened = openCheckpoint(header.checkpoint, key);
  if (!opened.ok) return { checkpoint: null, problems: [...problems, { code: 'checkpoint', message: opened.problem }] };
  const { checkpoint } = opened;
  const own = continued(header, checkpoint, key);
  problems.push(...own.problems);
  if (earlier !== undefined) problems.push(...kept(earlier, header, checkpoint, own, key));
  return { checkpoint, problems };
};
