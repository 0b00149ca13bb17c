/**
 * SHA-256 over parts in a row. A gate call hashes many times, and Node's own is several times as fast as plain
 * JavaScript; a browser has none that answers at once, so there the plain one does it. Both give the same bytes.
 */
import { sha256 as plain } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';

const node = globalThis.process?.getBuiltinModule?.('node:crypto');

export const plainSha256 = (...parts: readonly Uint8Array[]): Uint8Array => plain(concatBytes(...parts));

/** A node of the evidence tree is a prefix and two hashes: laid side by side, they cost a third of an object that hashes. */
const side = new Uint8Array(128);

const sideBySide = (parts: readonly Uint8Array[]): Uint8Array | null => {
  let length = 0;
  for (const part of parts) {
    if (length + part.length > side.length) return null;
    side.set(part, length);
    length += part.length;
  }
  return side.subarray(0, length);
};

const nodeSha256 = (crypto: NonNullable<typeof node>, parts: readonly Uint8Array[]): Uint8Array => {
  const whole = parts.length === 1 ? (parts[0] ?? null) : sideBySide(parts);
  if (whole !== null) return new Uint8Array(crypto.hash('sha256', whole, 'buffer'));
  const hash = crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  node === undefined ? plainSha256(...parts) : nodeSha256(node, parts);
