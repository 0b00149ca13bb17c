/** Where a character of a YAML value stands in the file, across quotes, escapes, folded and indented lines. */
import type { Located, Source } from './document.ts';

/**
 * Walks the value and the file side by side: white space may have been folded and quoting added, but all other
 * characters stand in the file in the same order.
 */
export const offsetWithin = (source: Source, { value, offset, node }: Located<string>, at: number): number => {
  const end = node.range?.[1] ?? source.text.length;
  let place = offset;
  if (/^[|>]/.test(source.text.slice(offset, offset + 1))) {
    const line = source.text.indexOf('\n', offset);
    place = line < 0 ? offset : line + 1;
  } else if (/^["']/.test(source.text.slice(offset, offset + 1))) place = offset + 1;
  for (let index = 0; index < Math.min(at, value.length); index++) {
    const character = value[index] as string;
    if (/\s/.test(character)) continue;
    while (place < end && source.text[place] !== character) place++;
    place++;
  }
  while (place < end && /[\s\\]/.test(source.text[place] ?? '') && !/\s/.test(value[at] ?? '')) place++;
  return Math.min(place, end);
};
