import { describe, expect, it } from 'vitest';
import type { Press } from '../channel-ports.ts';
import type { Found } from '../delivery/card-store.ts';
import type { Card } from '../delivery/cards.ts';
import { commandOf, formOf, needsForm, refusedForm, withTyped, wrongFields } from './forms.ts';

const step = {
  step: 'release-payment',
  digest: 'sha256:1',
  arguments: { amount: 'EUR 1.00', days: 30, express: false },
  editable: ['amount', 'days', 'express'],
};
const found = { kind: 'case', kase: { step } } as unknown as Found;
const press = (action: Press['action'], fields: Press['fields'] = null): Press => ({
  kind: 'press',
  presser: { workspace: 'w', address: 'a' },
  replyTo: null,
  action,
  subject: { kind: 'case', id: 'case_1' },
  revision: 4,
  digest: 'sha256:1',
  fields,
  proof: 'signed',
});

describe('forms behind buttons', () => {
  it('are asked for where words are needed, and not where the button says it all', () => {
    const asking = ['return', 'edit', 'decline', 'resolve', 'reject'] as const;
    expect(asking.map((action) => needsForm(press(action)))).toEqual([true, true, true, true, true]);
    expect((['takeOver', 'approve', 'release'] as const).map((action) => needsForm(press(action)))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('show exactly what is decided about, and allow nothing that was not ticked', () => {
    const form = formOf(press('return'), found, {
      title: 't',
      step: {
        label: 'release the payment',
        arguments: [
          { name: 'amount', label: 'gross amount (amount)', value: 'EUR 1.00' },
          { name: 'days', label: 'days', value: '3' },
        ],
      },
    } as unknown as Card);
    expect(form?.about).toBe('Release the payment\ngross amount (amount): EUR 1.00\ndays: 3');
    expect(form?.fields.map(({ name, initial }) => [name, initial])).toEqual([
      ['instructions', null],
      ['allowOnce', null],
    ]);
    expect(commandOf(press('return', { instructions: 'Go on' }), found)).toMatchObject({
      command: { type: 'return', revision: 4, allowOnce: [] },
    });
    expect(commandOf(press('return', { instructions: 'Go on', allowOnce: true }), found)).toMatchObject({
      command: { allowOnce: [{ step: 'release-payment', digest: 'sha256:1' }] },
    });
  });

  it('keep the type of an edited argument, and leave nonsense for the check to refuse', () => {
    const edited = (fields: Record<string, string>) =>
      (commandOf(press('edit', fields), found) as { command: { allowOnce: { arguments: object }[] } }).command
        .allowOnce[0]?.arguments;
    expect(edited({ 'argument.amount': ' EUR 2.00 ', 'argument.days': '14', 'argument.express': 'true' })).toEqual({
      amount: 'EUR 2.00',
      days: 14,
      express: true,
    });
    expect(edited({ 'argument.days': 'soon' })).toEqual({ ...step.arguments, days: 'soon' });
  });

  it('are refused at a required field that has only blanks, and at one that is too long', () => {
    expect(wrongFields(press('decline', { because: '  ' }), found)).toEqual({ because: '“Why” is needed.' });
    expect(wrongFields(press('reject', { because: 'x'.repeat(2_001) }), found)).toEqual({
      because: '“Why” has 2001 characters; 2000 fit.',
    });
    expect(wrongFields(press('reject', { because: 'x'.repeat(2_000) }), found)).toEqual({});
  });

  it('edit what can be edited: an edit of nothing, or of something else, allows no step as it was', () => {
    expect(wrongFields(press('edit', { 'argument.days': '3' }), found)).toEqual({});
    const wrong = (fields: Record<string, string>) =>
      Object.values(wrongFields(press('edit', fields), found)).join(' ');
    expect(wrong({})).toBe('No argument is edited. Editable: amount, days, express.');
    expect(wrong({ 'argument.days': '3', 'argument.amout': 'EUR 2.00' })).toContain('“amout” cannot be edited.');
  });
});

describe('forms that were refused', () => {
  const typed = { 'argument.amount': 'a lot', 'argument.days': '', instructions: 'Go on' };
  const card = (action: string) =>
    ({
      title: 't',
      revision: 7,
      buttons: [{ action }],
      step: { label: 'pay', digest: 'sha256:2', arguments: [] },
    }) as unknown as Card;

  it('stand again as they were filled in, for what is true now', () => {
    const { form, wrong } = refusedForm(
      press('edit', typed),
      { found, card: card('edit') },
      { 'argument.amount': 'No.' },
    );
    expect(form).toMatchObject({ revision: 7, digest: 'sha256:2' });
    expect(form?.fields.map(({ name, initial }) => [name, initial])).toEqual([
      ['argument.amount', 'a lot'],
      ['argument.days', null],
      ['argument.express', 'false'],
      ['instructions', 'Go on'],
    ]);
    expect(wrong).toEqual({ 'argument.amount': 'No.' });
  });

  it('say nothing at a field when some of why is about none that was sent', () => {
    const why = { 'argument.amount': 'No.', 'argument.express': 'No.' };
    expect(refusedForm(press('edit', typed), { found, card: card('edit') }, why).wrong).toEqual({});
  });

  it('give back what was typed where there is no such button any more, or no time', () => {
    for (const now of [null, { found, card: card('takeOver') }]) {
      const refused = refusedForm(press('edit', typed), now, {});
      expect(refused.form).toBeNull();
      expect(withTyped('No.', refused)).toBe('No.\nWhat you typed:\namount: a lot\nWhat the agent should know: Go on');
    }
  });
});
