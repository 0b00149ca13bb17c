/** Lines of an export, read in the one spelling that each can have: otherwise a changed byte could mean the same. */
import type { z } from 'zod';
import { CanonicalError, canonicalize, parseStrict } from '../canonical.ts';
import { printable } from '../printable.ts';
import type { Json } from '../words.ts';

export const lineFeed = 0x0a;
const maxLineLength = 4 * 1024 * 1024;

export type Read<T> = { ok: true; value: T } | { ok: false; problem: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const readLine = <T>(schema: z.ZodType<T>, bytes: Uint8Array): Read<T> => {
  if (bytes.length > maxLineLength) return { ok: false, problem: 'is too long.' };
  let value: Json;
  try {
    const text = decoder.decode(bytes);
    value = parseStrict(text, maxLineLength);
    if (canonicalize(value) !== text) return { ok: false, problem: 'is not in canonical form.' };
  } catch (error) {
    if (error instanceof CanonicalError) return { ok: false, problem: `cannot be read. ${error.message}` };
    return { ok: false, problem: 'is not UTF-8.' };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const at = parsed.error.issues[0]?.path.map((part) => printable(String(part))).join('.');
  return { ok: false, problem: at ? `is not of the documented form at ${at}.` : 'is not of the documented form.' };
};

export function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found === -1 ? bytes.length : found;
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}
