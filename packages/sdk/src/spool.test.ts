import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpool, type Spooled } from './spool.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-spool-'));
  path = join(folder, 'spool.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const spooled = (spoolId: string, runId = 'run-1'): Spooled => ({
  spoolId,
  runId,
  step: 'gather-context',
  key: spoolId,
  digest: 'sha256:00',
  arguments: {},
  facts: {},
  words: null,
  startedAt: '2026-11-23T10:00:00.000Z',
  result: null,
});
const result = { status: 'done' as const, value: 1 };

describe('the spool', () => {
  it('keeps what was carried out for the next process, in order and with results', () => {
    const before = openSpool(path);
    before.started(spooled('a'));
    before.ended('a', result, 'sha256:0');
    before.started(spooled('b'));
    before.started(spooled('c', 'run-2'));
    expect(openSpool(path).untold('run-1')).toEqual([
      { ...spooled('a'), result, carriedOut: 'sha256:0' },
      spooled('b'),
    ]);
    expect(openSpool(path).untold('run-2')).toEqual([spooled('c', 'run-2')]);
  });

  it('forgets what Belay was told, and keeps the line for whoever reads the file', () => {
    const spool = openSpool(path);
    spool.started(spooled('a'));
    spool.ended('a', result, 'sha256:0');
    spool.told('a', 'continue');
    expect(spool.untold('run-1')).toEqual([]);
    expect(openSpool(path).untold('run-1')).toEqual([]);
    expect(readFileSync(path, 'utf8')).toContain('"outcome":"continue"');
  });

  it('survives a line that a crash cut off, and what is written after it', () => {
    openSpool(path).started(spooled('a'));
    appendFileSync(path, '{"kind":"started","spooled":{"spoo');
    const after = openSpool(path);
    after.started(spooled('b'));
    expect(
      openSpool(path)
        .untold('run-1')
        .map((one) => one.spoolId),
    ).toEqual(['a', 'b']);
  });

  it('is readable by nobody else: it holds arguments', () => {
    openSpool(path);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('says so when the path cannot be written, before anything is carried out', () => {
    expect(() => openSpool(join(folder, 'missing', 'spool.jsonl'))).toThrow('ENOENT');
  });

  it('without a path lives in memory', () => {
    const spool = openSpool();
    spool.started(spooled('a'));
    expect(spool.untold('run-1')).toHaveLength(1);
  });
});
