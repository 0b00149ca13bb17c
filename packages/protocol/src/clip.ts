/**
 * Texts cut to a limit, in UTF-16 units as programs count them, and never within what a reader sees as one character: half
 * an emoji is another one or none, and half a surrogate pair is no text, which no JSON of ours takes.
 */
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The most of the beginning of a longer text that is whole characters; of one that is larger than all there is room for, a part. */
const beginning = (text: string, max: number): string => {
  const start = characters.segment(text.slice(0, max + 2)).containing(max)?.index ?? 0;
  if (start > 0) return text.slice(0, start);
  return text.slice(0, /[\uD800-\uDBFF]/.test(text[max - 1] ?? '') ? max - 1 : max);
};

/** At most `max` units; where something is missing it ends in "…", and is not `whole`. */
export const clip = (text: string, max: number): { text: string; whole: boolean } =>
  text.length <= max ? { text, whole: true } : { text: `${beginning(text, Math.max(0, max - 1))}…`, whole: false };

export const clipped = (text: string, max: number): string => clip(text, max).text;

/** All of the text, in pieces of at most `max` units, at least 2; of no text, none. */
export const pieces = (text: string, max: number): string[] => {
  const found: string[] = [];
  for (let from = 0; from < text.length; ) {
    const rest = text.slice(from, from + max + 2);
    const piece = rest.length <= max ? rest : beginning(rest, max);
    found.push(piece);
    from += piece.length;
  }
  return found;
};
