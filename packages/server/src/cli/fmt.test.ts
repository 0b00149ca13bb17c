import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { belay } from './captured.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-fmt-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'a.control.yaml');
const untidy = 'about:   b\ncontrol: a # named\nowner: role:c\nsteps: {go: {effect: none, risk: low}}\n';
const tidy = 'control: a # named\nabout: b\nowner: role:c\nsteps: { go: { risk: low, effect: none } }\n';

beforeEach(() => writeFileSync(file, untidy));

describe('belay fmt', () => {
  it('prints the control formatted, and leaves the file alone', async () => {
    expect(await belay('fmt', file)).toMatchObject({ exit: 0, out: tidy });
    expect(readFileSync(file, 'utf8')).toBe(untidy);
  });

  it('--check refuses what is not formatted, and --write mends it', async () => {
    expect(await belay('fmt', '--check', file)).toMatchObject({ exit: 1, out: `${file} is not formatted.\n` });
    expect((await belay('fmt', '--write', '--json', file)).json()).toEqual({ items: [{ file, changed: true }] });
    expect(readFileSync(file, 'utf8')).toBe(tidy);
    expect(await belay('fmt', '--check', file)).toMatchObject({ exit: 0, out: 'Every file is formatted.\n' });
  });

  it('says where a file is not YAML, and does not touch it', async () => {
    writeFileSync(file, 'control: [a\n');
    const { exit, err } = await belay('fmt', '--write', file);
    expect([exit, err]).toEqual([1, expect.stringContaining(`${file}:2:1 `)]);
    expect(readFileSync(file, 'utf8')).toBe('control: [a\n');
  });

  it('takes --write or --check, not both', async () => {
    expect((await belay('fmt', '--write', '--check', file)).exit).toBe(2);
  });
});
