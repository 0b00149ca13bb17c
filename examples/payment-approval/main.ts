/**
 * A payment run from end to end: an agent asks for every invoice, what needs judgement reaches a person, the rest is
 * signed as one, and the bank pays exactly what was signed.
 */
import { fileURLToPath } from 'node:url';
import { createBelay, Paused } from '@belay/sdk';
import { createPermitVerifier, type VerifierOptions } from '@belay/sdk/verify';
import { openHouse, type Sources } from '../house.ts';
import { type Payment, paymentRun } from './invoices.ts';

const say = (text: string): void => console.log(text);
const home = process.env.BELAY_EXAMPLE_HOME ?? fileURLToPath(new URL('../../..', import.meta.url));

const run = paymentRun({ seed: 12, size: 40, planted: 8 });
const sources: Sources = {
  erp: { by: '{args.invoiceId}', records: run.records.erp ?? {} },
  'vendor-master': { by: '{args.beneficiaryId}', records: run.records['vendor-master'] ?? {} },
  ledger: { by: '{args.beneficiaryId}', records: run.records.ledger ?? {} },
};

const house = await openHouse(`${home}/controls`, sources);
try {
  say(
    `1. Belay runs at ${house.url}. ${run.invoices.length} invoices are due; 8 of them are wrong, each in its own way.\n`,
  );

  // region bank
  const keys = (await (await fetch(`${house.url}/v1/permit-keys`)).json()) as VerifierOptions['publicKeys'];
  const permits = createPermitVerifier({ publicKeys: keys, audience: 'payment-run' });
  const ledger: Payment[] = [];
  const bank = async (payment: Payment, permit: string | null) => {
    const verdict = await permits.verify(permit, { step: 'release-payment', arguments: payment });
    if (!verdict.ok) throw new Error(verdict.because);
    ledger.push(payment);
    return { reference: `tx-${ledger.length}` };
  };
  // endregion

  // region agent
  const belay = createBelay({ url: house.url, key: await house.keyOf('payables', 'payment-run') });
  const pay = async (payment: Payment): Promise<'paid' | 'signature' | 'person'> => {
    const { invoiceId } = payment;
    const held = await belay.start({ control: 'payment-run', subject: { invoiceId }, key: invoiceId });
    try {
      const receipt = await held.step(
        'release-payment',
        payment,
        (step) => bank(step.arguments as Payment, step.permit),
        { key: `pay-${invoiceId}`, on: 'pause', words: 'Read from the scan; the amount agrees.' },
      );
      await held.finish(receipt);
      return 'paid';
    } catch (error) {
      if (error instanceof Paused) return error.caseId === null ? 'signature' : 'person';
      throw error;
    } finally {
      await held.close();
    }
  };
  // endregion

  const waiting: Payment[] = [];
  for (const { payment } of run.invoices) if ((await pay(payment)) === 'signature') waiting.push(payment);

  const chidi = await house.person('chidi');
  const cases = await chidi.get('/v1/cases?limit=200');
  say(`2. ${cases.items.length} need judgement, and are with a person now:`);
  for (const { subject, because, ownerNames } of cases.items)
    say(`   ${subject.invoiceId}  ${because} (${ownerNames.join(', ')})`);
  say(`   Nothing was paid: the ledger has ${ledger.length} lines.\n`);

  // region batch
  const { items } = await chidi.get('/v1/approvals?status=waiting&limit=200');
  const [first] = items;
  say(`3. ${items.length} are clean. ${chidi.name} reads one: "${first.packet.sentence}"`);
  say(`   If yes: ${first.packet.onYes}`);
  const bound = items.map(({ approvalId, revision, digest }: typeof first) => ({ approvalId, revision, digest }));
  const decided = await chidi.post('/v1/approvals/batch', {
    approve: bound.slice(1),
    reject: [{ ...bound[0], because: 'The goods have not arrived.' }],
    comment: 'Payment run of this week',
  });
  // endregion
  say(
    `   ${chidi.name} takes ${first.arguments.invoiceId} out and signs the other ${bound.length - 1} in one decision: ${decided.digest.slice(0, 19)}…\n`,
  );

  const removed = first.arguments.invoiceId as string;
  for (const payment of waiting) if (payment.invoiceId !== removed) await pay(payment);
  const signed = waiting.filter(({ invoiceId }) => invoiceId !== removed);
  say(`4. The agent goes on. The bank has paid ${ledger.length} invoices, each by its own permit.`);

  const same = JSON.stringify(ledger) === JSON.stringify(signed);
  say(same ? '   The ledger is exactly what was signed.\n' : '   The ledger is NOT what was signed.\n');
  if (!same) process.exitCode = 1;
} finally {
  await house.close();
}
