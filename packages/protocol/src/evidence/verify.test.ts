import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, check, codes, digestLine, forged, inLeaf, type Line } from './forge.testing.ts';
import { sampleEntry, sampleLog, testSigner } from './log.testing.ts';
import { newSecretKey, noteSigner } from './note.ts';
import { verifyBundle } from './verify.ts';

const log = sampleLog(20);
const run = log.ofRun(1);
const period = log.ofPeriod(3, 15);

describe('an export', () => {
  test('of a run verifies as text and as bytes, and says what it holds', () => {
    const verdict = check(run);
    expect(verdict).toEqual({
      ok: true,
      findings: [],
      stopped: false,
      log: { origin: testSigner.name, size: 20, selection: { kind: 'stream', stream: 'run_1', about: 'case_1' } },
      entries: 10,
      erased: 0,
      streams: [{ stream: 'run_1', firstSeq: 1, lastSeq: 10 }],
      last: { at: sampleEntry(19).at, type: 'CaseClaimed' },
    });
    expect(check(new TextEncoder().encode(run))).toEqual(verdict);
  });

  test('of a period verifies, whole or in part, of any log', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (size, a, b) => {
        const [from = 0, to = 0] = [a % (size + 1), b % (size + 1)].sort((left, right) => left - right);
        const verdict = check(sampleLog(size).ofPeriod(from, to));
        const shown = to > from || size === 0;
        expect(verdict).toMatchObject({ ok: shown, entries: to - from });
      }),
      { numRuns: 20 },
    );
  });

  test('with erased contents verifies, counts them, and does not hold them', () => {
    const bundle = sampleLog(20, { erase: [5, 7] }).ofRun(1);
    expect(check(bundle)).toMatchObject({ ok: true, entries: 10, erased: 2 });
    expect(bundle).not.toContain('EUR 5.00');
  });

  test('of more than a hundred faults is not read further than the hundredth', () => {
    const many = sampleLog(150).ofPeriod(0, 150);
    const verdict = check(
      forged(many, (lines) => lines.map((line, index) => (index === 0 ? line : inLeaf({ type: 'X' })(line)))),
    );
    expect(verdict).toMatchObject({ ok: false, stopped: true, entries: 100 });
    expect(verdict.findings).toHaveLength(100);
  });
});

describe('the log as a whole', () => {
  const stranger = noteSigner(newSecretKey(testSigner.name, new Uint8Array(32).fill(8)));

  test('signed by somebody else under the same name is refused', () => {
    const verdict = verifyBundle(run, { publicKey: stranger.publicKey });
    expect(codes(verdict)).toEqual([
      ['key', null],
      ['checkpoint', null],
    ]);
    expect(verdict).toMatchObject({ ok: false, log: null, entries: 0 });
    expect(verifyBundle(run, { publicKey: 'no key' })).toMatchObject({ ok: false, findings: [{ code: 'key' }] });
  });

  test('with a key in the file that is not the one given is refused', () => {
    const verdict = check(
      forged(
        run,
        at(0, (header) => ({ ...header, publicKey: stranger.publicKey })),
      ),
    );
    expect(codes(verdict)).toEqual([['key', null]]);
  });

  test('continues every earlier checkpoint, and proves it', () => {
    for (let size = 1; size < 20; size++) {
      expect(check(log.ofRun(1, size), log.checkpointAt(size))).toMatchObject({ ok: true, findings: [] });
    }
    expect(check(run, log.checkpointAt(0)).ok).toBe(true);
    expect(check(run, log.checkpointAt(20)).ok).toBe(true);
  });

  test('without a proof that it continues my checkpoint does not verify', () => {
    const verdict = check(run, log.checkpointAt(7));
    expect(verdict.findings).toMatchObject([
      { code: 'rewritten', message: expect.stringContaining('export it since') },
    ]);
    expect(check(log.ofRun(1, 8), log.checkpointAt(7)).ok).toBe(false);
    expect(check(run, 'not a checkpoint').findings).toMatchObject([{ code: 'checkpoint' }]);
  });

  test('rewritten and signed anew by its own operator is found by whoever kept a checkpoint', () => {
    const rewritten = sampleLog(20, { make: (index) => ({ ...sampleEntry(index), type: 'CaseResolved' }) });
    expect(check(rewritten.ofRun(1)).ok).toBe(true);
    expect(codes(check(rewritten.ofRun(1, 7), log.checkpointAt(7)))).toEqual([['rewritten', null]]);
    expect(codes(check(rewritten.ofRun(1), log.checkpointAt(20)))).toEqual([['rewritten', null]]);
  });

  test('rolled back is found by whoever kept a later checkpoint', () => {
    const verdict = check(sampleLog(12).ofRun(1), log.checkpointAt(20));
    expect(verdict.findings).toMatchObject([{ code: 'rewritten', message: expect.stringContaining('rolled back') }]);
  });

  test('with a wrong proof of growth in the file does not verify, even if nobody kept a checkpoint', () => {
    const wrong = (header: Line) => ({ ...header, continues: { ...(header.continues as Line), proof: [] } });
    expect(codes(check(forged(log.ofRun(1, 7), at(0, wrong))))).toEqual([['rewritten', null]]);
  });
});

describe('a hostile file', () => {
  const header = run.slice(0, run.indexOf('\n') + 1);

  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['an empty line', '\n'],
    ['a digest of nothing', digestLine('')],
    ['a header alone', header],
    ['bytes that are no text', new Uint8Array(1000).fill(0xff)],
    ['a line of zeros', '0'.repeat(3_000_000)],
    ['brackets without end', `${header}${'['.repeat(3_000_000)}`],
    ['a line that is too long', `${header}"${'x'.repeat(5_000_000)}"\n`],
    ['a hundred thousand empty lines', `${header}${'\n'.repeat(100_000)}`],
    [
      'a proof without end',
      forged(
        run,
        at(1, (line) => ({ ...line, proof: Array(5000).fill((line.proof as string[])[0] as string) })),
      ),
    ],
    ['names of objects', `${header}{"__proto__":{"ok":true}}\n{"constructor":1}\n`],
    [
      'the largest index',
      forged(
        run,
        at(10, (line) => ({ ...line, logIndex: Number.MAX_SAFE_INTEGER })),
      ),
    ],
    ['the largest number', forged(run, at(10, inLeaf({ seq: Number.MAX_SAFE_INTEGER })))],
    [
      'the largest period',
      forged(
        period,
        at(0, (line) => ({ ...line, selection: { ...(line.selection as Line), endIndex: Number.MAX_SAFE_INTEGER } })),
      ),
    ],
  ])('of %s is refused, in bounded time', (_what, bundle) => {
    const verdict = check(bundle);
    expect(verdict.ok).toBe(false);
    expect(verdict.findings.length).toBeLessThanOrEqual(100);
  });

  test('cannot speak to the terminal through a finding', () => {
    const verdict = check(forged(run, at(3, inLeaf({ stream: 'run\u001b[2J\r\n\u202eOK' }))));
    for (const { message } of verdict.findings) expect(message).toMatch(/^[\p{L}\p{N}\p{P}\p{S} ]+$/u);
  });
});
