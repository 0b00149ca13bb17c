import { canonicalize, digestOf, type Json } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  briefEntries,
  canonicalText,
  digestInBrowser,
  prettyText,
  shortDigest,
  typedAmount,
  valueText,
} from './values.ts';

/** Names that programs misread never get past the server's door. */
const jsonValue = fc
  .jsonValue({ maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json)
  .filter((value) => !JSON.stringify(value).includes('__proto__'));

describe('values for a reader', () => {
  it.each<[Json, string]>([
    ['EUR 1240000.50', 'EUR 1,240,000.50'],
    ['EUR -500.00', '-EUR 500.00'],
    ['JPY 98000', 'JPY 98,000'],
    ['EUR 90071992547409931234.56', 'EUR 90,071,992,547,409,931,234.56'],
    ['eur 5000.00', 'eur 5000.00'],
    [1234567, '1,234,567'],
    [2026, '2026'],
    [1e21, '1e+21'],
    [true, 'yes'],
    [null, 'missing'],
    [['a', 2], 'a, 2'],
    [{ b: 1, a: [] }, '{"a":[],"b":1}'],
  ])('shows %j as %s', (value, text) => {
    expect(valueText(value)).toBe(text);
  });

  it('makes the same canonical text and digest as the server', async () => {
    await fc.assert(
      fc.asyncProperty(jsonValue, async (value) => {
        expect(canonicalText(value)).toBe(canonicalize(value));
        expect(await digestInBrowser(value)).toBe(digestOf(value));
        expect(JSON.parse(prettyText(value))).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });

  it('reads an amount as it was typed, or not at all', () => {
    const read = ['1250.00', '6,200.50', '12 400', '-5', '1,250,000.00'].map(typedAmount);
    expect(read).toEqual(['1250.00', '6200.50', '12400', '-5', '1250000.00']);
    for (const unclear of ['620,50', '1.250,00', '1,25', '12,4000', '1 2', '.5', '5.', '1e3', '', '1.2345'])
      expect([unclear, typedAmount(unclear)]).toEqual([unclear, null]);
  });

  it('puts money first where there is room for little', () => {
    expect(briefEntries({ beneficiary: 'Nordwind', note: 'x'.repeat(99), sum: 'EUR 5.00' }, 2)).toEqual([
      ['sum', 'EUR 5.00'],
      ['beneficiary', 'Nordwind'],
    ]);
  });

  it('shortens a digest from both ends', () => {
    expect(shortDigest(`sha256:${'ab12'.repeat(16)}`)).toBe('sha256:ab12ab12…ab12');
  });
});
