/** Spin looks at every interleaving of fence.pml: the fence as built holds, and each rule taken away breaks it. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';

const model = fileURLToPath(new URL('fence.pml', import.meta.url));
const nightly = process.env.BELAY_NIGHTLY === '1';

/** Two agent processes, or one with two approvers. */
type Cast = 'two processes' | 'two approvers';
type Flags = { variant?: string; reach?: string; cast: Cast };

let folder = '';

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The claim that broke, or null. Throws when the search was not exhaustive. */
const brokenClaim = ({ variant = 'REAL', reach = 'NOTHING', cast }: Flags): string | null => {
  const approvers = cast === 'two approvers' ? 2 : 0;
  const tries = approvers > 0 || nightly ? 5 : 4;
  const wholeSearch = variant === 'REAL' && reach === 'NOTHING';
  const defines = [`-DVARIANT=${variant}`, `-DREACH=${reach}`, `-DAPPROVERS=${approvers}`, `-DTRIES=${tries}`];
  run('spin', '-a', ...defines, 'fence.pml');
  run('gcc', wholeSearch ? '-O2' : '-O0', '-w', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c');
  const report = run(join(folder, 'pan'), '-m10000');
  const found = /assertion violated (.*) \(at depth/.exec(report)?.[1];
  if (found !== undefined) return found.replaceAll(' ', '');
  const whole = /errors: 0/.test(report) && !/too small|Search not completed/.test(report);
  if (!whole) throw new Error(`Spin did not look at everything:\n${report}`);
  return null;
};

describe.skipIf(needs('spin') || needs('gcc'))('the fence', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'belay-model-'));
    copyFileSync(model, join(folder, 'fence.pml'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each<Cast>(['two processes', 'two approvers'])('holds with %s', (cast) => {
    expect(brokenClaim({ cast })).toBeNull();
  });

  it.each<[string, string, Cast, string]>([
    ['a commit compares no revision', 'NO_COMPARE', 'two approvers', '((unsigned_!=0)||(seen.approval!=1))'],
    ['a commit compares no revision', 'NO_COMPARE', 'two processes', '(!(told)||listed)'],
    ['a heartbeat tells the epoch', 'TELL_EPOCH', 'two processes', '(attached==me)'],
    ['"you have control" comes before the commit', 'TELL_FIRST', 'two processes', '!(told)'],
    ['a refusal is told from a remembered row', 'REFUSE_FROM_CACHE', 'two processes', '!(accepted)'],
    ['a takeover leaves signatures standing', 'KEEP_VOTES', 'two approvers', '(unsigned_==0)'],
    ['a step in doubt is let through again', 'RUN_AGAIN', 'two processes', '(effects==1)'],
  ])('breaks when %s (%s, %s)', (_, variant, cast, claim) => {
    expect(brokenClaim({ variant, cast })).toBe(claim);
  });

  it.each(['EFFECT', 'EFFECT_AFTER_TAKE', 'EFFECT_AFTER_RETURN', 'LATE_REPORT', 'VOID_VOTE', 'MOVED'])(
    'is tried where it matters: %s happens',
    (reach) => {
      expect(brokenClaim({ reach, cast: 'two approvers' })).toMatch(/^\((\d)!=\1\)$/);
    },
  );
});
