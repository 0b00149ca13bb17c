import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Paces, queueMs, type Rate, takeTurn } from './pace.ts';

const slack: Rate[] = [
  { per: 'place', atOnce: 1, everyMs: 1_000, costs: { post: 1, addLines: 1 } },
  { per: 'channel', atOnce: 4, everyMs: 250, costs: { post: 1, addLines: 1 } },
];
const post = (place: string) => ({ call: 'post' as const, place, card: 'case:1' });

describe('the pace of a channel', () => {
  it('lets one place wait and another one through, and says which is full', () => {
    const first = takeTurn({}, slack, post('a'), 0);
    expect(first.waitMs).toBe(0);
    expect(takeTurn(first.paces, slack, post('a'), 400)).toMatchObject({ waitMs: 600, of: 'place' });
    expect(takeTurn(first.paces, slack, post('b'), 400).waitMs).toBe(0);
    expect(takeTurn(first.paces, slack, { ...post('a'), call: 'update' }, 400).waitMs).toBe(0);
  });

  it('forgets what is over, and a clock that was ahead', () => {
    const { paces } = takeTurn({}, slack, post('a'), 0);
    expect(Object.keys(takeTurn(paces, slack, post('b'), 5_000).paces)).toEqual(['0 b', '1 ']);
    const ahead = takeTurn({}, slack, post('a'), 3_600_000).paces;
    expect(takeTurn(ahead, slack, post('a'), 0).waitMs).toBeLessThanOrEqual(1_000);
  });

  it('knows how long a new card waits behind the others', () => {
    expect(queueMs(slack, { inPlace: 0, inChannel: 0 })).toBe(0);
    expect(queueMs(slack, { inPlace: 901, inChannel: 901 })).toBe(900_000);
    expect(queueMs(slack, { inPlace: 1, inChannel: 404 })).toBe(100_000);
  });

  const rate = fc.record({
    per: fc.constant('place' as const),
    atOnce: fc.integer({ min: 1, max: 9 }),
    everyMs: fc.integer({ min: 1, max: 3_000 }),
    costs: fc.record({ post: fc.integer({ min: 1, max: 4 }) }),
  });
  it('never lets a window see more than its rate allows, whatever asks when', () => {
    fc.assert(
      fc.property(rate, fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 120 }), (one, gaps) => {
        let [now, paces]: [number, Paces] = [0, {}];
        const through: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const turn = takeTurn(paces, [one], post('a'), now);
          if (turn.waitMs > 0) continue;
          paces = turn.paces;
          for (let n = 0; n < (one.costs.post ?? 0); n++) through.push(now);
        }
        for (const [index, from] of through.entries())
          for (let to = index; to < through.length; to++) {
            const window = (through[to] ?? 0) - from;
            const most = Math.max(one.atOnce, one.costs.post) + window / one.everyMs;
            if (to - index + 1 > most) return false;
          }
        return true;
      }),
    );
  });

  it('names the moment from which it is the turn, exactly', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 1, max: 40 }), (one, times) => {
        let paces: Paces = {};
        let now = 0;
        for (let n = 0; n < times; n++) {
          let turn = takeTurn(paces, [one], post('a'), now);
          if (turn.waitMs > 0) {
            if (takeTurn(paces, [one], post('a'), now + turn.waitMs - 1).waitMs === 0) return false;
            now += turn.waitMs;
            turn = takeTurn(paces, [one], post('a'), now);
            if (turn.waitMs > 0) return false;
          }
          paces = turn.paces;
        }
        return true;
      }),
    );
  });
});
