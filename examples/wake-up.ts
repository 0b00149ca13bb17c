/**
 * An agent that does not wait. When a person has to decide, the process ends; Belay's signed wake-up starts the work
 * again, and what was carried out before is not carried out again.
 */
import { type BelayOptions, createBelay, Paused } from '@belay/sdk';
import type { Bank, Payment } from './three-lines.ts';

export const createWorker = (options: BelayOptions, bank: Bank, paymentOf: (runId: string) => Payment) => {
  const belay = createBelay(options);
  const work = async (payment: Payment, start: { runId: string } | { subject: { invoiceId: string }; key: string }) => {
    // region pause
    try {
      return await belay.drive({ control: 'payment-approval', ...start }, (run) =>
        run.step('release-payment', payment, (step) => bank.pay(payment, step.key, step.permit), { on: 'pause' }),
      );
    } catch (error) {
      if (error instanceof Paused) return { kind: 'paused' as const, url: error.url };
      throw error;
    }
    // endregion
  };
  // region wake
  const wake = belay.onWake(async ({ runId }) => {
    await work(paymentOf(runId), { runId });
  });
  // endregion
  const begin = (payment: Payment) =>
    work(payment, { subject: { invoiceId: payment.invoiceId }, key: payment.invoiceId });
  return { begin, wake };
};
