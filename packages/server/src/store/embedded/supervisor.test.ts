import { expect, test } from 'vitest';
import { pauseBefore } from './supervisor.ts';

test('the pauses between restarts grow and stay bounded', () => {
  const pauses = Array.from({ length: 40 }, (_, attempt) => pauseBefore(attempt));
  expect(pauses.slice(0, 4)).toEqual([50, 100, 200, 400]);
  expect(Math.max(...pauses)).toBe(10_000);
});
