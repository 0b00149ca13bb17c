/** "Did you mean …?": the nearest known name, for errors that teach. */

/** Edits from `a` to `b`: a letter more, less or other, or two neighbours swapped (optimal string alignment). */
const distance = (a: string, b: string): number => {
  let [before, previous] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const edited = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substituted);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      current[j] = isSwap ? Math.min(edited, (before[j - 2] ?? 0) + 1) : edited;
    }
    [before, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
};

/** How much of a word may be wrong: a third, in short words two letters, in the shortest one. */
const mostWrong = (length: number): number => (length <= 3 ? 1 : Math.max(2, Math.floor(length / 3)));

/** The known name nearest to `word` (fewest edits), or null. */
export const nearest = (word: string, known: readonly string[]): string | null => {
  let best: string | null = null;
  let bestDistance = mostWrong(word.length) + 1;
  for (const name of known) {
    if (Math.abs(name.length - word.length) >= bestDistance) continue;
    const d = distance(word.toLowerCase(), name.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [name, d];
  }
  return best;
};

/** ` Did you mean "x"?`, or nothing. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const name = nearest(word, known);
  return name === null ? '' : ` Did you mean "${name}"?`;
};
