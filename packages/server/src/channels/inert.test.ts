import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpus } from '../../test/contract/corpus.ts';
import { clip, deceptive, defanged, html, markdown, mrkdwn, oneLine, visible } from './inert.ts';

const text = fc.string({ unit: 'binary', maxLength: 200 });

describe('texts of others', () => {
  it('C25 show what is invisible or turns the direction by its code point', () => {
    expect(visible('a\u202Eb\u200Bc\u{E0041}d')).toBe('a⟦U+202E⟧b⟦U+200B⟧c⟦U+E0041⟧d');
    expect(oneLine('one\ntwo\r\nthree')).toBe('one⏎two⏎three');
    fc.assert(
      fc.property(text, (any) => {
        expect(visible(any)).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B\u200E\u200F\uFEFF\u00AD]/);
        expect(visible(visible(any))).toBe(visible(any));
      }),
    );
  });

  it('leave emoji, and letters of every script, as they are', () => {
    for (const any of ['👩‍👩‍👧 ok ❤️', 'Ωμέγα', 'हिन्दी', '漢字', 'עברית', 'Amélie']) expect(visible(any)).toBe(any);
  });

  it('C25 are called deceptive when a reader could take them for something else', () => {
    expect(deceptive('ACME GmbH')).toBeNull();
    expect(deceptive('ACME\u202E')).toBe('invisible characters');
    expect(deceptive('Аcme')).toBe('letters of different scripts in one word');
    expect(deceptive('Ame\u0301lie')).toBe('characters in an unusual composition');
  });

  it('C26 are cut at the limit, never within a character, and say so', () => {
    expect(clip('abc', 3)).toEqual({ text: 'abc', whole: true });
    expect(clip('abcd', 3)).toEqual({ text: 'ab…', whole: false });
    expect(clip('a😀b', 3)).toEqual({ text: 'a…', whole: false });
    expect(clip('a👩‍👧b', 5)).toEqual({ text: 'a…', whole: false });
    expect(clip('ae\u0301b', 3)).toEqual({ text: 'a…', whole: false });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 50 }), (any, max) => {
        const { text: cut, whole } = clip(any, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(whole).toBe(cut === any);
        expect(cut).not.toMatch(/[\uD800-\uDBFF]…$/);
      }),
    );
  });

  it.each(corpus.active)('C24 %j has no syntax left for Slack, Markdown or HTML', (hostile) => {
    expect(mrkdwn(hostile)).not.toMatch(/[<>*_~`]/);
    expect(markdown(hostile)).not.toMatch(/(?<!\\)[<>*_`[\]()@]/);
    expect(markdown(hostile)).not.toMatch(/https?:\/\//);
    expect(defanged(hostile)).not.toMatch(/\w:\/\/|javascript:|\bwww\./i);
    expect(html(hostile)).not.toMatch(/[<>"']|&(?!#\d+;)/);
  });
});
