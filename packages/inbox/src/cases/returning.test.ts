import { returnBody } from '@belay/protocol';
import { describe, expect, it } from 'vitest';
import { cases } from '../../dev/fixture-cases.ts';
import { changesOf, draftFor, missingIn, returnBodyOf, toldWords } from './returning.ts';

const sample = cases(Date.UTC(2026, 10, 23, 9, 0));
const stepOf = (caseId: string) => {
  const step = sample.find((one) => one.caseId === caseId)?.step;
  if (step === null || step === undefined) throw new Error(`The sample case ${caseId} has no step.`);
  return step;
};
const payment = stepOf('case-71');
const forbidden = stepOf('case-70');
const sent = (draft: ReturnType<typeof draftFor>, step: typeof payment | null) =>
  returnBody.parse({ revision: 1, ...returnBodyOf(draft, step) });

describe('giving control back', () => {
  it('lets the step through once by default, bound to what was shown, with nothing edited', () => {
    const draft = draftFor(payment);
    expect(sent(draft, payment).allowOnce).toEqual([{ step: 'release-payment', digest: payment.digest }]);
    expect(toldWords(draft, payment)).toEqual([
      'It may do “release payment” once, with exactly the arguments shown.',
      'Before that it still needs a sign-off: finance sign-off.',
    ]);
  });

  it('never lets a forbidden step through by default', () => {
    expect(draftFor(forbidden).choice).toBe('leave');
    expect(sent(draftFor(forbidden), forbidden).allowOnce).toEqual([]);
    expect(toldWords(draftFor(forbidden), forbidden)).toEqual([
      'If it asks for “refund” again, the gate decides again.',
    ]);
  });

  it('sends edited arguments whole, and says what changed', () => {
    const draft = { ...draftFor(payment), arguments: { ...payment.arguments, amount: 'EUR 6200.00' } };
    expect(changesOf(draft, payment)).toEqual([{ name: 'amount', from: 'EUR 12400.00', to: 'EUR 6200.00' }]);
    expect(sent(draft, payment).allowOnce[0]?.arguments).toEqual({ ...payment.arguments, amount: 'EUR 6200.00' });
    expect(toldWords(draft, payment)).toContain('Amount: EUR 6,200.00 instead of EUR 12,400.00.');
  });

  it('ignores a changed argument that is not editable', () => {
    const draft = { ...draftFor(payment), arguments: { ...payment.arguments, iban: 'DE99' } };
    expect(changesOf(draft, payment)).toEqual([]);
    expect(sent(draft, payment).allowOnce[0]).not.toHaveProperty('arguments');
  });

  it('asks for a reference before “done by me”, and then lets nothing through', () => {
    const draft = { ...draftFor(payment), choice: 'doneByMe' as const };
    expect(missingIn(draft)).toContain('transfer number');
    const complete = { ...draft, reference: ' SEPA-1 ' };
    expect(missingIn(complete)).toBeNull();
    expect(sent(complete, payment)).toMatchObject({ allowOnce: [], doneByMe: [{ reference: 'SEPA-1' }] });
    expect(toldWords(complete, payment)).toEqual([
      '“release payment” is done by you (SEPA-1). It must not do it again.',
    ]);
  });

  it('says what the agent may no longer do', () => {
    const draft = {
      ...draftFor(null),
      instructions: ' Wait. ',
      prohibit: ['release-payment'],
      requireApproval: ['match-invoice'],
    };
    expect(sent(draft, null)).toMatchObject({ instructions: 'Wait.', prohibit: ['release-payment'], allowOnce: [] });
    expect(toldWords(draft, null)).toEqual([
      'It may no longer do: release payment.',
      'It now needs a sign-off for: match invoice.',
    ]);
  });
});
