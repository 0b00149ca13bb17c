import { describe, expect, it } from 'vitest';
import { snoozeEnds } from './snoozing.ts';

const week = 7 * 86_400_000;
/** Local noon of each day of a week, from Monday 7 December 2026 on. */
const days = [0, 1, 2, 3, 4, 5, 6].map((n) => new Date(2026, 11, 7 + n, 12).getTime());

describe('the ends of a snooze', () => {
  it.each(days)('on %i are ahead, in order, distinct, and no longer than the server allows', (now) => {
    const ends = snoozeEnds(now).map(({ at }) => at);
    expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
    expect(ends.every((at) => at > now && at <= now + week)).toBe(true);
  });
  it('begin the day at nine, and the week on Monday', () => {
    const [, , tomorrow, monday] = snoozeEnds(days[2] ?? 0);
    expect(new Date(tomorrow?.at ?? 0).getHours()).toBe(9);
    expect(new Date(monday?.at ?? 0).getDay()).toBe(1);
  });
});
