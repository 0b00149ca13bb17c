import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, visiblePieces } from './visible.ts';

const turning = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;

describe('text that others wrote', () => {
  it('leaves ordinary text, line breaks, accents, right-to-left letters and emoji as they are', () => {
    const text = 'Zahlung an Müller & Söhne\n שלום عربي 日本語 👩‍💻 ❤️ 👍🏽 “quoted”';
    expect(visible(text)).toBe(text);
  });

  it.each([
    ['\u202E', '⟦U+202E⟧'],
    ['\u2066', '⟦U+2066⟧'],
    ['\u200B', '⟦U+200B⟧'],
    ['\u200D', '⟦U+200D⟧'],
    ['\uFEFF', '⟦U+FEFF⟧'],
    ['\u00AD', '⟦U+00AD⟧'],
    ['\u0000', '⟦U+0000⟧'],
    ['\u001B', '⟦U+001B⟧'],
    ['\u3164', '⟦U+3164⟧'],
    ['\u{E0041}', '⟦U+E0041⟧'],
    ['\u{E0100}', '⟦U+E0100⟧'],
    ['\uD800', '⟦U+D800⟧'],
    ['\r', '⟦U+000D⟧'],
  ])('marks the hidden character %j', (character, mark) => {
    expect(visible(`pay${character}EUR`)).toBe(`pay${mark}EUR`);
  });

  it('shows an account number that was turned around as what it is', () => {
    expect(visiblePieces('DE\u202E12')).toEqual([
      { text: 'DE', hidden: false },
      { text: '⟦U+202E⟧', hidden: true },
      { text: '12', hidden: false },
    ]);
  });

  it('never lets a direction change or a control character through', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 12 }),
        fc.constantFrom('\u061C', '\u200E', '\u200F', '\u202A', '\u202E', '\u2066', '\u2069', '\u0007', '\u009F'),
        fc.string({ maxLength: 3 }),
        (before, hidden, after) => {
          const shown = visible(String.fromCodePoint(...before) + hidden + after);
          expect(turning.test(shown), JSON.stringify(shown)).toBe(false);
        },
      ),
    );
  });

  it('reads a Windows line break as a line break', () => {
    expect(visible('a\r\nb')).toBe('a\nb');
  });
});
