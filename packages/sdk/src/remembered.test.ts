import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Remembered } from './remembered.ts';

it('an id is new once while it is remembered, and again afterwards', () => {
  const remembered = new Remembered(10, 100);
  expect([0, 9, 10, 11].map((now) => remembered.remember('a', now))).toEqual(['new', 'seen', 'new', 'seen']);
});

it('nothing is forgotten for want of room: what is too much is refused until there is room', () => {
  const remembered = new Remembered(10, 2);
  expect(['a', 'b', 'c', 'a'].map((id) => remembered.remember(id, 0))).toEqual(['new', 'new', 'full', 'seen']);
  expect(remembered.remember('c', 10)).toBe('new');
});

it('what was forgotten on purpose is new again', () => {
  const remembered = new Remembered(10, 2);
  remembered.remember('a', 0);
  remembered.forget('a');
  expect(remembered.remember('a', 0)).toBe('new');
});

it('no id is new twice within its time, whatever comes between', () => {
  const ids = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), after: fc.nat(4) }), { maxLength: 60 });
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 4 }), (arrivals, capacity) => {
      const remembered = new Remembered(10, capacity);
      const newAt = new Map<string, number>();
      let now = 0;
      for (const { id, after } of arrivals) {
        now += after;
        if (remembered.remember(id, now) !== 'new') continue;
        expect(now - (newAt.get(id) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(10);
        newAt.set(id, now);
      }
    }),
  );
});
