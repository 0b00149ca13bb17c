import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileControl, parseCases, parseControl, runCases } from '../index.ts';

const folder = new URL('../../../../controls/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.cases.yaml'))
  .map((file) => file.replace('.cases.yaml', ''));

const loaded = (name: string) => {
  const parsed = parseControl(read(`${name}.control.yaml`), `${name}.control.yaml`);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  const cases = parseCases(read(`${name}.cases.yaml`), `${name}.cases.yaml`);
  if (!cases.ok) throw new Error(cases.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return { parsed, control: compileControl(parsed.control), cases: cases.cases };
};

test('there are samples with cases', () => {
  expect(names).toContain('payment-approval');
  expect(names).toContain('support-escalation');
});

describe.each(names)('the sample %s', (name) => {
  test('has no problems', () => {
    expect(loaded(name).parsed.problems).toEqual([]);
  });

  test('decides each of its cases as written', () => {
    const { control, cases } = loaded(name);
    const failed = runCases(control, cases).filter(({ ok }) => !ok);
    expect(failed.map((report) => `${report.line} ${report.name}: ${report.problems.join(' ')}`)).toEqual([]);
  });
});

describe.each(['payment-approval', 'support-escalation'])('the cases of %s', (name) => {
  test('show each rule firing and not firing', () => {
    const { parsed, control, cases } = loaded(name);
    const reports = runCases(control, cases);
    for (const { id, at } of parsed.control.rules) {
      const here = reports.filter((_, index) => at.includes(cases[index]?.input.step ?? ''));
      expect([id, here.some(({ verdict }) => verdict.fired.includes(id))]).toEqual([id, true]);
      expect([id, here.some(({ verdict }) => !verdict.fired.includes(id) && verdict.house !== 'badFact')]).toEqual([
        id,
        true,
      ]);
    }
  });
});
