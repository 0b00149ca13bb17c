/**
 * The evidence log of a simulated house: an entry for each event, a checkpoint now and then. I8: each checkpoint has to
 * continue the one before it and an earlier one that chance picks, by proofs from the nodes that were kept.
 */
import { createHash } from 'node:crypto';
import {
  append,
  type CompactRange,
  consistencyProof,
  emptyRange,
  type Hash,
  rootOf,
  type TreeHead,
  verifyConsistency,
} from '@belay/protocol/evidence';
import type { Chance } from '../chance.ts';

const entriesOfCheckpoint = 200;

export class Log {
  #range: CompactRange = emptyRange;
  #waiting: Hash[] = [];
  readonly #nodes: Hash[][] = [];
  readonly #checkpoints: TreeHead[] = [];
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get checkpoints(): number {
    return this.#checkpoints.length;
  }

  /** What is wrong with the log after these entries, as sentences. */
  add(entries: readonly string[]): string[] {
    for (const entry of entries) this.#waiting.push(createHash('sha256').update(`\0${entry}`).digest());
    return this.#waiting.length < entriesOfCheckpoint ? [] : this.#sign();
  }

  #sign(): string[] {
    const { range, nodes } = append(this.#range, this.#waiting);
    for (const { level, index, hash } of nodes) {
      this.#nodes[level] ??= [];
      (this.#nodes[level] as Hash[])[index] = hash;
    }
    this.#range = range;
    this.#waiting = [];
    const now = { size: range.size, root: rootOf(range) };
    const last = this.#checkpoints.at(-1);
    const earlier = last === undefined ? [] : [last, this.#chance.pick(this.#checkpoints)];
    this.#checkpoints.push(now);
    return earlier
      .filter((one) => !verifyConsistency(one, now, consistencyProof(one.size, now.size, this.#hashAt)))
      .map((one) => `I8: the checkpoint of ${now.size} entries does not continue the one of ${one.size}`);
  }

  #hashAt = (level: number, index: number): Hash => this.#nodes[level]?.[index] as Hash;
}
