/** C2SP tlog-checkpoint: the signed statement "this log has so many leaves and this root". No business data in it. */
import { printable } from '../printable.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { type NoteSigner, openNote, type PublicKey } from './note.ts';
import type { TreeHead } from './tree.ts';

export type Checkpoint = TreeHead & { origin: string };

export type OpenedCheckpoint = { ok: true; checkpoint: Checkpoint } | { ok: false; problem: string };

export const signCheckpoint = ({ size, root }: TreeHead, signer: NoteSigner): string =>
  signer.sign(`${signer.name}\n${size}\n${toBase64(root)}\n`);

/** The origin of a log is the name of its key. Extension lines of others are allowed and say nothing to us. */
const parseCheckpoint = (text: string): Checkpoint | null => {
  const [origin = '', size = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n');
  const root = fromBase64(encoded);
  const wellFormed =
    origin !== '' && /^(0|[1-9][0-9]{0,15})$/.test(size) && root?.length === 32 && !extensions.includes('');
  return wellFormed && Number.isSafeInteger(Number(size)) ? { origin, size: Number(size), root } : null;
};

export const openCheckpoint = (note: string, key: PublicKey): OpenedCheckpoint => {
  const opened = openNote(note, key);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpoint(opened.text);
  if (checkpoint === null) return { ok: false, problem: 'The signed note is not a checkpoint.' };
  if (checkpoint.origin !== key.name) {
    return { ok: false, problem: `The checkpoint is of the log ${printable(checkpoint.origin)}, not of ${key.name}.` };
  }
  return { ok: true, checkpoint };
};
