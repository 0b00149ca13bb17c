import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { check, digestLine } from './forge.testing.ts';
import { sampleLog } from './log.testing.ts';

/** The same question has the same answer: thousands of files here differ in one byte, mostly not in the signature. */
vi.mock('@noble/curves/ed25519.js', async (original) => {
  const { ed25519 } = await original<typeof import('@noble/curves/ed25519.js')>();
  const answers = new Map<string, boolean>();
  const verify: typeof ed25519.verify = (signature, message, key, options) => {
    const question = [signature, message, key].map((bytes) => Buffer.from(bytes).toString('hex')).join('.');
    const answer = answers.get(question) ?? ed25519.verify(signature, message, key, options);
    answers.set(question, answer);
    return answer;
  };
  return { ed25519: { ...ed25519, verify } };
});

const run = sampleLog(20).ofRun(1);

describe('a byte flipped anywhere', () => {
  const small = new TextEncoder().encode(sampleLog(4, { erase: [2] }).ofPeriod(1, 3));

  const flipped = (bytes: Uint8Array, index: number, bit: number) => {
    const copy = bytes.slice();
    copy[index] = (copy[index] as number) ^ (1 << bit);
    return copy;
  };

  test('is reported, for every byte of a file', () => {
    expect(check(small).ok).toBe(true);
    for (let index = 0; index < small.length; index++) {
      const { ok } = check(flipped(small, index, index % 8));
      if (ok) throw new Error(`byte ${index} was changed and nobody noticed`);
    }
  });

  test('is reported, for any bit of a larger file', () => {
    const bytes = new TextEncoder().encode(run);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (index, bit) => {
        expect(check(flipped(bytes, index, bit)).ok).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test('in an entry is reported with its index even when the digest of the file was mended', () => {
    const lines = run.trimEnd().split('\n').slice(0, -1);
    const target = Buffer.from(`${lines[4]}`);
    for (let index = 0; index < target.length; index += 3) {
      const changed = Buffer.from(flipped(target, index, 0)).toString('latin1');
      const body = `${[...lines.slice(0, 4), Buffer.from(changed, 'latin1').toString(), ...lines.slice(5)].join('\n')}\n`;
      const verdict = check(body + digestLine(body));
      expect(verdict.ok, `byte ${index}`).toBe(false);
      expect(
        verdict.findings.some(({ line }) => line === 5),
        `byte ${index}`,
      ).toBe(true);
    }
  });

  test('or any stretch of bytes taken out, doubled or moved, is reported and breaks nothing', () => {
    const bytes = new TextEncoder().encode(run);
    const place = fc.nat({ max: bytes.length });
    fc.assert(
      fc.property(place, place, place, fc.boolean(), (a, b, to, keep) => {
        const [from, end] = a < b ? [a, b] : [b, a];
        const rest = keep ? bytes : Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)]);
        const changed = Buffer.concat([rest.subarray(0, to), bytes.subarray(from, end), rest.subarray(to)]);
        fc.pre(!changed.equals(bytes));
        expect(check(changed).ok).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  test.runIf(process.env.BELAY_NIGHTLY)(
    'is reported in a log of a thousand leaves',
    () => {
      const bytes = new TextEncoder().encode(sampleLog(1_000).ofPeriod(0, 1_000));
      fc.assert(
        fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (index, bit) => {
          expect(check(flipped(bytes, index, bit)).ok).toBe(false);
        }),
        { numRuns: 200 },
      );
    },
    600_000,
  );

  test('cut off anywhere is reported', () => {
    for (let length = 0; length < small.length; length += 7) expect(check(small.subarray(0, length)).ok).toBe(false);
    expect(check(small.subarray(0, -1)).ok).toBe(false);
    expect(check(`${run}\n`).ok).toBe(false);
    expect(check(`\ufeff${run}`).ok).toBe(false);
  });
});
