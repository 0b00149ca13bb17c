import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, readable } from './readable.ts';

const german = { locale: 'de-DE', zone: 'Europe/Berlin' };
const british = { locale: 'en-GB', zone: 'Europe/London' };
const locales = ['de-DE', 'en-US', 'fr-CH', 'hi-IN', 'ja-JP', 'pt-BR', 'sv-SE', 'tr-TR'];

it('one is one, and many are many', () => {
  expect([0, 1, 2, 1_200].map((count) => counted(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs', '1,200 runs']);
  expect(counted(1, 'entry', 'entries')).toBe('1 entry');
});

describe('a value in the reader’s language', () => {
  it.each([
    ['EUR 12400.00', 'money', '12.400,00 EUR', 'EUR 12,400.00'],
    ['JPY 5000', 'money', '5.000 JPY', 'JPY 5,000'],
    ['2026-12-07', 'date', '7. Dezember 2026', '7 December 2026'],
    ['90m', 'duration', '90 Minuten', '90 minutes'],
    ['12000', 'int', '12.000', '12,000'],
    ['0.850', 'decimal', '0,850', '0.850'],
  ])('%s is said in German and in English', (value, type, inGerman, inEnglish) => {
    expect(readable(value, type, german)).toBe(inGerman);
    expect(readable(value, type, british)).toBe(inEnglish);
  });

  it('a duration of several units names each', () => {
    expect(readable('1h30m', 'duration', german)).toMatch(/^1 Stunde,? 30 Minuten$/);
  });

  it('an instant is told in the reader’s zone, and says which', () => {
    const said = readable('2026-12-07T09:30:00Z', 'timestamp', german);
    expect(said).toContain('10:30');
    expect(said).toContain('MEZ');
  });

  it('is left alone when it is text, or not of its type', () => {
    for (const [value, type] of [
      ['7d', 'string'],
      ['many', 'money'],
      [`EUR 1.${'0'.repeat(101)}`, 'money'],
      [`0.${'1'.repeat(101)}`, 'decimal'],
      ['2026-13-40', 'date'],
      ['soon', 'duration'],
      [null, 'money'],
    ] as const)
      expect(readable(value, type, german)).toBeNull();
  });

  it('keeps every digit of an amount, however large, in every language', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        fc.integer({ min: 0, max: 99 }),
        fc.constantFrom(...locales),
        (whole, cents, locale) => {
          const amount = `${whole}.${String(cents).padStart(2, '0')}`;
          const said = readable(`EUR ${amount}`, 'money', { locale }) ?? '';
          expect(said.replace(/\D/g, '')).toBe(amount.replace('.', ''));
          expect(said).toContain('EUR');
        },
      ),
      { numRuns: 300 },
    );
  });
});
