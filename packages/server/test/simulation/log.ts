/**
 * The evidence log of a simulated house: an entry for each event, a checkpoint now and then. I8: each checkpoint has to
 * continue the one before it and an earlier one that chance picks, by proofs from the nodes that were kept.
 */
import { hash } from 'node:crypto';
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
const hashBytes = 32;

/** Hashes in a row: millions of them as objects would cost more than all else. */
class Row {
  #bytes = new Uint8Array(1 << 12);

  set(index: number, one: Hash): void {
    if ((index + 1) * hashBytes > this.#bytes.length) {
      const wider = new Uint8Array(2 * this.#bytes.length);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes.set(one, index * hashBytes);
  }

  at(index: number): Hash {
    return this.#bytes.slice(index * hashBytes, (index + 1) * hashBytes);
  }
}

export class Log {
  #range: CompactRange = emptyRange;
  #waiting: Hash[] = [];
  readonly #nodes: Row[] = [];
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
    for (const entry of entries) this.#waiting.push(hash('sha256', `\0${entry}`, 'buffer'));
    return this.#waiting.length < entriesOfCheckpoint ? [] : this.#sign();
  }

  #sign(): string[] {
    const { range, nodes } = append(this.#range, this.#waiting);
    for (const node of nodes) {
      this.#nodes[node.level] ??= new Row();
      this.#nodes[node.level]?.set(node.index, node.hash);
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

  #hashAt = (level: number, index: number): Hash => this.#nodes[level]?.at(index) as Hash;
}
