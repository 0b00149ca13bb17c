import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockOf, type Calendar, daysOf, localInput, midnightOf, oddTime, toneOf } from './calendar.ts';

const from = Date.parse('2026-12-07T00:00:00Z');
const day = 86_400_000;
const to = from + 10 * day;
const iso = (at: number): string => new Date(at).toISOString();

describe('the blocks of a calendar', () => {
  it.each([
    [0, 5, { left: 0, width: 50 }],
    [-3, 1, { left: 0, width: 10 }],
    [9, 30, { left: 90, width: 10 }],
  ])('from day %i to %i stand at %j', (first, last, block) => {
    expect(blockOf({ from: iso(from + first * day), to: iso(from + last * day) }, from, to)).toEqual(block);
  });

  it('days fill the whole width without gap or overlap', () => {
    const days = daysOf(from + 5 * 3_600_000, to);
    let edge = 0;
    for (const { left, width } of days) {
      expect(left).toBeCloseTo(edge);
      edge = left + width;
    }
    expect(edge).toBeCloseTo(100);
    expect(days.filter(({ weekend }) => weekend).length).toBeGreaterThanOrEqual(2);
  });

  it('one person has one tone in every row', () => {
    const shift = (personId: string | null) => ({ personId }) as Calendar['shifts'][number];
    const calendar = { layers: [{ layer: 'a', shifts: [shift('bo'), shift(null)] }], shifts: [shift('ann')] };
    const tone = toneOf(calendar as Calendar);
    expect([tone('ann'), tone('bo')]).toEqual([0, 1]);
  });

  it('a time in a form is the one that was meant', () => {
    const at = midnightOf(from + 12 * 3_600_000);
    expect(new Date(localInput(at)).getTime()).toBe(at);
    expect(localInput(at)).toMatch(/T00:00$/);
  });
});

describe('a time that somebody types', () => {
  const own = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = 'Europe/Paris';
  });
  afterAll(() => {
    if (own === undefined) delete process.env.TZ;
    else process.env.TZ = own;
  });

  it.each([
    ['2027-03-28T02:30', 'Clocks are put forward: there is no 02:30, 03:30 counts.'],
    ['2027-10-31T02:30', 'Clocks are put back: 02:30 comes twice, the first counts.'],
    ['2027-03-28T01:59', null],
    ['2027-03-28T03:00', null],
    ['2027-10-31T01:59', null],
    ['2027-10-31T03:00', null],
    ['', null],
  ])('%s: %s', (typed, said) => {
    expect(oddTime(typed)).toBe(said);
  });
});
