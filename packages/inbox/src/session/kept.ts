/** What the browser kept may be of another version, or cut off: what is no object says nothing. */
export const keptIn = <T extends object>(text: string | null): Partial<T> => {
  try {
    const kept: unknown = JSON.parse(text ?? 'null');
    return typeof kept === 'object' && kept !== null ? (kept as Partial<T>) : {};
  } catch {
    return {};
  }
};
