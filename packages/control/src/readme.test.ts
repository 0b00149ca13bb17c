import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { analyse } from './expression/condition.ts';
import { scopeOf } from './expression/scope.ts';
import { compileControl, findingCodes, parseCases, parseControl, runCases } from './index.ts';
import { everyType, parsed } from './sample.testing.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const block = (kind: string): string => readme.split(`\`\`\`yaml ${kind}\n`)[1]?.split('\n```')[0] ?? '';
const section = (title: string): string => readme.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const codeIn = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? '').replaceAll('\\|', '|'));

describe('the reference page', () => {
  test('shows a control without problems, whose cases hold', () => {
    const control = parseControl(block('control'));
    const cases = parseCases(block('cases'));
    expect(control.problems).toEqual([]);
    if (!control.ok || !cases.ok) throw new Error('the examples cannot be read');
    expect(cases.cases.length).toBeGreaterThan(2);
    expect(runCases(compileControl(control.control), cases.cases).flatMap(({ problems }) => problems)).toEqual([]);
  });

  test('shows conditions of the language', () => {
    const scope = scopeOf(parsed(everyType('')), ['pay']);
    const examples = codeIn(section('Conditions').split('Refused')[0] ?? '').filter(
      (code) => / .+ |\(.+\)/.test(code) && !/condition|^(duration|date|timestamp)\(/.test(code),
    );
    expect(examples.length).toBeGreaterThan(15);
    for (const example of examples) expect([example, analyse(example, scope).problems]).toEqual([example, []]);
  });

  test('lists every finding with its severity', () => {
    const rows = section('The check')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const shown = rows.map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
    expect(Object.fromEntries(shown.map(([, code = '', severity = '']) => [code, severity]))).toEqual(findingCodes);
  });

  test('shows every type as it is declared', () => {
    const [table = ''] = /(?:\| .*\n)+/.exec(section('Types')) ?? [];
    const types = table
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => codeIn(line)[1] ?? '');
    expect(types).toHaveLength(11);
    const args = types.map((type, index) => `a${index}: ${type}`).join(', ');
    const text = `control: a\nabout: b\nowner: role:c\nsteps:\n  go: { risk: low, effect: none, arguments: { ${args} } }\n`;
    expect(parseControl(text).problems).toEqual([]);
  });
});
