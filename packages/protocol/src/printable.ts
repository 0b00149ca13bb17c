import { clipped } from './clip.ts';

/** Text of strangers inside our sentences: short, on one line, and without anything that moves a terminal or hides. */
const unseen = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
const maxLength = 80;

export const printable = (text: string): string =>
  clipped(text, maxLength + 1).replace(
    unseen,
    (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
