/** Small controls and inputs for tests. */
import { compileControl } from './evaluate/compile.ts';
import type { CompiledControl, Control, ControlProblem, GateInput } from './model.ts';
import { parseControl } from './source/parse.ts';

export const parsed = (text: string): Control => {
  const result = parseControl(text, 'test.control.yaml');
  if (!result.ok) throw new Error(result.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return result.control;
};

export const compiled = (text: string): CompiledControl => compileControl(parsed(text));

export const problemsIn = (text: string): ControlProblem[] => parseControl(text, 'test.control.yaml').problems;

/** "line:column message remedy", as a person reads it. */
export const shownProblems = (text: string): string[] =>
  problemsIn(text).map(({ line, column, message, remedy }) => `${line}:${column} ${message} ${remedy}`);

/** A control with facts of every type; `rules` and more sections are appended. */
export const everyType = (rules: string, more = ''): string => `control: every-type
about: One fact of each type.
owner: role:owner
facts:
  amount: { from: args, type: money, currency: [EUR, USD], min: 0, max: 10_000.00 }
  fee: { from: args, type: money, currency: [EUR, USD] }
  score: { from: agent, type: decimal, scale: 2, min: 0, max: 1 }
  count: { from: system, type: int, min: 0, max: 100 }
  other.count: { from: system, at: /other, type: int, min: 0, max: 100 }
  maybe: { from: agent, type: int, optional: true }
  fallback: { from: agent, type: int, default: 7 }
  urgent: { from: agent, type: bool }
  tier: { from: lookup, source: crm, type: enum, values: [gold, silver, basic] }
  country: { from: lookup, source: crm, type: enum, values: [DE, FR], open: true }
  subject: { from: args, type: string }
  labels: { from: agent, type: set }
  wait: { from: system, type: duration }
  due: { from: lookup, source: crm, type: date }
  receivedAt: { from: lookup, source: crm, type: timestamp, zone: Europe/Berlin, working: mon-fri 09:00-17:30 }
  sentAt: { from: system, type: timestamp }
lists:
  own-accounts: [acc-1, acc-2]
conditions:
  small: currency(amount) == "EUR" && amount < EUR 100.00
steps:
  look: { risk: low, effect: none, arguments: { amount: money, fee: money, subject: string, id: string } }
  pay: { risk: high, effect: irreversible, arguments: { amount: money, fee: money, subject: string, id: string } }
approvals:
  sign-off: { from: role:approver }
ladders:
  desk:
    - { tell: role:desk }
rules:${rules === '' ? ' []' : `\n${rules}`}
${more}`;

export const usableInput = (step: string): GateInput => ({
  step,
  arguments: { amount: 'EUR 50.00', fee: 'EUR 1.00', subject: 'Re: an order', id: 'acc-9' },
  agent: { score: '0.90', urgent: false, labels: ['internal'] },
  system: { count: 3, other: 4, wait: '15m' },
  looked: {
    crm: { ok: true, value: { tier: 'gold', country: 'DE', due: '2026-01-31', receivedAt: '2026-01-31T09:30:00Z' } },
  },
});
