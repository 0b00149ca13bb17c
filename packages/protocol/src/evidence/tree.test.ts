import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leavesToRange } from './log.testing.ts';
import {
  append,
  consistencyProof,
  emptyRange,
  type Hash,
  hashLeaf,
  hashNode,
  inclusionProof,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts';

const hex = (hash: Hash): string => Buffer.from(hash).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** The definition of RFC 6962, 2.1, word for word and slow. */
const naiveRoot = (leaves: Hash[]): Hash => {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0] as Hash;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return createHash('sha256')
    .update(Uint8Array.of(1))
    .update(naiveRoot(leaves.slice(0, half)))
    .update(naiveRoot(leaves.slice(half)))
    .digest();
};

const leavesOf = (size: number): Hash[] =>
  Array.from({ length: size }, (_, at) => hashLeaf(Uint8Array.of(at, at >> 8)));

/** Leaves and roots of the reference implementation's tests for Certificate Transparency. */
const knownLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const knownRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the tree of RFC 6962', () => {
  test.each(knownRoots.map((root, size) => [size, root]))('has the known root at %i leaves', (size, root) => {
    const leaves = knownLeaves.slice(0, size as number).map((leaf) => hashLeaf(bytes(leaf)));
    expect(hex(rootOf(append(emptyRange, leaves).range))).toBe(root);
  });

  test('appending in any portions gives the root of the naive definition, and all complete nodes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (portions) => {
        let range = emptyRange;
        const leaves: Hash[] = [];
        const nodes = new Map<string, string>();
        for (const portion of portions) {
          const added = leavesOf(leaves.length + portion).slice(leaves.length);
          const appended = append(range, added);
          leaves.push(...added);
          range = appended.range;
          for (const { level, index, hash } of appended.nodes) nodes.set(`${level}/${index}`, hex(hash));
          expect(hex(rootOf(range))).toBe(hex(naiveRoot(leaves)));
        }
        for (let level = 0; 2 ** level <= leaves.length; level++) {
          for (let index = 0; (index + 1) * 2 ** level <= leaves.length; index++) {
            const part = leaves.slice(index * 2 ** level, (index + 1) * 2 ** level);
            expect(nodes.get(`${level}/${index}`)).toBe(hex(naiveRoot(part)));
            nodes.delete(`${level}/${index}`);
          }
        }
        expect(nodes.size).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe('inclusion', () => {
  test('is proved for every leaf of every tree up to 40 leaves, and for no other leaf, index or size', () => {
    const all = leavesOf(41);
    const { hashAt } = leavesToRange(all);
    for (let size = 1; size <= 40; size++) {
      const root = naiveRoot(all.slice(0, size));
      for (let index = 0; index < size; index++) {
        const proof = inclusionProof(index, size, hashAt);
        expect(verifyInclusion(all[index] as Hash, index, { size, root }, proof)).toBe(true);
        expect(verifyInclusion(all[index + 1] as Hash, index, { size, root }, proof)).toBe(false);
        expect(verifyInclusion(all[index] as Hash, index ^ 1, { size, root }, proof)).toBe(false);
        expect(verifyInclusion(all[index] as Hash, index, { size, root }, [...proof, root])).toBe(false);
        expect(verifyInclusion(all[index] as Hash, index, { size, root }, proof.slice(0, -1))).toBe(size === 1);
        expect(verifyInclusion(all[index] as Hash, index, { size: size * 2 + 1, root }, proof)).toBe(false);
      }
    }
  });

  test('matches the audit paths of the example in RFC 9162, 2.1.5', () => {
    const [a, b, c, d, , , j] = leavesOf(7) as [Hash, Hash, Hash, Hash, Hash, Hash, Hash];
    const [e, f] = leavesOf(7).slice(4, 6) as [Hash, Hash];
    const { hashAt } = leavesToRange(leavesOf(7));
    const [g, h, i] = [hashNode(a, b), hashNode(c, d), hashNode(e, f)];
    const [k, l] = [hashNode(g, h), hashNode(i, j)];
    const path = (index: number) => inclusionProof(index, 7, hashAt).map(hex);
    expect(path(0)).toEqual([b, h, l].map(hex));
    expect(path(3)).toEqual([c, g, l].map(hex));
    expect(path(4)).toEqual([f, j, k].map(hex));
    expect(path(6)).toEqual([i, k].map(hex));
    const growth = (earlier: number) => consistencyProof(earlier, 7, hashAt).map(hex);
    expect(growth(3)).toEqual([c, d, g, l].map(hex));
    expect(growth(4)).toEqual([l].map(hex));
    expect(growth(6)).toEqual([i, j, k].map(hex));
  });

  test('of sizes and indexes that are no such numbers is refused, not computed', () => {
    const root = leavesOf(1)[0] as Hash;
    for (const index of [-1, 0.5, Number.NaN, 1, 2 ** 53]) {
      expect(verifyInclusion(root, index, { size: 1, root }, [])).toBe(false);
    }
    expect(verifyInclusion(root, 2 ** 52, { size: 2 ** 53, root }, Array(200).fill(root))).toBe(false);
  });
});

describe('consistency', () => {
  test('is proved between all sizes up to 40, and with nothing else', () => {
    const all = leavesOf(40);
    const { hashAt } = leavesToRange(all);
    const roots = Array.from({ length: 41 }, (_, size) => naiveRoot(all.slice(0, size)));
    for (let size = 0; size <= 40; size++) {
      for (let earlier = 0; earlier <= size; earlier++) {
        const from = { size: earlier, root: roots[earlier] as Hash };
        const to = { size, root: roots[size] as Hash };
        const proof = consistencyProof(earlier, size, hashAt);
        const other = hashNode(to.root, from.root);
        expect(verifyConsistency(from, to, proof)).toBe(true);
        expect(verifyConsistency({ ...from, root: other }, to, proof)).toBe(false);
        expect(verifyConsistency(from, to, [...proof, other])).toBe(false);
        if (earlier > 0) expect(verifyConsistency(from, { ...to, root: other }, proof)).toBe(false);
        if (earlier < size) expect(verifyConsistency(to, from, proof)).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(from, to, proof.slice(1))).toBe(false);
      }
    }
  });

  test('does not hold between a log and the same log with one leaf exchanged before the earlier size', () => {
    const all = leavesOf(20);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 19 }), fc.nat({ max: 18 }), (earlier, at) => {
        fc.pre(at < earlier);
        const rewritten = all.map((leaf, index) => (index === at ? hashLeaf(leaf) : leaf));
        const { hashAt } = leavesToRange(rewritten);
        const from = { size: earlier, root: naiveRoot(all.slice(0, earlier)) };
        const to = { size: 20, root: naiveRoot(rewritten) };
        expect(verifyConsistency(from, to, consistencyProof(earlier, 20, hashAt))).toBe(false);
      }),
    );
  });
});
