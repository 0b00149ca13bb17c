/**
 * An agent under Belay, in three lines and a farewell: one client, one run, one step. The bank is asked to pay only when
 * the control lets it, and never twice.
 */
import { type BelayOptions, createBelay } from '@belay/sdk';

export type Payment = { invoiceId: string; beneficiaryId: string; amount: string };
export type Bank = {
  pay(payment: Payment, idempotencyKey: string, permit: string | null): Promise<{ reference: string }>;
};

export const payInvoice = async (
  options: BelayOptions,
  payment: Payment,
  bank: Bank,
): Promise<{ reference: string }> => {
  const { invoiceId } = payment;
  // region three-lines
  const belay = createBelay(options);
  const run = await belay.start({ control: 'payment-approval', subject: { invoiceId }, key: invoiceId });
  const receipt = await run.step('release-payment', payment, (step) => bank.pay(payment, step.key, step.permit));
  await run.finish(receipt);
  // endregion
  return receipt;
};
