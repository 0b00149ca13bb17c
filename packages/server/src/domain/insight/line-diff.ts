/** Two texts line by line: what went, what came, and two lines around it. */
export type DiffLine = { kind: 'same' | 'removed' | 'added'; text: string };

const around = 2;

/** Lengths of the longest common subsequence of what is left of both texts, from each pair of lines on. */
const commonFrom = (before: string[], after: string[]): number[][] => {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let b = before.length - 1; b >= 0; b--)
    for (let a = after.length - 1; a >= 0; a--) {
      const [row, next] = [table[b] as number[], table[b + 1] as number[]];
      row[a] = before[b] === after[a] ? (next[a + 1] as number) + 1 : Math.max(next[a] as number, row[a + 1] as number);
    }
  return table;
};

const sameAtStart = (before: string[], after: string[]): number => {
  const length = Math.min(before.length, after.length);
  for (let at = 0; at < length; at++) if (before[at] !== after[at]) return at;
  return length;
};

const whole = (before: string[], after: string[]): DiffLine[] => {
  const table = commonFrom(before, after);
  const lines: DiffLine[] = [];
  let [b, a] = [0, 0];
  while (b < before.length || a < after.length) {
    if (b < before.length && before[b] === after[a]) {
      lines.push({ kind: 'same', text: before[b++] as string });
      a++;
    } else if (b < before.length && (a >= after.length || (table[b + 1]?.[a] ?? 0) >= (table[b]?.[a + 1] ?? 0)))
      lines.push({ kind: 'removed', text: before[b++] as string });
    else lines.push({ kind: 'added', text: after[a++] as string });
  }
  return lines;
};

/** What is equal at both ends is left out before anything is compared: an edit touches a few lines of a long file. */
export const lineDiff = (before: string, after: string): DiffLine[] => {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const head = Math.max(0, sameAtStart(old, now) - around);
  const [oldRest, nowRest] = [old.slice(head), now.slice(head)];
  const tail = Math.max(0, sameAtStart(oldRest.toReversed(), nowRest.toReversed()) - around);
  const cut = (lines: string[]): string[] => lines.slice(0, lines.length - tail);
  const lines = whole(cut(oldRest), cut(nowRest));
  const near = (at: number): boolean =>
    lines.slice(Math.max(0, at - around), at + around + 1).some(({ kind }) => kind !== 'same');
  return lines.filter((_, at) => near(at));
};
