/** How a user tests an agent: quoted by docs/how-to/test-an-agent.md. */
import { readFileSync } from 'node:fs';
import { type BelayMatchers, belayMatchers, createTestBelay } from '@belay/sdk/testing';
import { describe, expect, it } from 'vitest';
import { type Payment, payInvoice } from './three-lines.ts';

const control = readFileSync(new URL('../controls/payment-approval.control.yaml', import.meta.url), 'utf8');
const organisation = readFileSync(new URL('../controls/organisation.yaml', import.meta.url), 'utf8');

// region open
expect.extend(belayMatchers);

const open = (invoice: object = {}) =>
  createTestBelay({
    controls: control,
    organisation,
    sources: {
      erp: ({ args }) => ({ ...args, matched: true, paid: false, ...invoice }),
      'vendor-master': () => ({ name: 'Nordwind GmbH', ageDays: 900, ibanChangedDays: 400, sanctionsHit: false }),
    },
  });
// endregion

const bankOf = () => {
  const paid: Payment[] = [];
  const pay = async (payment: Payment) => {
    paid.push(payment);
    return { reference: `tx-${paid.length}` };
  };
  return { paid, bank: { pay } };
};
const payment = { invoiceId: 'I-7', beneficiaryId: 'ben-7', amount: 'EUR 800.00' };

// region vitest
declare module 'vitest' {
  interface Matchers<T> extends BelayMatchers<T> {}
}
// endregion

describe('the payments agent', () => {
  // region test
  it('pays a large invoice only after both have signed', async () => {
    const test = open();
    const { bank, paid } = bankOf();
    const paying = payInvoice(test.options('payables'), payment, bank);

    const runId = await test.asked();
    await test.person('bruno').approve(runId);
    expect(paid).toEqual([]);
    await test.person('chidi').approve(runId);

    expect(await paying).toEqual({ reference: 'tx-1' });
    expect(await test.story(runId)).toHaveCarriedOutOnce('release-payment', payment);
  });
  // endregion

  it('hands over when nobody signs in time, and stops', async () => {
    const test = open();
    const { bank, paid } = bankOf();
    const paying = payInvoice(test.options('payables'), payment, bank);
    const runId = await test.asked();
    await test.fastForward('25h');
    await test.person('dana').takeOver(runId);
    await expect(paying).rejects.toThrow();
    expect(await test.story(runId)).toBeHeldBy('dana');
    expect(paid).toEqual([]);
  });

  it('hands over an invoice that was paid', async () => {
    const test = open({ paid: true });
    const { bank, paid } = bankOf();
    const paying = payInvoice(test.options('payables'), { ...payment, amount: 'EUR 80.00' }, bank);
    const runId = await test.asked();
    expect(await test.story(runId)).toHaveHandedOff('release-payment');
    await test.person('bruno').takeOver(runId);
    await expect(paying).rejects.toThrow();
    expect(paid).toEqual([]);
  });
});
