import { expect, test } from 'vitest';
import { takeRandom } from './random.ts';

test('no two pieces are the same, over many pools, and what was given out does not change', () => {
  const pieces = Array.from({ length: 3_000 }, () => takeRandom(16));
  const seen = pieces.map((piece) => piece.toString('hex'));
  expect(new Set(seen).size).toBe(pieces.length);
  expect(pieces.every((piece) => piece.length === 16)).toBe(true);
  expect(pieces.map((piece) => piece.toString('hex'))).toEqual(seen);
});
