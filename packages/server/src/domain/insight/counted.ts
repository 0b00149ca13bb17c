/** What comes again and again, by name: the commonest few. */
export type Counted = { name: string; count: number };

const most = 5;

/** Names with how often each came, the commonest first. */
export const counted = (names: readonly string[]): Counted[] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .toSorted((a, b) => b.count - a.count || a.name.localeCompare(b.name))
    .slice(0, most);
};
