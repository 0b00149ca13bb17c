import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { belay } from './captured.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'belay-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sample = (name: string): string => fileURLToPath(new URL(`../../../../controls/${name}`, import.meta.url));
const file = join(folder, 'payment-approval.control.yaml');
const casesFile = join(folder, 'payment-approval.cases.yaml');

beforeEach(() => {
  copyFileSync(sample('payment-approval.control.yaml'), file);
  rmSync(casesFile, { force: true });
});

describe('belay cases', () => {
  it('writes a table that passes, once: the second time there is nothing to add', async () => {
    expect((await belay('cases', file, '--write')).out).toContain('13 cases were added');
    expect(await belay('test', file)).toMatchObject({
      exit: 0,
      out: `${casesFile}: 13 of 13 cases as expected; every rule fires in one.\n`,
    });
    expect((await belay('cases', file)).out).toBe('The cases show every rule and both sides of every threshold.\n');
  });

  it('adds below what a person wrote, and keeps it', async () => {
    const own =
      '- case: mine\n  step: hold-invoice\n  arguments: { invoiceId: i-1 }\n  system: { attempts: 0 }\n  expect: { outcome: continue }\n';
    writeFileSync(casesFile, own);
    await belay('cases', file, '--write');
    expect(readFileSync(casesFile, 'utf8').startsWith(own)).toBe(true);
    expect((await belay('test', casesFile)).exit).toBe(0);
  });

  it('prints without writing, and as JSON', async () => {
    const { cases, missing, yaml } = (await belay('cases', file, '--json')).json() as {
      cases: unknown[];
      missing: string[];
      yaml: string;
    };
    expect([cases.length, missing, existsSync(casesFile)]).toEqual([13, [], false]);
    expect(yaml).toContain('- case: above-limit, amount EUR 500.01');
  });

  it('does not guess the name of a case file', async () => {
    const odd = join(folder, 'odd.yaml');
    copyFileSync(file, odd);
    expect(await belay('cases', odd, '--write')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('.control.yaml'),
    });
  });
});

describe('belay test', () => {
  const wrong = () => {
    copyFileSync(sample('payment-approval.cases.yaml'), casesFile);
    writeFileSync(file, readFileSync(file, 'utf8').replace('amount > EUR 500.00', 'amount > EUR 800.00'));
  };

  it('says which case differs, in which line, what was expected and what was decided', async () => {
    wrong();
    const { exit, out } = await belay('test', file);
    expect(exit).toBe(1);
    expect(out).toMatch(/failed {2}.*payment-approval\.cases\.yaml:\d+ {2}one cent above the limit/);
    expect(out).toContain('outcome: expected approval, got continue.');
    expect(out).toMatch(/\d+ of 26 cases as expected/);
  });

  it('--json says the same', async () => {
    wrong();
    const { items } = (await belay('test', file, '--json')).json() as {
      items: { control: string; untested: string[]; cases: { ok: boolean; line: number }[] }[];
    };
    expect(items[0]).toMatchObject({ control: 'payment-approval', untested: [] });
    expect(items[0]?.cases.some(({ ok }) => !ok)).toBe(true);
  });

  it('a control without cases is told how to get some', async () => {
    expect(await belay('test', file)).toMatchObject({ exit: 2, err: expect.stringContaining('--write') });
  });
});

describe('belay check', () => {
  it('cannot be passed with a warning; the line that accepts it is offered, and does', async () => {
    const unexplained = readFileSync(file, 'utf8').split('\naccepts:')[0] ?? '';
    writeFileSync(file, `${unexplained}\n`);
    const checked = await belay('check', file, '--org', sample('organisation.yaml'));
    expect(checked.exit).toBe(1);
    const lines = checked.out.match(/- \{ finding: .+/g) ?? [];
    expect(lines).toHaveLength(2);
    writeFileSync(
      file,
      `${readFileSync(file, 'utf8')}accepts:\n${lines.map((line) => `  ${line.replace('…', 'Small team.')}\n`).join('')}`,
    );
    const accepted = await belay('check', file, '--org', sample('organisation.yaml'));
    expect(accepted.exit).toBe(0);
    expect(accepted.out).toContain('Because: Small team.');
  });
});

describe('a control in several files', () => {
  it('is read from its own folder alone, also by way of a link', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    const main = join(own, 'payment-approval.control.yaml');
    const [secret, link] = [join(folder, 'secret.yaml'), join(own, 'linked.yaml')];
    writeFileSync(secret, 'token: hunter2\n');
    symlinkSync(secret, link);
    for (const [name, column] of [
      ['../secret.yaml', 9],
      ['linked.yaml', 9],
    ] as const) {
      writeFileSync(main, `parts: [${name}]\n${readFileSync(file, 'utf8')}`);
      const { exit, err } = await belay('check', main);
      expect(exit).toBe(1);
      expect(err).toContain(`${main}:1:${column} The part "${name}" is outside of the folder of the control.`);
      expect(err).toContain('Put it beside the control');
      expect(err).not.toContain('hunter2');
    }
  });

  it('may have a part whose name begins with dots, also by way of a link', async () => {
    const own = join(folder, 'dotted');
    mkdirSync(own);
    const main = join(own, 'payment-approval.control.yaml');
    writeFileSync(join(own, '..lists.yaml'), 'lists:\n  watched: [DE1]\n');
    symlinkSync('..lists.yaml', join(own, 'linked.yaml'));
    for (const name of ['..lists.yaml', 'linked.yaml']) {
      writeFileSync(main, `parts: [${name}]\n${readFileSync(file, 'utf8')}`);
      expect(await belay('check', main)).toMatchObject({ exit: 0, err: '' });
    }
  });
});

describe('belay schema', () => {
  it('prints the schema of controls and of cases, and knows no other', async () => {
    const control = (await belay('schema')).json() as { properties: object };
    expect(Object.keys(control.properties)).toContain('accepts');
    expect(((await belay('schema', 'cases')).json() as { type: string }).type).toBe('array');
    expect(await belay('schema', 'case')).toMatchObject({ exit: 2, err: expect.stringContaining('control, cases') });
  });
});
