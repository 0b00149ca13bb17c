/** What will happen, earliest first; of two at the same instant the one that was put in first. A binary heap. */

type Entry<T> = { at: number; order: number; what: T };

const before = <T>(one: Entry<T>, other: Entry<T>): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

export class Agenda<T> {
  #entries: Entry<T>[] = [];
  #order = 0;

  put(at: number, what: T): void {
    const entries = this.#entries;
    const entry = { at, order: this.#order++, what };
    let index = entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = entries[parent] as Entry<T>;
      if (!before(entry, above)) break;
      entries[index] = above;
      index = parent;
    }
    entries[index] = entry;
  }

  take(): { at: number; what: T } | null {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined) return null;
    if (entries.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry<T>): void {
    const entries = this.#entries;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [entries[child], entries[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && before(right, left)) child++;
      const below = entries[child] as Entry<T>;
      if (!before(below, entry)) break;
      entries[index] = below;
      index = child;
    }
    entries[index] = entry;
  }
}
