/** The same types given by hand, as an interface or a literal, instead of generated. Compiled, never run. */
import { type AnyControls, createBelay } from '@belay/sdk';

type Refunds = { refunds: { subject: { ticketId: string }; steps: { refund: { arguments: { cents: number } } } } };
const typed = await createBelay<Refunds>({ url: 'u', key: 'k' }).start({
  control: 'refunds',
  subject: { ticketId: 't' },
});
export const cents: number = await typed.step('refund', { cents: 1 }, (step) => step.arguments.cents);
// @ts-expect-error a number is asked for
await typed.step('refund', { cents: '1' }, () => 1);

const loose = await createBelay<AnyControls>({ url: 'u', key: 'k' }).start({ control: 'anything', subject: { a: 1 } });
await loose.step('whatever', { any: ['json', 1, null] }, (step) => step.arguments.any);
// @ts-expect-error a Date is no JSON
await loose.step('whatever', { due: new Date() }, () => 1);
