import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, clipped, pieces } from './clip.ts';

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
const charactersOf = (text: string): string[] => [...characters.segment(text)].map(({ segment }) => segment);
/** Built of characters as people see them, some of many units. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom('👩‍👩‍👧', '🇫🇷', '👍🏽', 'e\u0301', '한'),
    ),
  )
  .map((all) => all.join(''));

describe('a text that is cut', () => {
  it('is the beginning of it in whole characters, within the limit, and says so', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 60 }), (any, max) => {
        const { text: cut, whole } = clip(any, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(whole).toBe(cut === any);
        if (whole) return;
        const kept = charactersOf(cut.slice(0, -1));
        expect(kept).toEqual(charactersOf(any).slice(0, kept.length));
      }),
    );
  });

  it('is kept in part where one character is larger than all there is room for, and is a text all the same', () => {
    expect(clipped('👩‍👩‍👧‍👧', 4)).toBe('👩‍…');
    expect(clipped('👩‍👩‍👧‍👧', 3)).toBe('👩…');
    expect(clipped('👩‍👩‍👧‍👧', 2)).toBe('…');
    expect(clipped(`a${'\u0301'.repeat(1_000)}`, 10)).toHaveLength(10);
  });

  it('in pieces has nothing left out, and breaks between two characters', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 60 }), (any, max) => {
        const all = pieces(any, max);
        expect(all.join('')).toBe(any);
        expect(all.every((one) => one.length <= max && one !== '')).toBe(true);
        expect(all.flatMap(charactersOf)).toEqual(charactersOf(any));
      }),
    );
    expect(pieces('', 10)).toEqual([]);
    expect(pieces('👩‍👩‍👧', 2)).toEqual(['👩', '\u200D', '👩', '\u200D', '👧']);
  });
});
