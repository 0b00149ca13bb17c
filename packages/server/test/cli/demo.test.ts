/** `belay demo` as a process: unattended to its end, and attended, stopped, gone on with, started anew. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endPrograms, runProgram, startProgram } from './program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay demo '));
});
afterEach(async () => {
  await endPrograms();
  rmSync(folder, { recursive: true });
});

const boundMs = 180_000;

describe('belay demo --once', () => {
  it('plays agents and people to the end: everything decided, nothing twice, nothing stuck', {
    timeout: boundMs,
  }, async () => {
    const { exit, out, err } = await runProgram(['demo', '--once', '--json'], { cwd: folder });
    expect([exit, err]).toEqual([0, '']);
    const summary = JSON.parse(out) as Record<string, number>;
    expect(summary).toMatchObject({
      ok: true,
      problems: [],
      effectsCarriedOutTwice: 0,
      runsWithoutNextStep: 0,
      refusedWithoutPermit: 1,
      approval: 7,
      forbid: 3,
      takeovers: 13,
      returns: 10,
      effectsCarriedOut: 35,
    });
    expect(summary.runsFinished).toBe(summary.runs);
    expect(summary.handoff).toBeGreaterThanOrEqual(12);
  });
});

describe('belay demo', () => {
  const data = (): string => join(folder, 'my demo');
  const demo = (...more: string[]) =>
    startProgram(['demo', '--data', data(), '--port', '0', '--speed', 'fast', ...more], { cwd: folder });
  const paid = (): string[] =>
    readFileSync(join(data(), 'carried-out.jsonl'), 'utf8')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { step: string; subject: string }).subject]));

  it('goes on where it was stopped, pays nothing again, and starts anew when told to', {
    timeout: boundMs,
  }, async () => {
    const first = demo();
    await first.says(/Sign in .*\/login\?token=login_/);
    await first.says(/INV-2041 +release-payment +done/);
    first.signal('SIGINT');
    expect(await first.ended).toBe(0);
    expect(first.written.err).toBe('');
    const second = demo();
    await second.says(/Goes on where it was/);
    await expect.poll(paid, { timeout: 60_000 }).toContain('INV-2049');
    second.signal('SIGTERM');
    expect(await second.ended).toBe(0);
    expect(paid().filter((subject) => subject === 'INV-2041')).toHaveLength(1);
    const anew = demo('--fresh', '--json');
    await anew.says(/"goesOn":false/);
    await anew.says(/"subject":"INV-2041","step":"","outcome":"started"/);
    anew.signal('SIGTERM');
    expect(await anew.ended).toBe(0);
  });

  it('never touches a directory that is no demo’s', async () => {
    mkdirSync(data());
    writeFileSync(join(data(), 'thesis.txt'), 'four years');
    const { exit, err } = await runProgram(['demo', '--data', data(), '--fresh', '--once']);
    expect([exit, err]).toEqual([1, expect.stringContaining('holds something else than a demo')]);
    expect(readFileSync(join(data(), 'thesis.txt'), 'utf8')).toBe('four years');
  });

  it('is not started anew under a demo that runs', { timeout: boundMs }, async () => {
    const running = demo('--json');
    await running.says(/"loginLink"/);
    const { exit, err } = await runProgram(['demo', '--data', data(), '--port', '0', '--fresh']);
    expect([exit, err]).toEqual([1, expect.stringContaining(`A Belay (pid ${running.pid}) uses`)]);
  });
});
