import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns, harmless, noColours, oneLine, wrap } from './paint.ts';

const moving = /\p{Cf}|(?!\n)\p{Cc}/u;
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes));

describe('text of strangers on a terminal', () => {
  it('cannot move the cursor, colour, ring or hide', () => {
    expect(harmless('\u001b[2Jgone\u0007')).toBe('\\u{1b}[2Jgone\\u{7}');
    expect(harmless('pay \u202e001 RUE')).toContain('\\u{202e}');
  });

  it('is never a control character, whatever was written', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(moving.test(harmless(text))).toBe(false);
        expect(oneLine(text)).not.toContain('\n');
      }),
    );
  });

  it('keeps letters of every script', () => {
    expect(harmless('Łódź, 東京, Ünïcode ✓')).toBe('Łódź, 東京, Ünïcode ✓');
  });
});

describe('columns and lines', () => {
  it('line up whatever is in them', () => {
    expect(
      columns(
        [
          ['a', 'b'],
          ['long', 'c'],
        ],
        (cell) => noColours('bold', cell),
      ),
    ).toBe('a     b\nlong  c\n');
  });

  it('break at spaces and lose no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }),
        fc.integer({ min: 1, max: 40 }),
        (words, width) => {
          const lines = wrap(words.join(' '), width);
          expect(lines.join(' ')).toBe(words.join(' '));
          for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
        },
      ),
    );
  });
});
