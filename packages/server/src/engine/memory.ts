/** A bounded memory of recent values; the least recently used one is forgotten first. */
export const createMemory = <V>(capacity: number) => {
  const values = new Map<string, V>();
  return {
    get: (key: string): V | undefined => {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set: (key: string, value: V): void => {
      values.delete(key);
      values.set(key, value);
      if (values.size <= capacity) return;
      const oldest = values.keys().next().value;
      if (oldest !== undefined) values.delete(oldest);
    },
    forget: (key: string): void => {
      values.delete(key);
    },
  };
};
