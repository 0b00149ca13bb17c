import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deceptive, oneLine, visible, visiblePieces } from './inert.ts';

/** What hides, turns around, or looks like something else; each with the mark that has to be seen. */
const corpus: [string, string][] = [
  ['pay\u202Eyap', '⟦U+202E⟧'],
  ['DE89\u200B3704', '⟦U+200B⟧'],
  ['\u2066isolated\u2069', '⟦U+2066⟧'],
  ['tag\u{E0041}\u{E0042}', '⟦U+E0041⟧'],
  ['soft\u00ADhyphen', '⟦U+00AD⟧'],
  ['\uFEFFbom', '⟦U+FEFF⟧'],
  ['filler\u3164letter', '⟦U+3164⟧'],
  ['x\uFE0F', '⟦U+FE0F⟧'],
  ['x\u{E0100}', '⟦U+E0100⟧'],
  ['\u001B[2Jcleared', '⟦U+001B⟧'],
  ['line\u2028separator', '⟦U+2028⟧'],
  ['braille\u2800blank', '⟦U+2800⟧'],
  [`reason${'\n'.repeat(400)}Approve it`, '⟦400 line breaks⟧'],
  [`reason${'\n \t'.repeat(40)}\nApprove it`, 'line breaks⟧'],
  [`amount${' '.repeat(300)}.00`, '⟦300 spaces⟧'],
  [`a${'\u0301'.repeat(40)}`, '⟦40 marks⟧'],
  [`${'█'.repeat(5_000)}yes`, '⟦5000 times⟧'],
];

describe('texts of others', () => {
  it.each(corpus)('%j shows what it hides', (hostile, mark) => {
    expect(visible(hostile)).toContain(mark);
    expect(deceptive(hostile)).not.toBeNull();
    expect(visiblePieces(hostile).some(({ hidden, text }) => hidden && text.includes(mark))).toBe(true);
  });

  it.each(['Аcme GmbH', 'pаypal', 'Ρayment', 'Ame\u0301lie'])('%j is called what it is: a look-alike', (name) => {
    expect(deceptive(name)).not.toBeNull();
  });

  it('leave what people write as it is', () => {
    const plain = [
      '👩‍👩‍👧 ok ❤️',
      'Ωμέγα',
      'हिन्दी',
      '漢字',
      'עברית',
      'Amélie',
      'a\n\n\nb',
      '      indented',
      '-----',
      '1000000000000',
    ];
    for (const any of plain) expect([visible(any), deceptive(any)]).toEqual([any, null]);
  });

  it('C25 never keep a character that cannot be seen, and are the same a second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (any) => {
        const once = visible(any);
        expect(once.replaceAll('\n', '')).not.toMatch(
          /\p{Cc}|[\u202A-\u202E\u2066-\u2069\u200B\u200E\u200F\uFEFF\u00AD]/u,
        );
        expect(visible(once)).toBe(once);
        expect(oneLine(any)).not.toContain('\n');
        expect(
          visiblePieces(any)
            .map(({ text }) => text)
            .join('')
            .replaceAll('\t', ' '),
        ).toBe(once);
      }),
    );
  });

  it('are never long without saying so, however they are filled', () => {
    const filler = fc.tuple(fc.constantFrom('\n', ' ', '█', '.', '\u0301', '\t'), fc.integer({ min: 64, max: 3_000 }));
    fc.assert(
      fc.property(filler, ([one, count]) => {
        expect(visible(`a${one.repeat(count)}b`).length).toBeLessThan(64);
      }),
    );
  });
});
