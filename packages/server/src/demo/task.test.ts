import { expect, it } from 'vitest';
import { payables } from './invoices.ts';
import { written } from './task.ts';

it('amounts are written as in the sentences of the house, and stay exact where they are carried out', () => {
  const large = payables.find(({ id }) => id === 'INV-2050');
  expect(large?.title).toMatch(/^EUR 62,000\.00 to /);
  expect(large?.actions[0]?.arguments.amount).toBe('EUR 62000.00');
  expect(['USD 1200.00', 'EUR 90071992547409931234.56', 'INV-2050', 3, true].map(written)).toEqual([
    'USD 1,200.00',
    'EUR 90,071,992,547,409,931,234.56',
    'INV-2050',
    '3',
    'true',
  ]);
});
