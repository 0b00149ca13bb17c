/** Evidence that a stranger can verify: `verifyBundle` needs the exported file, the public key and nothing else. */

export {
  type BundleEntry,
  type BundleHeader,
  type BundleSelection,
  type BundleWriter,
  createBundleWriter,
} from './bundle.ts';
export { type Checkpoint, openCheckpoint, signCheckpoint } from './checkpoint.ts';
export type { Finding, FindingCode } from './findings.ts';
export { contentDigest, type Entry, type Leaf, leafHash, leafOf, saltLength } from './leaf.ts';
export { type NoteSigner, newSecretKey, noteSigner, parsePublicKey } from './note.ts';
export {
  append,
  type CompactRange,
  consistencyProof,
  emptyRange,
  type Hash,
  type HashAt,
  inclusionProof,
  type Node,
  rootOf,
  type TreeHead,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts';
export { type Verdict, type VerifyOptions, verifyBundle } from './verify.ts';
