/** "Did you mean …?": the nearest known name, for errors that teach. */

const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substituted);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
};

/** The known name nearest to `word` (Levenshtein, at most a third of its length away), or null. */
export const nearest = (word: string, known: readonly string[]): string | null => {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
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
