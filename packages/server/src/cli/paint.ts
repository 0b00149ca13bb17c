/** Colour for a terminal, and text of strangers made harmless for it. */
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';
export type Paint = (style: Style, text: string) => string;

export const colours: Paint = (style, text) => styleText(style, text);
export const noColours: Paint = (_style, text) => text;

/** Line breaks stay; whatever else moves a terminal or hides is shown as its number. */
const unseen = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\n ]/gu;

export const harmless = (text: string): string =>
  text.replace(unseen, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);

export const oneLine = (text: string): string => harmless(text.replace(/\s+/g, ' ').trim());

/** Columns that line up; `paint` sees the padded cell. */
export const columns = (rows: string[][], paint: (cell: string, row: number, column: number) => string): string => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row, at) =>
      row
        .map((cell, index) => paint(index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0), at, index))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
};

/** Breaks text at spaces so that every line has at most `width` characters; a longer word stands alone. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

/** An instant of the wire as people at this machine read it. */
export const instantText = (at: string): string => new Date(at).toLocaleString('sv-SE').slice(0, 16);

/** After a list for people: what is not shown may be what somebody looks for. */
export const moreText = ({ items, next }: { items: unknown[]; next: string | null }): string =>
  next === null
    ? ''
    : `There are more than these ${items.length}. Narrow the list down, or ask the HTTP API for the next page.\n`;
