import { describe, expect, test } from 'vitest';
import { good } from '../check/corpus.testing.ts';
import type { GateInput } from '../model.ts';
import { compiled } from '../sample.testing.ts';
import { nearest, why } from './why.ts';

const control = compiled(good);
const input = (amount: string, payee: Record<string, string | number | boolean> = {}): GateInput => ({
  step: 'pay',
  arguments: { payeeId: 'p-1', amount },
  agent: {},
  system: {},
  looked: { erp: { ok: true, value: { id: 'p-1', ageDays: 400, blocked: false, ...payee } } },
});
const sentences = (gate: GateInput) => why(control, gate).alternatives.map(({ sentence }) => sentence);

describe('why', () => {
  test('finds the nearest value that would have decided otherwise', () => {
    expect(sentences(input('EUR 620.00'))[0]).toBe(
      'It would have continued if amount were EUR 500.00 (it is EUR 620.00).',
    );
    expect(sentences(input('EUR 5.00', { ageDays: 30 }))).toContain(
      'It would have continued if payee age days were 91 (it is 30).',
    );
    expect(sentences(input('EUR 5.00', { blocked: true }))[0]).toBe(
      'It would have continued if payee blocked were no (it is yes).',
    );
    expect(sentences(input('EUR 5.00', { id: 'p-2' }))).toContain(
      'It would have continued if payee ID were p-2 (it is p-1).',
    );
  });

  test('puts what would have needed the fewest people first', () => {
    const outcomes = why(control, input('EUR 620.00')).alternatives.map(({ outcome }) => outcome);
    expect(outcomes).toContain('handoff');
    expect(outcomes.indexOf('continue')).toBeLessThan(outcomes.indexOf('handoff'));
  });

  test('shows inputs that are decided as it says, and never one that cannot be judged', () => {
    const gate = input('EUR 620.00');
    const { verdict, alternatives } = why(control, gate);
    for (const { outcome, input: changed } of alternatives) {
      const decided = control.decide(changed);
      expect(decided.outcome).toBe(outcome);
      expect(decided.outcome).not.toBe(verdict.outcome);
      expect(decided.house).not.toBe('badFact');
    }
    expect(gate).toEqual(input('EUR 620.00'));
  });

  test('names the value that was missing', () => {
    const blind = { ...input('EUR 5.00'), arguments: { payeeId: 'p-1' } };
    expect(sentences(blind)).toContain('It would have continued if amount were EUR 0.01 (it is unknown).');
  });

  test('has nothing to say of an unknown step', () => {
    expect(why(control, { ...input('EUR 5.00'), step: 'nothing' })).toMatchObject({
      verdict: { house: 'unknownStep' },
      alternatives: [],
    });
  });
});

describe('what it suggests', () => {
  const rule = `  - { id: word, at: pay, when: 'subject.contains("urgent")', then: handoff, because: It is urgent. }
`;
  test('is never a text that nobody wrote', () => {
    const loud = compiled(
      good
        .replace('rules:\n', `rules:\n${rule}`)
        .replace('facts:\n', 'facts:\n  subject: { from: agent, type: string }\n'),
    );
    const told = why(loud, { ...input('EUR 5.00'), agent: { subject: 'quiet' } }).alternatives;
    expect(told.map(({ fact }) => fact)).not.toContain('subject');
  });

  test('of two names that should be the same is the argument, which was chosen', () => {
    const facts = why(control, input('EUR 5.00', { id: 'p-2' })).alternatives.map(({ fact }) => fact);
    expect(facts).toContain('args.payeeId');
    expect(facts).not.toContain('payee.id');
  });

  test('counts what is asked besides by the rules: what a limit leaves room for, and what nothing changes', () => {
    const approval = {
      kind: 'approval' as const,
      rule: 'daily',
      because: 'Too much today.',
      cites: null,
      to: null,
      by: 'sign-off',
      instead: null,
    };
    const limited = {
      also: ({ arguments: args }: GateInput) => (String(args.amount) > 'EUR 300.00' ? [approval] : []),
      room: [{ argument: 'amount', units: 30_000, currency: 'EUR' }],
    };
    expect(why(control, input('EUR 400.00'), limited).alternatives[0]?.sentence).toBe(
      'It would have continued if amount were EUR 300.00 (it is EUR 400.00).',
    );
    const always = { also: () => [approval], room: [] };
    expect(why(control, input('EUR 400.00'), always).alternatives.map(({ outcome }) => outcome)).not.toContain(
      'continue',
    );
  });
});

describe('what is told to a person', () => {
  test('is what would have needed fewer people, once for each fact', () => {
    const told = nearest(control, input('EUR 620.00', { blocked: true }));
    expect(told).toEqual(['It would have waited for a sign-off if payee blocked were no (it is yes).']);
    expect(nearest(control, input('EUR 620.00'))).toEqual([
      'It would have continued if amount were EUR 500.00 (it is EUR 620.00).',
    ]);
    expect(nearest(control, input('EUR 5.00'))).toEqual([]);
  });
});
