/** A whole log in memory: what the server keeps in tables, for tests of the format. */
import type { JsonObject } from '../words.ts';
import { type BundleEntry, type BundleHeader, createBundleWriter } from './bundle.ts';
import { signCheckpoint } from './checkpoint.ts';
import { contentDigest, type Entry, leafHash, leafOf } from './leaf.ts';
import { newSecretKey, noteSigner } from './note.ts';
import { append, consistencyProof, emptyRange, type Hash, type HashAt, inclusionProof, rootOf } from './tree.ts';

export const testSigner = noteSigner(newSecretKey('belay.example/test', new Uint8Array(32).fill(7)));

export const leavesToRange = (leaves: Hash[]) => {
  const { range, nodes } = append(emptyRange, leaves);
  const known = new Map(nodes.map(({ level, index, hash }) => [`${level}/${index}`, hash]));
  const hashAt: HashAt = (level, index) => {
    const hash = known.get(`${level}/${index}`);
    if (hash === undefined) throw new Error(`The log keeps no node ${level}/${index}.`);
    return hash;
  };
  return { range, hashAt };
};

const controlDigest = `sha256:${'ab'.repeat(32)}`;

export const sampleEntry = (index: number, stream = `run_${index % 2}`, seq = Math.floor(index / 2) + 1): Entry => ({
  entryId: `entry_${index}`,
  stream,
  seq,
  type: index % 2 === 0 ? 'StepGated' : 'CaseClaimed',
  by: index % 3 === 0 ? { kind: 'person', id: 'ann' } : { kind: 'agent', id: 'payments' },
  at: new Date(1_790_000_000_000 + index * 1000).toISOString(),
  epoch: index % 4 === 0 ? null : index,
  control: index % 5 === 0 ? null : { name: 'payment-approval', version: 3, digest: controlDigest },
});

/** Two runs, taking turns. `erase` names the log indexes whose content is gone. */
export const sampleLog = (size: number, { erase = [] as number[], make = sampleEntry } = {}) => {
  const entries = Array.from({ length: size }, (_, index) => {
    const salt = new Uint8Array(16).fill(index + 1);
    const value: JsonObject = {
      type: 'StepGated',
      amount: `EUR ${index}.00`,
      payee: 'Jörg "€" 😀',
      lines: [index, true],
    };
    return { leaf: leafOf(make(index), contentDigest(salt, value)), content: { salt, value } };
  });
  const hashes = entries.map(({ leaf }) => leafHash(leaf));
  const { range, hashAt } = leavesToRange(hashes);
  const checkpointAt = (at: number) => {
    const head = append(emptyRange, hashes.slice(0, at)).range;
    return signCheckpoint({ size: at, root: rootOf(head) }, testSigner);
  };
  const checkpoint = checkpointAt(size);
  const bundleEntry = (logIndex: number): BundleEntry => {
    const { leaf, content } = entries[logIndex] as (typeof entries)[number];
    const proof = inclusionProof(logIndex, size, hashAt);
    return { logIndex, leaf, proof, content: erase.includes(logIndex) ? null : content };
  };
  const write = (selection: BundleHeader['selection'], indexes: number[], since?: number) => {
    const writer = createBundleWriter();
    const continues = since === undefined ? null : earlier(since);
    const header: BundleHeader = {
      format: 'belay-evidence',
      formatVersion: 1,
      selection,
      publicKey: testSigner.publicKey,
      checkpoint,
      continues,
      entries: indexes.length,
    };
    return [writer.header(header), ...indexes.map((index) => writer.entry(bundleEntry(index))), writer.end()].join('');
  };
  const earlier = (since: number) => ({
    checkpoint: checkpointAt(since),
    proof: consistencyProof(since, size, hashAt).map((hash) => Buffer.from(hash).toString('base64')),
  });
  const all = entries.map((_, index) => index);
  return {
    entries,
    hashes,
    range,
    checkpoint,
    checkpointAt,
    ofRun: (run: number, since?: number) =>
      write(
        { kind: 'stream', stream: `run_${run}`, about: 'case_1' },
        all.filter((index) => entries[index]?.leaf.stream === `run_${run}`),
        since,
      ),
    /** The period of which these are all entries, with one from before it and one from after it. */
    ofPeriod: (firstIndex: number, endIndex: number, since?: number) => {
      const instant = (index: number) => make(index).at;
      const from = firstIndex === 0 ? '2026-09-01T00:00:00.000Z' : instant(firstIndex + 1);
      const to = endIndex === size ? '2026-10-01T00:00:00.000Z' : instant(endIndex - 1);
      return write({ kind: 'period', from, to, firstIndex, endIndex }, all.slice(firstIndex, endIndex), since);
    },
    write,
  };
};
