import { describe, expect, test } from 'vitest';
import { compiled, everyType } from '../sample.testing.ts';
import { parseCases } from './parse.ts';
import { runCases } from './run.ts';

const cases = (text: string) => {
  const result = parseCases(text);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.cases;
};
const problems = (text: string) => {
  const result = parseCases(text);
  return result.ok ? [] : result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
};

describe('cases', () => {
  test('take over an earlier case and change what they show', () => {
    const [, second] = cases(`
- case: first
  step: pay
  arguments: { amount: EUR 5.00, id: a }
  system: { count: 3 }
  looked: { crm: { tier: gold, due: 2026-01-31 }, erp: { a: 1 } }
  expect: { outcome: continue }
- case: second
  like: first
  arguments: { amount: null }
  looked: { crm: { tier: basic }, erp: timed out }
  expect: { outcome: handoff, decidedBy: r, rules: [r], to: desk }
`);
    expect(second).toEqual({
      name: 'second',
      line: 8,
      counters: {},
      input: {
        step: 'pay',
        arguments: { amount: null, id: 'a' },
        agent: {},
        system: { count: 3 },
        looked: {
          crm: { ok: true, value: { tier: 'basic', due: '2026-01-31' } },
          erp: { ok: false, problem: 'timed out' },
        },
      },
      expect: { outcome: 'handoff', decidedBy: 'r', rules: ['r'], to: 'desk' },
    });
  });

  test('say what is wrong with them, all at once', () => {
    const text = `
- { case: a, expect: { outcome: continu } }
- { case: b, like: x, expect: { outcome: continue } }
- { case: c, step: s, agent: { score: 0.85 }, expect: { outcome: continue } }
- { case: c, step: s, agnet: {}, expect: { outcome: continue } }
`;
    expect(problems(text)).toEqual([
      '2:33 cases[0].expect.outcome must be continue or approval or handoff or forbid, not "continu". Did you mean "continue"?',
      '4:39 0.85 is not a whole number.',
      '5:23 cases[3] has no "agnet". Did you mean "agent"?',
      '3:20 No earlier case is called "x".',
      '3:11 The case "b" lacks "step".',
      '5:11 Two cases are called "c".',
    ]);
  });

  test('report every difference, with the sentence of what was decided', () => {
    const control = compiled(everyType('  - { id: r, at: pay, then: handoff, to: desk, because: Ask. }'));
    const text =
      '- { case: a, step: pay, expect: { outcome: continue, decidedBy: x, rules: [x], to: y } }\n- { case: b, step: pay, expect: { outcome: handoff, decidedBy: r, rules: [r], to: desk } }';
    const [first, second] = runCases(control, cases(text));
    expect(first?.problems).toEqual([
      'outcome: expected continue, got handoff.',
      'decidedBy: expected x, got r.',
      'rules: expected x, got r.',
      'to: expected y, got desk.',
      'At "pay": Ask.',
    ]);
    expect(second).toMatchObject({ ok: true, problems: [] });
  });
});
