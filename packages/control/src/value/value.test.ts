import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TypeSpec } from '../model.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import { currencyCode, currencyName, formatMoney, parseMoney, wireMoney } from './money.ts';
import { problemOf, showValue } from './spec.ts';
import { formatDuration, localTimeIn, parseDate, parseDuration, parseTimestamp, parseWorkingHours } from './time.ts';

test.each([
  ['JPY 11', 'JPY 10', { type: 'money', currency: ['JPY'], max: '10.50' }],
  ['JPY 10', 'JPY 11', { type: 'money', currency: ['JPY'], min: '10.50' }],
  ['EUR -10.50', 'EUR -10.51', { type: 'money', currency: ['EUR'], max: '-10.505' }],
  ['EUR -10.51', 'EUR -10.50', { type: 'money', currency: ['EUR'], min: '-10.505' }],
  ['0.86', '0.85', { type: 'decimal', scale: 2, max: '0.855' }],
] as const)('%s is outside and %s is not, where the bound has more digits than its values: %j', (out, inside, spec) => {
  expect(problemOf(spec as unknown as TypeSpec, out)).toMatch(/^is (above|below) .+ declared value$/);
  expect(problemOf(spec as unknown as TypeSpec, inside)).toBeNull();
});

describe('money', () => {
  test('is read exactly, with the digits of its currency', () => {
    expect(parseMoney('EUR 500.00')).toEqual({ currency: 'EUR', minor: 50_000 });
    expect(parseMoney('EUR 500')).toEqual({ currency: 'EUR', minor: 50_000 });
    expect(parseMoney('JPY 500')).toEqual({ currency: 'JPY', minor: 500 });
    expect(parseMoney('KWD 1.234')).toEqual({ currency: 'KWD', minor: 1_234 });
    expect(parseMoney('EUR -0.01')).toEqual({ currency: 'EUR', minor: -1 });
  });

  test.each([
    'EUR500.00',
    'eur 5.00',
    'EUR 5.0',
    'EUR 5.000',
    'EUR 1,000.00',
    'EUR 05.00',
    'EUR',
    'EUR ',
    'EUR .50',
    'EUR 5.',
    'JPY 5.00',
    'EUR 1e3',
    'EUR 90071992547409.92',
    'EUR  5.00',
    '500.00',
    'EUR +5.00',
    'EUR --5.00',
    'EUR NaN',
    '',
  ])('refuses %j', (text) => {
    expect(parseMoney(text)).toBeNull();
  });

  test('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), fc.maxSafeInteger(), (currency, minor) => {
        expect(parseMoney(wireMoney({ currency, minor }))).toEqual({ currency, minor });
      }),
    );
  });

  test('is shown with its thousands, whatever the locale', () => {
    expect(formatMoney({ currency: 'EUR', minor: 124_000 })).toBe('EUR 1,240.00');
    expect(formatMoney({ currency: 'JPY', minor: 1_240_000 })).toBe('JPY 1,240,000');
    expect(formatMoney({ currency: 'EUR', minor: -5 })).toBe('EUR -0.05');
  });

  test('knows a currency by its number', () => {
    for (const currency of ['AAA', 'EUR', 'USD', 'ZZZ']) expect(currencyName(currencyCode(currency))).toBe(currency);
  });
});

describe('a decimal', () => {
  test('comes back as it was, at each scale', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.maxSafeInteger(), (scale, value) => {
        expect(parseDecimal(formatDecimal(value, scale), scale)).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  test('with more digits than its scale is refused, not rounded', () => {
    expect(parseDecimal('0.855', 2)).toBeNull();
    expect(parseDecimal('0.8', 2)).toBe(80);
    expect(parseDecimal('-0', 2)).toBe(0);
    expect(Object.is(parseDecimal('-0', 2), 0)).toBe(true);
  });
});

describe('time', () => {
  test('durations are added up', () => {
    expect(parseDuration('1h30m')).toBe(5_400_000);
    expect(parseDuration('7d')).toBe(604_800_000);
    expect(parseDuration('90')).toBeNull();
    expect(parseDuration('')).toBeNull();
    expect(formatDuration(5_400_000)).toBe('1h30m');
  });

  test('a day that does not exist is refused', () => {
    expect(parseDate('2028-02-29')).not.toBeNull();
    expect(parseDate('2026-02-29')).toBeNull();
    expect(parseDate('2026-13-01')).toBeNull();
    expect(parseTimestamp('2026-02-30T10:00:00Z')).toBeNull();
    expect(parseTimestamp('2026-02-20T10:00:00')).toBeNull();
  });

  test('the hour and the weekday follow the zone through daylight saving', () => {
    const berlin = localTimeIn('Europe/Berlin');
    expect(berlin(Date.UTC(2026, 2, 29, 0, 59))).toEqual({ hour: 1, minute: 119, weekday: 'sun' });
    expect(berlin(Date.UTC(2026, 2, 29, 1, 0))).toEqual({ hour: 3, minute: 180, weekday: 'sun' });
  });
});

describe('a value', () => {
  test('that cannot be used says why', () => {
    const amount = { type: 'money', currency: ['EUR'], max: '100.00' } as const;
    const spec = { ...amount, currency: [...amount.currency] };
    expect(problemOf(spec, 'EUR 100.00')).toBeNull();
    expect(problemOf(spec, 'EUR 100.01')).toBe('is above EUR 100.00, the largest declared value');
    expect(problemOf(spec, 'USD 1.00')).toBe('is in USD; declared are EUR');
    expect(problemOf(spec, 5)).toBe('is not an amount in EUR');
    expect(problemOf({ type: 'int' }, 1.5)).toBe('is not a whole number, such as 3');
    expect(problemOf({ type: 'set', of: 'string' }, ['a', 1])).toBe('is not a list of texts');
  });

  test('of somebody else cannot disturb the sentence that it is shown in', () => {
    expect(showValue({ type: 'string' }, 'a\nb\u202Ec\u0000')).toBe('a b c');
    expect(showValue({ type: 'string' }, 'x'.repeat(300))).toHaveLength(200);
    expect(showValue(null, { a: 1 })).toBe('{"a":1}');
    expect(showValue({ type: 'bool' }, false)).toBe('no');
    expect(showValue({ type: 'int' }, null)).toBe('unknown');
  });
});

test('hours of work are read whole or not at all', () => {
  expect(parseWorkingHours('mon-fri 09:00-17:30')).toEqual({
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    from: 540,
    to: 1050,
  });
  expect(parseWorkingHours('sat,mon-tue 00:00-24:00')).toEqual({ days: ['sat', 'mon', 'tue'], from: 0, to: 1440 });
  for (const wrong of [
    'mon-fri',
    'fri-mon 09:00-17:00',
    'mon 17:00-09:00',
    'mon 9-17',
    'day 09:00-17:00',
    'mon 09:00-25:00',
  ])
    expect([wrong, parseWorkingHours(wrong)]).toEqual([wrong, null]);
});
