import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileControl } from '../evaluate/compile.ts';
import type { Control } from '../model.ts';
import { everyType, parsed } from '../sample.testing.ts';
import { parseCases } from './parse.ts';
import { proposeCases } from './propose.ts';
import { runCases } from './run.ts';
import { writeCases } from './write.ts';

const folder = new URL('../../../../controls/', import.meta.url);
const controls = readdirSync(folder)
  .filter((file) => file.endsWith('.control.yaml'))
  .map((file): [string, Control] => [file, parsed(readFileSync(new URL(file, folder), 'utf8'))]);

const casesOf = (text: string) => {
  const read = parseCases(text);
  if (!read.ok) throw new Error(read.problems[0]?.message);
  return read.cases;
};

const allowed = (limit: string): string => `  - { id: limit, at: pay, when: ${limit}, then: continue }`;
/** The amounts for which the proposed cases say that the rule fires, and that it does not. */
const sidesAt = (limit: string) => {
  const { cases } = proposeCases(parsed(everyType(allowed(limit))));
  const side = (fires: boolean) =>
    cases.filter(({ verdict }) => verdict.fired.includes('limit') === fires).map(({ input }) => input.arguments.amount);
  return { fires: side(true), silent: side(false) };
};

describe.each(controls)('proposed cases of %s', (file, control) => {
  const { cases, missing } = proposeCases(control);

  test('show every rule at work, but for those they name', () => {
    const fired = new Set(cases.flatMap(({ verdict }) => verdict.fired));
    const silent = control.rules.map(({ id }) => id).filter((id) => !fired.has(id));
    expect(silent).toEqual(missing);
    expect(missing).toEqual(file.startsWith('airline') ? ['not-enough-seats'] : []);
  });

  test('are as expected when they are written to a file and read again', () => {
    const read = casesOf(writeCases(cases));
    expect(read).toHaveLength(cases.length);
    expect(
      runCases(compileControl(control), read).flatMap(({ name, problems }) => problems.map((p) => `${name}: ${p}`)),
    ).toEqual([]);
  });

  test('leave nothing to propose beside them', () => {
    expect(proposeCases(control, cases).cases).toEqual([]);
  });

  test('are few: without any one of them something is not shown', () => {
    for (const dropped of cases.filter((_, index) => index % 7 === 0)) {
      const rest = cases.filter((each) => each !== dropped);
      expect(proposeCases(control, rest).cases.length).toBeGreaterThan(0);
    }
  });
});

describe('both sides of a threshold', () => {
  test.each([
    ['currency(amount) == "EUR" && amount < EUR 500.00', 'EUR 499.99', 'EUR 500.00'],
    ['currency(amount) == "EUR" && amount <= EUR 500.00', 'EUR 500.00', 'EUR 500.01'],
    ['currency(amount) == "EUR" && amount > EUR 500.00', 'EUR 500.01', 'EUR 500.00'],
    ['currency(amount) == "EUR" && amount >= EUR 500.00', 'EUR 500.00', 'EUR 499.99'],
    ['currency(amount) == "EUR" && amount * 2 > EUR 100.00', 'EUR 50.01', 'EUR 50.00'],
  ])('%s', (limit, fires, silent) => {
    const sides = sidesAt(limit);
    expect(sides.fires).toContain(fires);
    expect(sides.silent).toContain(silent);
  });

  test('of a fact against another fact', () => {
    const { fires, silent } = sidesAt('currency(amount) == "EUR" && currency(fee) == "EUR" && amount > fee');
    expect(fires.length).toBeGreaterThan(0);
    expect(silent.length).toBeGreaterThan(0);
  });

  test('a threshold outside of what is declared has one side only, and is left alone', () => {
    const { cases, missing } = proposeCases(parsed(everyType(allowed('count >= 0'))));
    expect([cases.map(({ name }) => name), missing]).toEqual([['limit'], []]);
  });
});

test('a moved threshold does not pass the cases that were proposed before it', () => {
  const compiled = (limit: string) => compileControl(parsed(everyType(allowed(limit))));
  const before = 'currency(amount) == "EUR" && amount <= EUR 500.00';
  const cases = casesOf(writeCases(proposeCases(compiled(before).control).cases));
  for (const after of ['EUR 500.01', 'EUR 499.99']) {
    const reports = runCases(compiled(before.replace('EUR 500.00', after)), cases);
    expect(reports.filter(({ ok }) => !ok).length).toBeGreaterThan(0);
  }
});

test('names of proposed cases never repeat those that are there', () => {
  const control = parsed(everyType(allowed('urgent')));
  const [first] = proposeCases(control).cases;
  if (first === undefined) throw new Error('nothing was proposed');
  const other = { ...first, input: { ...first.input, step: 'look' } };
  expect(proposeCases(control, [other]).cases.map(({ name }) => name)).toContain(`${first.name} (2)`);
});
