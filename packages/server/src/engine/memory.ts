/**
 * A bounded memory of recent values; the least recently used one is forgotten first. Bounded by count and by size: a few
 * large values must not take what thousands of small ones may.
 */
export type Bounds<V> = { most: number; bytes?: number; sizeOf?: (value: V) => number };

export const createMemory = <V>({ most, bytes = Number.POSITIVE_INFINITY, sizeOf = () => 0 }: Bounds<V>) => {
  const values = new Map<string, { value: V; size: number }>();
  let held = 0;

  const forget = (key: string): void => {
    held -= values.get(key)?.size ?? 0;
    values.delete(key);
  };

  return {
    get: (key: string): V | undefined => {
      const found = values.get(key);
      if (found === undefined) return undefined;
      values.delete(key);
      values.set(key, found);
      return found.value;
    },
    set: (key: string, value: V): void => {
      forget(key);
      const size = sizeOf(value);
      held += size;
      values.set(key, { value, size });
      // The newest stays, however large: whoever set it is about to use it.
      for (const oldest of values.keys()) {
        if ((values.size <= most && held <= bytes) || values.size === 1) return;
        forget(oldest);
      }
    },
    forget,
    held: () => ({ count: values.size, bytes: held }),
  };
};

/** Items of lists are many and stay as they are: each is measured once. */
const measured = new WeakMap<object, number>();

const itemBytes = (item: unknown): number => {
  if (typeof item !== 'object' || item === null) return roughBytes(item);
  const known = measured.get(item);
  if (known !== undefined) return known;
  const bytes = roughBytes(item);
  measured.set(item, bytes);
  return bytes;
};

/** What a value of plain data takes, roughly: without turning it into text. Such data is never changed in place. */
export const roughBytes = (value: unknown): number => {
  if (typeof value === 'string') return 16 + 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let sum = 48;
  if (Array.isArray(value)) for (const item of value) sum += itemBytes(item);
  else for (const key in value) sum += 8 + roughBytes((value as Record<string, unknown>)[key]);
  return sum;
};
