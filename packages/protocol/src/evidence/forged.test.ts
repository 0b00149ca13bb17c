import { describe, expect, test } from 'vitest';
import { at, check, codes, forged, inLeaf, type Line } from './forge.testing.ts';
import { contentDigest } from './leaf.ts';
import { sampleEntry, sampleLog } from './log.testing.ts';

const log = sampleLog(20);
const run = log.ofRun(1);
const period = log.ofPeriod(3, 15);

describe('a forger who mends the file cannot change an entry without its being named', () => {
  test.each<[string, Line]>([
    ['another person', { by: { kind: 'person', id: 'bob' } }],
    ['another instant', { at: '2026-09-21T13:33:24.000Z' }],
    ['another kind of event', { type: 'CaseResolved' }],
    ['another epoch', { epoch: 99 }],
    ['another control', { control: { name: 'payment-approval', version: 4, digest: `sha256:${'ab'.repeat(32)}` } }],
    ['another content', { contentDigest: `sha256:${'0'.repeat(64)}` }],
  ])('%s', (_what, fields) => {
    const verdict = check(forged(run, at(3, inLeaf(fields))));
    expect(codes(verdict)).toContainEqual(['entryChanged', 5]);
    expect(verdict.findings.every(({ logIndex }) => logIndex === 5)).toBe(true);
  });

  test('a changed content', () => {
    expect(
      codes(
        check(
          forged(
            run,
            at(3, (line) => ({ ...line, content: { amount: 'EUR 1.00' } })),
          ),
        ),
      ),
    ).toEqual([['contentChanged', 5]]);
    expect(
      codes(
        check(
          forged(
            run,
            at(3, (line) => ({ ...line, content: null })),
          ),
        ),
      ),
    ).toEqual([['contentChanged', 5]]);
    expect(
      codes(
        check(
          forged(
            run,
            at(3, (line) => ({ ...line, salt: 'AAAA' })),
          ),
        ),
      ),
    ).toEqual([['contentChanged', 5]]);
  });

  test('a content changed together with its digest in the leaf', () => {
    const content = { amount: 'EUR 1.00' };
    const salt = Buffer.alloc(16, 1);
    const change = (line: Line) => ({
      ...inLeaf({ contentDigest: contentDigest(salt, content) })(line),
      content,
      salt: salt.toString('base64'),
    });
    expect(codes(check(forged(run, at(3, change))))).toEqual([['entryChanged', 5]]);
  });
});

describe('a forger who mends the file cannot leave out, add or exchange entries', () => {
  test('an entry left out of a run', () => {
    const verdict = check(forged(run, (lines) => lines.toSpliced(3, 1)));
    expect(verdict.findings).toMatchObject([
      { code: 'missing', message: expect.stringContaining('number 3 of run_1') },
    ]);
  });

  test('entries left out of a period, at its start, in the middle and at its end', () => {
    expect(codes(check(forged(period, (lines) => lines.toSpliced(1, 1))))).toContainEqual(['missing', 3]);
    expect(codes(check(forged(period, (lines) => lines.toSpliced(4, 2))))).toContainEqual(['missing', 6]);
    expect(codes(check(forged(period, (lines) => lines.toSpliced(-1, 1))))).toContainEqual(['missing', 14]);
  });

  test('entries left out at the edges of a period, with a header that says that it begins and ends there', () => {
    const narrowed = (lines: Line[], from: number, to: number) => {
      const [header = {}, ...entries] = lines;
      const selection = { ...(header.selection as Line), firstIndex: 3 + from, endIndex: 15 - to };
      return [{ ...header, selection }, ...entries.slice(from, entries.length - to)];
    };
    expect(check(period).ok).toBe(true);
    expect(codes(check(forged(period, (lines) => narrowed(lines, 1, 0))))).toEqual([['missing', 4]]);
    expect(codes(check(forged(period, (lines) => narrowed(lines, 0, 1))))).toEqual([['missing', 14]]);
    expect(codes(check(forged(period, (lines) => narrowed(lines, 6, 6))))).toEqual([
      ['missing', 9],
      ['missing', 9],
    ]);
    const all = log.ofPeriod(0, 20);
    const none = (lines: Line[]) => [
      { ...lines[0], selection: { ...(lines[0]?.selection as Line), firstIndex: 0, endIndex: 0 } },
    ];
    expect(codes(check(forged(all, none)))).toEqual([['missing', 0]]);
  });

  test('an entry put in twice, or two exchanged', () => {
    expect(codes(check(forged(run, (lines) => lines.toSpliced(4, 0, lines[4] as Line))))).toContainEqual([
      'outOfPlace',
      7,
    ]);
    const exchanged = (lines: Line[]) => lines.with(2, lines[3] as Line).with(3, lines[2] as Line);
    expect(codes(check(forged(run, exchanged)))).toContainEqual(['outOfPlace', 3]);
  });

  test('an entry of another run put in, an invented one, and one with a false index', () => {
    const other = JSON.parse(log.ofRun(0).split('\n')[1] as string) as Line;
    expect(codes(check(forged(run, (lines) => lines.toSpliced(1, 0, other))))).toContainEqual(['outOfPlace', 0]);
    const invented = (line: Line) => inLeaf({ entryId: 'entry_x', seq: 11 })({ ...line, logIndex: 19 });
    expect(codes(check(forged(run, (lines) => [...lines, invented(lines[10] as Line)])))).toContainEqual([
      'entryChanged',
      19,
    ]);
    expect(
      codes(
        check(
          forged(
            run,
            at(3, (line) => ({ ...line, logIndex: 4 })),
          ),
        ),
      ),
    ).toContainEqual(['entryChanged', 4]);
  });

  test('a gap that the log itself has: an event that was never written, or a number given twice', () => {
    const gap = sampleLog(10, { make: (index) => sampleEntry(index, 'run_1', index < 5 ? index + 1 : index + 2) });
    expect(codes(check(gap.ofRun(1)))).toEqual([['missing', null]]);
    const twice = sampleLog(10, { make: (index) => sampleEntry(index, 'run_1', index < 5 ? index + 1 : index) });
    expect(codes(check(twice.ofRun(1)))).toEqual([['outOfPlace', null]]);
  });
});
