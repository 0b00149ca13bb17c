/**
 * The Merkle tree of RFC 6962 and RFC 9162. A log keeps only the roots of its perfect subtrees (the compact range);
 * proofs are read from stored nodes by (level, index). A span [from, to) is any subtree; on the right edge it need not
 * be perfect. Sizes are safe integers, so halving is division: bit operators would stop at 32 bits.
 */
import { sha256 } from '../sha256.ts';

export type Hash = Uint8Array;

/** Node `index` of `level` is the root over the leaves [index * 2^level, (index + 1) * 2^level). */
export type Node = { level: number; index: number; hash: Hash };
export type HashAt = (level: number, index: number) => Hash;

/** What a checkpoint says of a tree. */
export type TreeHead = { size: number; root: Hash };

type Span = { from: number; to: number };

/** Roots of the perfect subtrees of a log of `size` leaves, largest first: as many as `size` has binary ones. */
export type CompactRange = { size: number; roots: readonly Hash[] };

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export const hashLeaf = (leaf: Uint8Array): Hash => sha256(leafPrefix, leaf);

export const hashNode = (left: Hash, right: Hash): Hash => sha256(nodePrefix, left, right);

export const emptyRange: CompactRange = { size: 0, roots: [] };

/** Appends leaf hashes; also gives every node that became complete, the leaves themselves included. */
export const append = (range: CompactRange, leaves: readonly Hash[]): { range: CompactRange; nodes: Node[] } => {
  const roots = [...range.roots];
  const nodes: Node[] = [];
  let size = range.size;
  for (const leaf of leaves) {
    let hash = leaf;
    let index = size;
    nodes.push({ level: 0, index, hash });
    for (let level = 1; index % 2 === 1; level++) {
      hash = hashNode(roots.pop() as Hash, hash);
      index = (index - 1) / 2;
      nodes.push({ level, index, hash });
    }
    roots.push(hash);
    size++;
  }
  return { range: { size, roots }, nodes };
};

const fold = (hashes: readonly Hash[]): Hash => hashes.reduceRight((right, left) => hashNode(left, right));

export const rootOf = (range: CompactRange): Hash =>
  range.roots.length === 0 ? sha256(new Uint8Array()) : fold(range.roots);

/** Largest power of two below `size`: where RFC 6962 splits a tree of two leaves or more. */
const split = (size: number): number => {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
};

/** Perfect nodes that make up a span, left to right. */
const nodesOf = ({ from, to }: Span): { level: number; index: number }[] => {
  const nodes: { level: number; index: number }[] = [];
  let start = from;
  while (start < to) {
    let level = 0;
    let width = 1;
    while (start + width * 2 <= to) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: start / width });
    start += width;
  }
  return nodes;
};

const hashOf = (span: Span, hashAt: HashAt): Hash =>
  fold(nodesOf(span).map(({ level, index }) => hashAt(level, index)));

/** Audit path of leaf `index` in the tree of `size` leaves (RFC 9162, 2.1.3.1), nearest sibling first. */
export const inclusionProof = (index: number, size: number, hashAt: HashAt): Hash[] => {
  if (!(index >= 0 && index < size)) throw new Error(`A log of ${size} leaves has no leaf ${index}.`);
  const path: Span[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  return path.reverse().map((span) => hashOf(span, hashAt));
};

/** Proof that the tree of `size` leaves continues the one of `earlier` leaves (RFC 9162, 2.1.4.1). */
export const consistencyProof = (earlier: number, size: number, hashAt: HashAt): Hash[] => {
  if (!(earlier >= 0 && earlier <= size)) throw new Error(`A log of ${size} leaves has no earlier size ${earlier}.`);
  if (earlier === 0 || earlier === size) return [];
  const path: Span[] = [];
  let [from, to] = [0, size];
  while (to !== earlier) {
    const middle = from + split(to - from);
    if (earlier <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  // The verifier knows the earlier root; it needs the last subtree only when that is not the whole earlier tree.
  if (from > 0) path.push({ from, to });
  return path.reverse().map((span) => hashOf(span, hashAt));
};

const same = (left: Hash, right: Hash): boolean =>
  left.length === right.length && left.every((byte, at) => byte === right[at]);

/** RFC 9162, 2.1.3.2. */
export const verifyInclusion = (
  leaf: Hash,
  index: number,
  { size, root }: TreeHead,
  proof: readonly Hash[],
): boolean => {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = hashNode(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(hash, root);
};

/** RFC 9162, 2.1.4.2. */
export const verifyConsistency = (earlier: TreeHead, later: TreeHead, proof: readonly Hash[]): boolean => {
  const sizes = [earlier.size, later.size];
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0) || earlier.size > later.size) return false;
  if (earlier.size === later.size) return proof.length === 0 && same(earlier.root, later.root);
  if (earlier.size === 0) return proof.length === 0 && same(earlier.root, rootOf(emptyRange));
  let [node, last] = [earlier.size - 1, later.size - 1];
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)];
  // An earlier tree that is one perfect subtree is itself the start of the path.
  const path = node === 0 ? [earlier.root, ...proof] : proof;
  const [start, ...siblings] = path;
  if (start === undefined) return false;
  let [earlierHash, laterHash] = [start, start];
  for (const sibling of siblings) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      earlierHash = hashNode(sibling, earlierHash);
      laterHash = hashNode(sibling, laterHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      laterHash = hashNode(laterHash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(earlierHash, earlier.root) && same(laterHash, later.root);
};
