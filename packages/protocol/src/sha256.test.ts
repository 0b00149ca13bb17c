import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainSha256, sha256 } from './sha256.ts';

test('Node’s SHA-256 and the plain one give the same bytes, however the input is cut into parts', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (parts) => {
      const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
      expect(sha256(...parts)).toEqual(plainSha256(whole));
      expect(plainSha256(...parts)).toEqual(plainSha256(whole));
    }),
  );
});

test('the empty input has the digest that everybody knows', () => {
  expect(Buffer.from(sha256()).toString('hex')).toMatch(/^e3b0c442/);
});
