import { describe, expect, test } from 'vitest';
import { labelAndName, labelOf, labelUnder, sayName } from './names.ts';

describe('names in words', () => {
  test.each([
    ['beneficiary.ibanChangedDays', 'beneficiary IBAN changed days'],
    ['args.invoiceId', 'invoice ID'],
    ['invoiceIDs', 'invoice IDs'],
    ['vatID', 'VAT ID'],
    ['HTTPStatus', 'HTTP status'],
    ['release-payment', 'release payment'],
    ['finance-approver', 'finance approver'],
    ['finance-sign-off', 'finance sign-off'],
    ['cost_usd', 'cost usd'],
    ['amount > EUR 500.00', 'amount > EUR 500.00'],
    ['Größe', 'Größe'],
    ['--', '--'],
  ])('%s is said as %s', (name, words) => expect(sayName(name)).toBe(words));

  test('what its author calls it comes first', () => {
    expect(labelOf({ name: 'ageDays', label: 'days since we know them' })).toBe('days since we know them');
    expect(labelOf({ name: 'ageDays' })).toBe('age days');
  });

  test('a title is not repeated, and a name is not said twice', () => {
    expect(labelUnder('Beneficiary', 'beneficiary age days')).toBe('age days');
    expect(labelUnder('Beneficiary', 'beneficiary')).toBe('beneficiary');
    expect(labelUnder('', 'age days')).toBe('age days');
    expect(labelAndName('invoice ID', 'invoiceId')).toBe('invoice ID (invoiceId)');
    expect(labelAndName('amount', 'amount')).toBe('amount');
  });
});
