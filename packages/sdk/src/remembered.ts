/**
 * Ids of messages that were seen, for as long as one could be replayed. Bounded, and never by forgetting one too early:
 * when there is no room, the caller has to refuse.
 */
export class Remembered {
  readonly #until = new Map<string, number>();
  readonly #forMs: number;
  readonly #capacity: number;

  constructor(forMs: number, capacity: number) {
    this.#forMs = forMs;
    this.#capacity = capacity;
  }

  remember(id: string, now: number): 'new' | 'seen' | 'full' {
    for (const [old, until] of this.#until) {
      if (until > now) break;
      this.#until.delete(old);
    }
    if (this.#until.has(id)) return 'seen';
    if (this.#until.size >= this.#capacity) return 'full';
    this.#until.set(id, now + this.#forMs);
    return 'new';
  }

  forget(id: string): void {
    this.#until.delete(id);
  }
}
