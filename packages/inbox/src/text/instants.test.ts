import { describe, expect, it } from 'vitest';
import { clock, inOwnTime, relative, span } from './instants.ts';

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

  it('reads an instant in a sentence of the house by the own clock', () => {
    const until = new Date(2026, 10, 23, 14, 30).getTime();
    const sentence = `Ann lets it rest until ${new Date(until).toISOString()}: the bank is closed`;
    expect(inOwnTime(sentence, until - h)).toBe(
      `Ann lets it rest until ${clock(until, until - h)}: the bank is closed`,
    );
    expect(inOwnTime('Ann took it over.', until)).toBe('Ann took it over.');
  });

  it('names the day only when it is not today', () => {
    const noon = new Date(2026, 10, 23, 12, 0).getTime();
    expect(clock(noon, noon + h)).toMatch(/^12:00/);
    expect(clock(noon, noon + 24 * h)).toMatch(/23.*12:00/);
  });
});
