/**
 * What a developer gets from the file that `belay types` writes. Compiled, never run: each `@ts-expect-error` is a
 * mistake that the compiler has to find.
 */
import { createBelay, type Run } from '@belay/sdk';

declare module '@belay/sdk' {
  interface Register {
    controls: {
      'payment-approval': {
        subject: { invoiceId: string };
        steps: {
          'gather-context': { arguments: { page?: number } };
          'release-payment': {
            arguments: { invoiceId: string; amount: string };
            facts: { urgent?: boolean };
          };
        };
      };
      onboarding: { subject: { name: string }; steps: { 'open-account': { arguments: { name: string } } } };
    };
  }
}

const belay = createBelay({ url: 'https://belay.test', key: 'k' });
const payment = { control: 'payment-approval', subject: { invoiceId: 'i-1' } } as const;
const pay = { invoiceId: 'i-1', amount: '499.99' };

const run = await belay.start(payment);
export const paid: { id: string } = await run.step('release-payment', pay, async (step) => {
  step.signal.throwIfAborted();
  await step.check();
  return { id: `${step.arguments.amount.toUpperCase()} ${step.key}` };
});
await run.step('release-payment', pay, () => 1, { facts: { urgent: true }, on: 'pause' });
await run.step('gather-context', {}, () => 1, { facts: { anything: 'goes without declared facts' } });

const answer = await run.gate('release-payment', pay);
export const amount: string = answer.kind === 'continue' ? answer.arguments.amount : answer.because;

const attached: Run<{ subject: { name: string }; steps: { 'open-account': { arguments: { name: string } } } }> =
  await belay.attach<'onboarding'>('run-1');
export const length: number = await attached.step('open-account', { name: 'n' }, (step) => step.arguments.name.length);

const driven = await belay.drive({ ...payment, key: 'i-1' }, async (again, instructions) => {
  await again.step('release-payment', pay, () => instructions?.text);
  return 7;
});
export const value: number = driven.kind === 'done' ? driven.value : 0;
belay.onWake(async ({ control }) => {
  const name: 'payment-approval' | 'onboarding' = control;
  name.toUpperCase();
});

// @ts-expect-error no such control
await belay.start({ control: 'payments', subject: { invoiceId: 'i-1' } });
// @ts-expect-error the subject has another shape
await belay.start({ control: 'payment-approval', subject: { invoice: 'i-1' } });
// @ts-expect-error no such step
await run.step('release-payments', pay, () => 1);
// @ts-expect-error a step of another control
await run.step('open-account', { name: 'n' }, () => 1);
// @ts-expect-error an argument of the wrong type
await run.step('release-payment', { ...pay, amount: 499.99 }, () => 1);
// @ts-expect-error an argument is missing
await run.step('release-payment', { invoiceId: 'i-1' }, () => 1);
// @ts-expect-error an argument that the step does not have
await run.step('release-payment', { ...pay, memo: 'm' }, (step) => step.arguments.memo);
// @ts-expect-error a fact of the wrong type
await run.step('release-payment', pay, () => 1, { facts: { urgent: 'yes' } });
// @ts-expect-error an argument of another step
await run.step('gather-context', {}, (step) => step.arguments.amount);
// @ts-expect-error the arguments are there only when the gate says continue
answer.arguments;
// @ts-expect-error without the name of its control an attached run has no step to call
await (await belay.attach('run-1')).step('release-payment', pay, () => 1);
// @ts-expect-error the result is there only when the agent finished by itself
driven.value;
// @ts-expect-error the key is needed
createBelay({ url: 'https://belay.test' });
