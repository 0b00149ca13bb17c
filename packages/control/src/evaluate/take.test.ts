import type { Json } from '@belay/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileControl } from '../index.ts';
import { parseControl } from '../source/parse.ts';
import { why } from '../why/why.ts';

const control = (facts: string, rules = '') => {
  const parsed = parseControl(`
control: taking
about: Takes facts from lists.
owner: role:owner
facts:
  amount: { from: args, type: money, currency: [EUR] }
${facts}
steps:
  pay: { risk: high, effect: irreversible, arguments: { amount: money } }
rules:
  - { id: go, at: pay, when: amount > EUR 0.00, then: continue }
${rules}
`);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return compileControl(parsed.control);
};

const usual =
  '  usual: { from: lookup, source: ledger, at: /payments, take: median, of: /amount, last: 20, times: 3, type: money, currency: [EUR], optional: true }';
const unusual =
  '  - { id: unusual, at: pay, when: has(usual) && amount > usual, then: handoff, because: "above {usual}" }';
const asked = (amount: string, payments: Json) => ({
  step: 'pay',
  arguments: { amount },
  agent: {},
  system: {},
  looked: { ledger: { ok: true as const, value: { payments } } },
});
const paid = (...amounts: string[]): Json => amounts.map((amount) => ({ amount: `EUR ${amount}` }));

describe('a fact that is made of a list', () => {
  const compiled = control(usual, unusual);

  test.each([
    ['300.00', paid('100.00', '90.00', '1000.00'), 'continue'],
    ['300.01', paid('100.00', '90.00', '1000.00'), 'handoff'],
    ['300.01', paid('100.01', '100.00'), 'continue'],
    ['300.02', paid('100.01', '100.00'), 'handoff'],
    ['9000.00', paid(), 'continue'],
  ])('EUR %s after %j is decided against three times the median: %s', (amount, payments, outcome) => {
    expect(compiled.decide(asked(`EUR ${amount}`, payments)).outcome).toBe(outcome);
  });

  test('is rounded down, also below nothing', () => {
    expect(compiled.decide(asked('EUR 1.00', paid('-0.01', '0.00'))).because).toBe('above EUR -0.02');
  });

  test('counts the newest twenty alone', () => {
    const payments = paid(...Array<string>(20).fill('10.00'), ...Array<string>(30).fill('9000.00'));
    expect(compiled.decide(asked('EUR 30.01', payments)).because).toBe('above EUR 30.00');
  });

  test('is missing, and never a guess, when the list has several currencies or something else', () => {
    const required = control(usual.replace(', optional: true', ''), unusual.replace('has(usual) && ', ''));
    for (const payments of [
      [{ amount: 'EUR 1.00' }, { amount: 'USD 1.00' }],
      [{ amount: 7 }],
      ['EUR 1.00', null],
      {},
      null,
    ])
      expect(required.decide(asked('EUR 1.00', payments as Json))).toMatchObject({
        outcome: 'handoff',
        house: 'badFact',
      });
  });

  test('is the middle value, for any list', () => {
    const count = control(
      '  typical: { from: lookup, source: ledger, at: /payments, take: median, type: int }',
      '  - { id: seen, at: pay, when: typical >= 0, then: handoff, because: "{typical}" }',
    );
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 9 }), (numbers) => {
        const sorted = numbers.toSorted((a, b) => a - b);
        const middle =
          ((sorted[Math.ceil(sorted.length / 2) - 1] ?? 0) + (sorted[Math.floor(sorted.length / 2)] ?? 0)) / 2;
        expect(count.decide(asked('EUR 1.00', numbers)).because).toBe(String(Math.floor(middle)));
      }),
    );
  });

  test('counts items, and quotes messages', () => {
    const ticket = control(
      '  steps.done: { from: lookup, source: ledger, at: /payments, take: tried, type: string }\n  size: { from: lookup, source: ledger, at: /payments, take: count, type: int }',
      '  - { id: seen, at: pay, when: size > 0, then: handoff, because: "{size}: {steps.done}" }',
    );
    const newestFirst = [
      { from: 'support', text: 'I checked the logs.' },
      { from: 'customer', text: 'I restarted it.' },
    ];
    expect(ticket.decide(asked('EUR 1.00', newestFirst)).because).toBe(
      '2: “I restarted it.” (customer) “I checked the logs.” (support)',
    );
  });

  test('can be asked about: what would have decided otherwise', () => {
    const { alternatives } = why(compiled, asked('EUR 300.01', paid('100.00')));
    expect(alternatives.map(({ sentence }) => sentence)).toContain(
      'It would have continued if usual were EUR 300.01 (it is EUR 300.00).',
    );
  });

  test.each([
    ['from: args, take: count, type: int', 'is not looked up'],
    ['from: lookup, source: l, take: median, type: string', 'take median gives an int or money'],
    ['from: lookup, source: l, take: issue, type: int', 'take issue gives a string'],
    ['from: lookup, source: l, type: int, last: 3', '"last" belongs to take'],
    ['from: lookup, source: l, take: count, times: 3, type: int', '"times" belongs to take: median'],
  ])('%s is refused in words', (fact, sentence) => {
    expect(() => control(`  wrong: { ${fact} }`)).toThrow(sentence);
  });
});

describe('a fact', () => {
  const compiled = control(usual, unusual);

  test('that may be absent is not absent when its system of record fails', () => {
    const failing = {
      ...asked('EUR 1.00', paid()),
      looked: { ledger: { ok: false as const, problem: 'ledger answered 503.' } },
    };
    expect(compiled.decide(failing)).toMatchObject({
      outcome: 'handoff',
      house: 'badFact',
      because: 'Belay cannot judge this step: usual could not be looked up in ledger: ledger answered 503.',
    });
  });

  test('that may be absent is absent when its system of record has nothing', () => {
    const problem = 'ledger has no record of this.';
    const nothing = { ...asked('EUR 1.00', paid()), looked: { ledger: { ok: false as const, problem, absent: true } } };
    expect(compiled.decide(nothing)).toMatchObject({ outcome: 'continue', decidedBy: 'go' });
  });
});
