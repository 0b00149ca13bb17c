/** Decimal numbers as integers at a fixed scale: "0.85" at scale 2 is 85. Exact or refused, never rounded. */

/**
 * The scaled integer in `text` from `start`, or NaN. `allDigits`: a fraction, when there is one, must have
 * exactly `scale` digits (money). Refuses signs other than "-", leading zeros, exponents and unsafe integers.
 */
export const scanDecimal = (text: string, start: number, scale: number, allDigits: boolean): number => {
  const end = text.length;
  const first = text.charCodeAt(start) === 45 ? start + 1 : start;
  let point = end;
  let value = 0;
  for (let index = first; index < end; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (digit === -2 && point === end && index > first) point = index;
    else return Number.NaN;
  }
  const whole = point - first;
  const fraction = point === end ? 0 : end - point - 1;
  if (whole === 0 || (point < end && fraction === 0) || fraction > scale) return Number.NaN;
  if (whole > 1 && text.charCodeAt(first) === 48) return Number.NaN;
  if (allDigits && fraction > 0 && fraction !== scale) return Number.NaN;
  for (let missing = scale - fraction; missing > 0; missing--) value *= 10;
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return first > start && value !== 0 ? -value : value;
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

/** "1240000" is "1,240,000". */
export const groupThousands = (digits: string): string => {
  let end = digits.length;
  let grouped = '';
  for (; end > 3; end -= 3) grouped = `,${digits.slice(end - 3, end)}${grouped}`;
  return digits.slice(0, end) + grouped;
};
