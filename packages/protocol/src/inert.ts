/**
 * The one place where texts of others (agents, suppliers, customers, colleagues) become harmless to read: nothing in them
 * hides, turns the direction, or pushes something else out of sight. Every renderer starts here; what a vendor's syntax
 * would make of the rest is that vendor's to escape.
 */

export type Piece = { readonly text: string; readonly hidden: boolean };

/** Draws nothing although Unicode does not call it a format character, and selectors that change their neighbour. */
const blanks =
  '\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u2800\\u3164\\uFFA0\\uFE00-\\uFE0F\\u{E0100}-\\u{E01EF}\\u{1D159}';
const unseen = `(?![\\n\\t])[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cn}\\p{Cs}\\u2028\\u2029${blanks}]`;
/** Joiners and selectors inside an emoji belong to its drawing. */
const emoji =
  '\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?(?:\\u200D\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?)*';
/** Longer than anybody means: lines, spaces, marks upon one letter, one character over and over. */
const lines = '(?:[^\\S\\n]*\\n){4,}';
const spaces = '[^\\S\\n]{24,}';
const marks = '\\p{M}{5,}';
const over = '(\\S)\\1{63,}';
const piece = new RegExp(
  `${emoji}|(?<lines>${lines})|(?<spaces>${spaces})|(?<unseen>${unseen})|(?<marks>${marks})|(?<over>${over.replace('\\1', '\\k<one>').replace('(\\S)', '(?<one>\\S)')})`,
  'gu',
);

const codePoint = (character: string): string =>
  `⟦U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟧`;

type Found = Record<'lines' | 'spaces' | 'unseen' | 'marks' | 'over' | 'one', string | undefined>;

const shown = ({
  lines,
  spaces,
  unseen,
  marks,
  over,
  one,
}: Found): { before: string; mark: string; after: string } | null => {
  if (unseen !== undefined) return { before: '', mark: codePoint(unseen), after: '' };
  if (lines !== undefined) return { before: '\n', mark: `⟦${lines.split('\n').length - 1} line breaks⟧`, after: '\n' };
  if (spaces !== undefined) return { before: ' ', mark: `⟦${spaces.length} spaces⟧`, after: ' ' };
  if (marks !== undefined) return { before: '', mark: `⟦${[...marks].length} marks⟧`, after: '' };
  if (over === undefined || one === undefined) return null;
  return { before: one.repeat(3), mark: `⟦${[...over].length} times⟧`, after: '' };
};

/** The text in pieces: what could not be seen, or would push the rest away, as its mark. */
export const visiblePieces = (text: string): Piece[] => {
  const pieces: Piece[] = [];
  const add = (part: string, hidden: boolean) => {
    const last = pieces.at(-1);
    if (part === '') return;
    if (last !== undefined && !hidden && !last.hidden) pieces[pieces.length - 1] = { text: last.text + part, hidden };
    else pieces.push({ text: part, hidden });
  };
  const unix = text.replaceAll('\r\n', '\n');
  let from = 0;
  for (const found of unix.matchAll(piece)) {
    const what = shown(found.groups as Found);
    if (what === null) continue;
    add(unix.slice(from, found.index) + what.before, false);
    add(what.mark, true);
    add(what.after, false);
    from = found.index + found[0].length;
  }
  add(unix.slice(from), false);
  return pieces;
};

/** The same as one text; tabs are spaces, line breaks stay. */
export const visible = (text: string): string =>
  visiblePieces(text)
    .map((one) => one.text)
    .join('')
    .replaceAll('\t', ' ');

/** The same on one line: a value cannot pretend to be two. */
export const oneLine = (text: string): string => visible(text).replaceAll('\n', '⏎');

const words = /[\p{L}\p{M}\p{N}]+/gu;
const scripts = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];
const filler = /⟦\d+ (line breaks|spaces|marks|times)⟧/;

/** Why a reader could take it for something else, or overlook a part of it; null: they read what it says. */
export const deceptive = (text: string): string | null => {
  const hidden = visiblePieces(text).filter((one) => one.hidden);
  if (hidden.some((one) => !filler.test(one.text))) return 'invisible characters';
  if (hidden.length > 0) return 'a filler that pushes text out of sight';
  if (text.normalize('NFC') !== text) return 'characters in an unusual composition';
  const mixed = (text.match(words) ?? []).some((word) => scripts.filter((script) => script.test(word)).length > 1);
  return mixed ? 'letters of different scripts in one word' : null;
};
