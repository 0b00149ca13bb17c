import { isComplete, type JsonObject } from '@belay/protocol';
import { describe, expect, test } from 'vitest';
import { compileControl } from '../index.ts';
import type { GateInput, Looked } from '../model.ts';
import { parseControl } from '../source/parse.ts';

const source = `
control: paying
about: Pays.
owner: role:owner
facts:
  amount: { from: args, type: money, currency: [EUR] }
  limit: { from: lookup, source: erp, type: money, currency: [EUR] }
  country: { from: lookup, source: erp, type: string }
  since: { from: lookup, source: crm, type: date }
  note: { from: agent, type: string, optional: true }
steps:
  look: { risk: low, effect: none }
  pay:
    risk: high
    effect: irreversible
    arguments: { amount: money, iban: string, scan: { type: attachment, optional: true } }
rules:
  - id: sign
    at: pay
    when: amount > EUR 100.00 && country in ["FR", "DE"]
    then: approval
    by: two
    because: "{amount} is much."
  - { id: above, at: pay, when: '!(amount <= limit) || country == "XX"', then: handoff, because: "Above {limit}." }
approvals:
  two: { from: role:signer }
packet:
  title: "Pay {amount} to {args.iban}"
  on-yes: "{amount} leaves the account."
  on-no: Nothing is paid.
  complete: 80%
  exceptional:
    - when: since > date("2026-01-01")
      because: "Known only since {since}."
  sections: { Who: [country, since, note], Why: rules }
`;
const parsed = parseControl(source);
if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
const compiled = compileControl(parsed.control);

const erp = { ok: true as const, value: { limit: 'EUR 200.00', country: 'DE' } };
const crm = { ok: true as const, value: { since: '2026-06-30' } };
const file = { name: 'scan.pdf', mediaType: 'application/pdf', bytes: 3, digest: `sha256:${'a'.repeat(64)}` };
const asked = (args: JsonObject = {}, looked: Looked = { erp, crm }): GateInput => ({
  step: 'pay',
  arguments: { amount: 'EUR 250.00', iban: 'DE02', ...args },
  agent: {},
  system: {},
  looked,
});
const packetFor = (input: GateInput) => compiled.packet(input, compiled.decide(input));

describe('a packet', () => {
  test('says what the step is, what follows from yes and from no, and what is unusual', () => {
    expect(packetFor(asked())).toMatchObject({
      sentence: 'Pay EUR 250.00 to DE02',
      onYes: 'EUR 250.00 leaves the account.',
      onNo: 'Nothing is paid.',
      exceptional: ['Known only since 2026-06-30.'],
    });
  });

  test('shows each rule that fired with the value and the threshold, and nothing that did not decide', () => {
    const { rules } = packetFor(asked());
    expect(rules.map(({ rule, read }) => [rule, read])).toEqual([
      ['above', [{ name: 'amount', label: 'amount', text: 'EUR 250.00', threshold: 'above limit (EUR 200.00)' }]],
      [
        'sign',
        [
          { name: 'amount', label: 'amount', text: 'EUR 250.00', threshold: 'above EUR 100.00' },
          { name: 'country', label: 'country', text: 'DE', threshold: 'one of FR, DE' },
        ],
      ],
    ]);
  });

  test('shows every argument, declared or not, whole and with its type', () => {
    const long = 'x'.repeat(5_000);
    const { arguments: rows } = packetFor(asked({ iban: long, more: 'y' }));
    expect(rows.map(({ name, label, type, origin }) => [name, label, type, origin])).toEqual([
      ['amount', 'amount', 'money', 'args'],
      ['iban', 'IBAN', 'string', 'args'],
      ['scan', 'scan', 'attachment', 'args'],
      ['more', 'more', null, 'args'],
    ]);
    expect(rows[1]?.text).toBe(long);
  });

  test('lists attachments by their digest, and takes no other for one', () => {
    expect(packetFor(asked({ scan: file })).attachments).toEqual([{ argument: 'scan', ...file }]);
    expect(compiled.checkArguments('pay', asked({ scan: file }).arguments)).toEqual({ ok: true });
    for (const wrong of [{ ...file, digest: 'sha256:1' }, { ...file, url: 'x' }, { ...file, bytes: -1 }, 'scan.pdf'])
      expect(compiled.checkArguments('pay', asked({ scan: wrong }).arguments)).toMatchObject({
        problems: ['The argument scan is not an attachment: name, mediaType, bytes and digest (sha256:…).'],
      });
  });

  test('knows how complete it is, and what is missing and why', () => {
    expect(packetFor(asked()).completeness).toEqual({ percent: 100, least: 80, missing: [] });
    const without = packetFor(asked({}, { erp, crm: { ok: false, problem: 'crm answered 503.' } }));
    expect(without.completeness).toEqual({
      percent: 66,
      least: 80,
      missing: [
        { label: 'since', because: 'could not be looked up in crm: crm answered 503' },
        { label: 'since > date("2026-01-01")', because: 'could not be judged' },
      ],
    });
    expect([isComplete(packetFor(asked())), isComplete(without)]).toEqual([true, false]);
  });

  test.each([
    ['complete: 120%', 'a share, such as 80%'],
    ['on-yes: "{nothing} happens"', '{nothing} cannot be filled in'],
    ['exceptional: [{ when: nothing > 3, because: x }]', 'There is no fact "nothing"'],
  ])('with "%s" is refused in words', (line, sentence) => {
    const wrong = parseControl(source.replace(/packet:\n {2}title: [^\n]*\n[\s\S]*/, `packet: { title: x, ${line} }`));
    expect(wrong.problems.map(({ message }) => message).join('\n')).toContain(sentence);
  });
});
