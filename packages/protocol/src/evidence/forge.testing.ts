/** A forger who knows the format, for tests of the verifier. */
import { createHash } from 'node:crypto';
import { canonicalize } from '../canonical.ts';
import type { Json } from '../words.ts';
import { testSigner } from './log.testing.ts';
import { type Verdict, verifyBundle } from './verify.ts';

export const publicKey = testSigner.publicKey;

export const check = (bundle: string | Uint8Array, earlier?: string): Verdict =>
  verifyBundle(bundle, earlier === undefined ? { publicKey } : { publicKey, earlier });

export const codes = (verdict: Verdict) => verdict.findings.map(({ code, logIndex }) => [code, logIndex]);

/** The last line of a file with this body. */
export const digestLine = (body: string): string =>
  `${canonicalize({ digest: `sha256:${createHash('sha256').update(body).digest('hex')}` })}\n`;

export type Line = { [key: string]: Json };

/** Changes lines as objects, and mends the form of the file, its count of entries and its digest. */
export const forged = (bundle: string, change: (lines: Line[]) => Line[]): string => {
  const lines = bundle.trimEnd().split('\n').slice(0, -1);
  const [header, ...entries] = change(lines.map((line) => JSON.parse(line) as Line));
  const body = [{ ...header, entries: entries.length }, ...entries].map((line) => `${canonicalize(line)}\n`).join('');
  return body + digestLine(body);
};

export const at = (line: number, change: (line: Line) => Line) => (lines: Line[]) =>
  lines.map((one, index) => (index === line ? change(one) : one));

export const inLeaf = (fields: Line) => (line: Line) => ({ ...line, leaf: { ...(line.leaf as Line), ...fields } });
