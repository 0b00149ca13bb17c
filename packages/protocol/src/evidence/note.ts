/**
 * C2SP signed notes with Ed25519: a text, an empty line, and lines `— name base64(key id, signature)`. Signatures of
 * unknown keys are ignored, so that witnesses can add theirs; a wrong one under the known key rejects the whole note.
 * The curve code is JavaScript and synchronous: WebCrypto's Ed25519 is missing or experimental in half of where we run.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { fromBase64, toBase64 } from './base64.ts';

const ed25519Type = 1;
const keyIdLength = 4;
const maxNoteLength = 100_000;
const maxSignatures = 100;

/** Shown to people, so nothing in it may hide. */
const keyName = /^[^\s+\p{C}]+$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a note may hold no control character but the line feed
const controlCharacter = /[\u0000-\u0009\u000b-\u001f\u007f]/;
const signatureLine = /^— (\S+) (\S+)$/;

export type PublicKey = { name: string; keyId: Uint8Array; bytes: Uint8Array };

/** Text with everything behind it; or, in one sentence, why it cannot be trusted. */
export type Opened = { ok: true; text: string } | { ok: false; problem: string };

const typed = (key: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(ed25519Type), key);

const keyIdOf = (name: string, key: Uint8Array): Uint8Array =>
  sha256(concatBytes(utf8ToBytes(`${name}\n`), typed(key))).subarray(0, keyIdLength);

const encodeKey = (name: string, keyId: Uint8Array, key: Uint8Array): string =>
  `${name}+${bytesToHex(keyId)}+${toBase64(typed(key))}`;

const equal = (left: Uint8Array, right: Uint8Array): boolean => bytesToHex(left) === bytesToHex(right);

/** Reads `name+keyid+base64`; null when it is not such a key, or its id is not its own. */
export const parsePublicKey = (text: string): PublicKey | null => {
  const [, name = '', id, encoded = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const raw = fromBase64(encoded);
  if (!keyName.test(name) || raw?.length !== 33 || raw[0] !== ed25519Type) return null;
  const bytes = raw.subarray(1);
  const keyId = keyIdOf(name, bytes);
  return bytesToHex(keyId) === id ? { name, keyId, bytes } : null;
};

export type NoteSigner = { readonly name: string; readonly publicKey: string; sign(text: string): string };

const secretPrefix = 'PRIVATE+KEY+';

/** A new key from 32 random bytes, in the text form that `noteSigner` reads. */
export const newSecretKey = (name: string, seed: Uint8Array): string => {
  if (!keyName.test(name)) throw new Error(`A log cannot be named ${JSON.stringify(name)}: no spaces and no plus.`);
  if (seed.length !== 32) throw new Error(`An Ed25519 key grows from 32 random bytes, not ${seed.length}.`);
  return `${secretPrefix}${encodeKey(name, keyIdOf(name, ed25519.getPublicKey(seed)), seed)}`;
};

export const noteSigner = (secretKey: string): NoteSigner => {
  const [, name = '', id, encoded = ''] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(secretKey.trim()) ?? [];
  const raw = fromBase64(encoded);
  if (raw?.length !== 33 || raw[0] !== ed25519Type) {
    throw new Error('The signing key is not of the form PRIVATE+KEY+name+id+base64. Restore it from its backup.');
  }
  const seed = raw.subarray(1);
  const publicBytes = ed25519.getPublicKey(seed);
  const keyId = keyIdOf(name, publicBytes);
  if (bytesToHex(keyId) !== id) throw new Error('The signing key is damaged: its id is not its own. Restore it.');
  return {
    name,
    publicKey: encodeKey(name, keyId, publicBytes),
    sign(text) {
      if (!text.endsWith('\n') || controlCharacter.test(text)) {
        throw new Error('A note is lines of text, the last one ended.');
      }
      const signature = ed25519.sign(utf8ToBytes(text), seed);
      return `${text}\n— ${name} ${toBase64(concatBytes(keyId, signature))}\n`;
    },
  };
};

/** Opens a note that has to be signed by `key`. */
export const openNote = (note: string, key: PublicKey): Opened => {
  const failed = (problem: string): Opened => ({ ok: false, problem });
  if (note.length > maxNoteLength) return failed('The signed note is too long to be one.');
  if (controlCharacter.test(note)) return failed('The signed note holds a control character.');
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return failed('The signed note has no signatures.');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > maxSignatures) return failed('The signed note has too many signatures.');
  let signed = false;
  for (const line of lines) {
    const [, name, encoded = ''] = signatureLine.exec(line) ?? [];
    const raw = fromBase64(encoded);
    if (name === undefined || raw === null || raw.length <= keyIdLength) {
      return failed('The signed note has a signature line that is not of the documented form.');
    }
    if (name !== key.name || !equal(raw.subarray(0, keyIdLength), key.keyId)) continue;
    if (!verifies(raw.subarray(keyIdLength), text, key)) return failed(`The signature of ${key.name} is wrong.`);
    signed = true;
  }
  return signed ? { ok: true, text } : failed(`The note is not signed by the key of ${key.name} that was given.`);
};

/** RFC 8032 to the letter: no second encoding of a signature or a point is let through. */
const verifies = (signature: Uint8Array, text: string, key: PublicKey): boolean => {
  if (signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, utf8ToBytes(text), key.bytes, { zip215: false });
  } catch {
    return false;
  }
};
