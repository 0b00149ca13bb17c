/** A case says what counters stand at, and is decided with what the limits then ask for. */
import { expect, test } from 'vitest';
import { good } from '../check/corpus.testing.ts';
import { compiled } from '../sample.testing.ts';
import { parseCases } from './parse.ts';
import { runCases } from './run.ts';

const control = compiled(
  good.replace(
    'approvals:\n',
    'limits: [{ id: daily, at: pay, of: amount, per: payeeId, window: 24h, above: EUR 600.00, then: approval, by: sign-off }]\napprovals:\n',
  ),
);

const run = (counters: string, expected: string) => {
  const result = parseCases(`- case: a payment
  step: pay
  arguments: { payeeId: p-1, amount: EUR 200.00 }
  looked: { erp: { id: p-1, ageDays: 400, blocked: false } }
  ${counters}
  expect: { outcome: continue, decidedBy: clean, rules: [clean] }
- case: the same, later
  like: a payment
  expect: ${expected}
`);
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return runCases(control, result.cases).map(({ problems }) => problems);
};

test('a counter that has room changes nothing, and a case takes it over from the one that it is like', () => {
  expect(run('counters: { daily: EUR 400.00 }', '{ outcome: continue, rules: [clean] }')).toEqual([[], []]);
});

test('from the first cent above it the limit asks, beside the rules', () => {
  const [first] = run('counters: { daily: EUR 400.01 }', '{ outcome: approval }');
  expect(first?.[0]).toBe('outcome: expected continue, got approval.');
  expect(first?.at(-1)).toContain('EUR 600.01 within 1d for payeeId p-1 is above the limit of EUR 600.00.');
  const [, second] = run(
    'counters: { daily: EUR 400.01 }',
    '{ outcome: approval, decidedBy: daily, rules: [clean, daily], to: sign-off }',
  );
  expect(second).toEqual([]);
});

test('a counter in another currency is another counter, and one of no limit is a mistake', () => {
  expect(run('counters: { daily: USD 900.00 }', '{ outcome: continue }')).toEqual([[], []]);
  expect(run('counters: { dayly: EUR 1.00 }', '{ outcome: continue }')[0]?.[0]).toBe(
    'counters.dayly: the control has no limit "dayly". Did you mean "daily"?',
  );
});
