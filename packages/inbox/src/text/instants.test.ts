import { describe, expect, it } from 'vitest';
import { clock, relative, span } from './instants.ts';

const s = 1_000;
const min = 60 * s;
const h = 60 * min;

describe('spans and instants', () => {
  it.each([
    [40 * s, '40 s'],
    [4 * min + 59 * s, '4 min'],
    [2 * h, '2 h'],
    [2 * h + 5 * min, '2 h 5 min'],
    [26 * h, '1 d 2 h'],
    [11 * 24 * h + 3 * h, '11 d'],
  ])('says %d ms as %s', (ms, words) => {
    expect(span(ms)).toBe(words);
  });

  it('says which side of now an instant is on', () => {
    const now = 1_000_000_000;
    expect(relative(now - 4 * min, now)).toBe('4 min ago');
    expect(relative(now + 11 * min, now)).toBe('in 11 min');
    expect(relative(now - 3 * s, now)).toBe('just now');
    expect(relative(now + 2 * s, now), 'a server whose clock is a little ahead').toBe('just now');
    expect(relative(now + 8 * s, now)).toBe('in a moment');
  });

  it('names the day only when it is not today', () => {
    const noon = new Date(2026, 10, 23, 12, 0).getTime();
    expect(clock(noon, noon + h)).toMatch(/^12:00/);
    expect(clock(noon, noon + 24 * h)).toMatch(/23.*12:00/);
  });
});
