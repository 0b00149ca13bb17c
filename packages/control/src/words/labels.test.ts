import { describe, expect, test } from 'vitest';
import { compareControls, compileControl, controlPage, formatControl, parseControl } from '../index.ts';
import type { Control, GateInput } from '../model.ts';
import { why } from '../why/why.ts';

const source = `control: paying
about: Pays.
owner: role:finance-lead
facts:
  amount: { from: args, type: money, currency: [EUR], label: gross amount }
  payee.ibanChangedDays: { from: lookup, source: crm, type: int, min: 0, label: days since the IBAN changed }
  payee.ageDays: { from: lookup, source: crm, type: int, min: 0 }
steps:
  pay-out:
    label: pay the supplier
    risk: high
    effect: irreversible
    arguments: { amount: money, orderId: { type: string, label: purchase order }, vatId: string }
    editable: [orderId]
rules:
  - id: recently-changed
    at: pay-out
    when: payee.ibanChangedDays <= 30
    then: handoff
    because: "To {step}: {payee.ibanChangedDays} days."
  - { id: known, at: pay-out, when: amount <= EUR 100.00 && args.orderId != "x" && payee.ageDays > 5, then: continue }
packet:
  title: Pay
  sections: { Payee: [payee.ibanChangedDays, payee.ageDays], Why: rules }
`;

const parsed = (text: string): Control => {
  const found = parseControl(text);
  if (!found.ok) throw new Error(found.problems.map(({ message }) => message).join('\n'));
  return found.control;
};
const problemsOf = (text: string) => parseControl(text).problems.map(({ code, line }) => [code, line]);

const control = parsed(source);
const compiled = compileControl(control);
const input: GateInput = {
  step: 'pay-out',
  arguments: { amount: 'EUR 5.00', orderId: 'o-1', vatId: 'v-1' },
  agent: {},
  system: {},
  looked: { crm: { ok: true, value: { ibanChangedDays: 3, ageDays: 9 } } },
};
const packet = compiled.packet(input, compiled.decide(input));
const names = (rows: { label: string; name: string | null }[]) => rows.map(({ label, name }) => [label, name]);

describe('what people call facts, arguments and steps', () => {
  test('stands in the packet, with the exact name beside it', () => {
    expect(packet.step).toBe('pay the supplier');
    expect(names(packet.arguments)).toEqual([
      ['amount', 'amount'],
      ['purchase order', 'orderId'],
      ['VAT ID', 'vatId'],
    ]);
    expect(names(packet.sections[0]?.rows ?? [])).toEqual([
      ['days since the IBAN changed', 'payee.ibanChangedDays'],
      ['payee age days', 'payee.ageDays'],
    ]);
    expect(names(packet.sections[1]?.rows ?? [])).toEqual([
      ['recently changed', 'recently-changed'],
      ['known', 'known'],
    ]);
    expect(packet.rules[0]?.read).toEqual([
      { name: 'payee.ibanChangedDays', label: 'days since the IBAN changed', text: '3', threshold: 'at most 30' },
    ]);
  });

  test('is said in sentences: why, what would have decided otherwise, what cannot be judged', () => {
    expect(compiled.decide(input).because).toBe('To pay the supplier: 3 days.');
    expect(why(compiled, input).alternatives.map(({ sentence }) => sentence)).toContain(
      'It would have continued if days since the IBAN changed were 31 (it is 3).',
    );
    const unknown = { ...input, looked: { crm: { ok: true as const, value: { ageDays: 9 } } } };
    expect(compiled.decide(unknown).because).toBe(
      'Belay cannot judge this step: days since the IBAN changed is missing.',
    );
  });

  test('is said on the page and where two versions differ', () => {
    const page = controlPage(control);
    expect(page.steps[0]).toMatchObject({
      title: 'pay the supplier',
      arguments: ['amount (amount in EUR)', 'purchase order (text)', 'VAT ID (text)'],
      editable: ['purchase order'],
    });
    expect(page.facts.map(({ name }) => name)).toContain('days since the IBAN changed');
    const [changed, known] = page.steps[0]?.clauses ?? [];
    expect(changed?.because).toBe('To ‹step›: ‹days since the IBAN changed› days.');
    expect(changed?.when.say).toBe('days since the IBAN changed is at most 30');
    expect(known?.when.say).toContain("gross amount is at most EUR 100.00, the step's purchase order is not x");
    const looser = parsed(source.replace('<= 30', '<= 10'));
    const [change] = compareControls(control, looser).changes;
    expect(change?.sentence).toMatch(/^Pay the supplier, when .*days since the IBAN changed is from 11 to 30/);
  });

  test('is optional, and one that says nothing is refused where it stands', () => {
    expect(problemsOf(source.replace('label: gross amount', 'label: ""'))).toEqual([['wrongForm', 5]]);
    expect(problemsOf(source.replace('label: pay the supplier', 'label: [a]'))).toEqual([['wrongForm', 10]]);
    const without = parsed(source.replaceAll(/, label: [^}]+/g, ' ').replace('    label: pay the supplier\n', ''));
    expect(JSON.stringify(without)).not.toContain('label');
    expect(formatControl(source)).toContain('label: days since the IBAN changed');
  });
});
