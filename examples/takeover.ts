/**
 * An agent that a person may take over at any time. `drive` calls the function again with the person's instructions when
 * control comes back, and ends when the work is done, by whomever.
 */
import { type BelayOptions, createBelay, Refused } from '@belay/sdk';
import type { Bank, Payment } from './three-lines.ts';

export const releaseUnderSupervision = async (options: BelayOptions, payment: Payment, bank: Bank): Promise<string> => {
  const belay = createBelay(options);
  const { invoiceId } = payment;
  // region drive
  const driven = await belay.drive(
    { control: 'payment-approval', subject: { invoiceId }, key: invoiceId },
    async (run, instructions) => {
      if (instructions !== null) console.log(`${instructions.byName}: ${instructions.text}`);
      try {
        return await run.step('release-payment', payment, async (step) => {
          await step.check(); // the last look before the money moves
          return bank.pay(step.arguments as Payment, step.key, step.permit);
        });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { reference: `not paid: ${error.because}` };
      }
    },
  );
  if (driven.kind === 'takenOver') return `${driven.by} did it: ${driven.resolution}`;
  return driven.value.reference;
  // endregion
};
