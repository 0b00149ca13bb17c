/** Decimal numbers as integers at a fixed scale: "0.85" at scale 2 is 85. Exact or refused, never rounded. */

/**
 * The scaled integer in `text` from `start`, or NaN. `allDigits`: a fraction, when there is one, must have
 * exactly `scale` digits (money). Refuses signs other than "-", leading zeros, exponents and unsafe integers.
 */
export const scanDecimal = (text: string, start: number, scale: number, allDigits: boolean): number => {
  const negative = text.charCodeAt(start) === 45;
  const first = negative ? start + 1 : start;
  let value = 0;
  let fraction = -1;
  for (let index = first; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      if (fraction >= 0) fraction++;
    } else if (digit === -2 && fraction < 0 && index > first) fraction = 0;
    else return Number.NaN;
  }
  if (text.length === first || fraction === 0 || fraction > scale) return Number.NaN;
  if (text.charCodeAt(first) === 48 && text.length > first + 1 && text.charCodeAt(first + 1) !== 46) return Number.NaN;
  if (allDigits && fraction > 0 && fraction !== scale) return Number.NaN;
  for (let missing = scale - Math.max(fraction, 0); missing > 0; missing--) value *= 10;
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return negative && value !== 0 ? -value : value;
};

/** The scaled integer, or null when `text` is not a decimal of at most `scale` digits after the point. */
export const parseDecimal = (text: string, scale: number): number | null => {
  const value = scanDecimal(text, 0, scale, false);
  return Number.isNaN(value) ? null : value;
};

export const formatDecimal = (value: number, scale: number): string => {
  const text = String(Math.abs(value)).padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  return `${value < 0 ? '-' : ''}${whole}${scale === 0 ? '' : `.${text.slice(text.length - scale)}`}`;
};

export const groupThousands = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');
