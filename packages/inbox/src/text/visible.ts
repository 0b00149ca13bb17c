/**
 * Text that others wrote (agents, suppliers, customers) is shown so that nothing in it can hide or turn around:
 * invisible, control and direction-changing characters become marks such as ⟦U+202E⟧.
 */

export type Piece = { readonly text: string; readonly hidden: boolean };

/** Letters that draw nothing although Unicode does not call them format characters. */
const blank = '\\u115F\\u1160\\u17B4\\u17B5\\u2800\\u3164\\uFFA0\\u{1D159}';
const variation = '\\u034F\\u180B-\\u180F\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}';
const hidden = new RegExp(`(?![\\n\\t])[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}\\u2028\\u2029${blank}${variation}]`, 'u');
/** A joiner or a style selector inside an emoji is part of its drawing. */
const emoji =
  '\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?(?:\\u200D\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?)*';
const token = new RegExp(`${emoji}|${hidden.source}`, 'gu');

const mark = (character: string): string =>
  `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;

/** The text in pieces, the hidden characters as their marks. */
export const visiblePieces = (text: string): Piece[] => {
  const pieces: Piece[] = [];
  let shown = 0;
  const unix = text.replaceAll('\r\n', '\n');
  for (const found of unix.matchAll(token)) {
    const character = found[0];
    if (!hidden.test(character) || /^\p{Extended_Pictographic}/u.test(character)) continue;
    if (found.index > shown) pieces.push({ text: unix.slice(shown, found.index), hidden: false });
    pieces.push({ text: mark(character), hidden: true });
    shown = found.index + character.length;
  }
  if (shown < unix.length) pieces.push({ text: unix.slice(shown), hidden: false });
  return pieces;
};

/** The same as one string, for titles and labels. */
export const visible = (text: string): string =>
  visiblePieces(text)
    .map((piece) => piece.text)
    .join('');
