/**
 * Money as an integer number of minor units in a currency. Written "EUR 500.00" in controls and on the wire.
 * Scanning allocates nothing: amounts are read for each decision. No floats, no rounding, no conversion.
 */
import { groupThousands, scanDecimal } from './decimal.ts';

const exceptions: Record<number, readonly string[]> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '),
  3: 'BHD IQD JOD KWD LYD OMR TND'.split(' '),
  4: ['CLF', 'UYW'],
};

/** A currency as a number, so that it fits a numeric slot: EUR and eur differ, the second is not a currency. */
export const currencyCode = (currency: string, from = 0): number => {
  let code = 0;
  for (let index = from; index < from + 3; index++) {
    const letter = currency.charCodeAt(index) - 65;
    if (!(letter >= 0 && letter < 26)) return -1;
    code = code * 26 + letter;
  }
  return code;
};

export const currencyName = (code: number): string =>
  String.fromCharCode(65 + Math.floor(code / 676), 65 + (Math.floor(code / 26) % 26), 65 + (code % 26));

const digitsByCode = new Uint8Array(26 ** 3).fill(2);
for (const [digits, currencies] of Object.entries(exceptions)) {
  for (const currency of currencies) digitsByCode[currencyCode(currency)] = Number(digits);
}

/** Digits after the point in a currency: 2 for EUR, 0 for JPY. */
export const minorDigits = (currency: string): number => digitsByCode[currencyCode(currency)] ?? 2;

/** Writes minor units and currency code to `out[at]` and `out[at + 1]`; false when `text` is not an amount of money. */
export const scanMoney = (text: string, out: Float64Array, at: number): boolean => {
  if (text.length < 5 || text.charCodeAt(3) !== 32) return false;
  const code = currencyCode(text);
  if (code < 0) return false;
  const minor = scanDecimal(text, 4, digitsByCode[code] as number, true);
  if (Number.isNaN(minor)) return false;
  out[at] = minor;
  out[at + 1] = code;
  return true;
};

export type Money = { currency: string; minor: number };

const scanned = new Float64Array(2);

export const parseMoney = (text: string): Money | null =>
  scanMoney(text, scanned, 0) ? { currency: text.slice(0, 3), minor: scanned[0] as number } : null;

/** "EUR 1,240.00": the same everywhere, independent of the machine's locale. */
export const formatMoney = ({ currency, minor }: Money): string => {
  const digits = minorDigits(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = groupThousands(text.slice(0, text.length - digits));
  const fraction = digits === 0 ? '' : `.${text.slice(text.length - digits)}`;
  return `${currency} ${minor < 0 ? '-' : ''}${whole}${fraction}`;
};

/** The form on the wire, for examples and counterexamples: "EUR 1240.00". */
export const wireMoney = (money: Money): string => formatMoney(money).replaceAll(',', '');
