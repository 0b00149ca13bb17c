/**
 * 500 sample invoices, 25 of them wrong in eight ways, through the server and the SDK: each wrong one reaches a person with
 * its reason, no other does, the rest is signed in one decision, and the bank's ledger is exactly what was signed.
 */
import { createBelay, Paused } from '@belay/sdk';
import { createPermitVerifier, type VerifierOptions } from '@belay/sdk/verify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Kind,
  kinds,
  type Payment,
  type PaymentRun,
  paymentRun,
} from '../../../../examples/payment-approval/invoices.ts';
import { type Client, createWorld, type World } from '../world.ts';

const size = 500;
const planted = 25;

let world: World;
let chidi: Client;
let run: PaymentRun;
let pay: (payment: Payment) => Promise<'paid' | 'waits for a signature' | 'waits for a person' | 'finished'>;
const ledger: { invoiceId: string; iban: string; amount: string }[] = [];

/** Pays nothing without a permit for exactly this payment. */
const openBank = async () => {
  const { body } = await world.anybody.call('permitKeys');
  const publicKeys = body as VerifierOptions['publicKeys'];
  const permits = createPermitVerifier({ publicKeys, audience: 'payment-run', clock: world.clock });
  return async (payment: Payment, permit: string | null): Promise<{ reference: string }> => {
    const verdict = await permits.verify(permit, { step: 'release-payment', arguments: payment });
    if (!verdict.ok) throw new Error(verdict.because);
    const { invoiceId, iban, amount } = payment;
    ledger.push({ invoiceId, iban, amount });
    return { reference: `tx-${ledger.length}` };
  };
};

const openAgent = async (): Promise<typeof pay> => {
  const bank = await openBank();
  const { secret } = await world.agent('payables', ['payment-run']);
  const fetch: typeof globalThis.fetch = async (input, init) => world.app.fetch(new Request(input, init));
  const belay = createBelay({ url: 'http://belay.test', key: secret, fetch, watch: false });
  return async (payment) => {
    const { invoiceId } = payment;
    try {
      const held = await belay.start({ control: 'payment-run', subject: { invoiceId }, key: invoiceId });
      try {
        const carryOut = ({ arguments: exact, permit }: { arguments: unknown; permit: string | null }) =>
          bank(exact as Payment, permit);
        await held.finish(
          await held.step('release-payment', payment, carryOut, { key: `pay-${invoiceId}`, on: 'pause' }),
        );
        return 'paid';
      } finally {
        await held.close();
      }
    } catch (error) {
      if (error instanceof Paused) return error.caseId === null ? 'waits for a signature' : 'waits for a person';
      if ((error as { code?: string }).code === 'run_finished') return 'finished';
      throw error;
    }
  };
};

const workers = 12;
const each = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  const left = items.map((item, index) => ({ item, index }));
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next.index] = await work(next.item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
};

const waiting = async () => {
  const all = [];
  for (let cursor: string | undefined; ; ) {
    const { body } = await chidi.call('listApprovals', { query: { limit: 200, ...(cursor && { cursor }) } });
    all.push(...body.items);
    if (body.next === null) return all;
    cursor = body.next;
  }
};
const idOf = ({ arguments: args }: { arguments: { [name: string]: unknown } }): string => String(args.invoiceId);

beforeAll(async () => {
  world = await createWorld({ controls: ['payment-run'] });
  run = paymentRun({ seed: 2026, size, planted });
  Object.assign(world.records, run.records);
  chidi = await world.person('chidi');
  pay = await openAgent();
});
afterAll(() => world.close());

describe('a payment run of 500 invoices', () => {
  it('brings every wrong one to a person with its reason, and no other', async () => {
    const said = await each(run.invoices, ({ payment }) => pay(payment));
    const expected = run.invoices.map(({ planted: kind }) =>
      kind === null ? 'waits for a signature' : 'waits for a person',
    );
    expect(said).toEqual(expected);
    const { body } = await chidi.call('listCases', { query: { limit: 200 } });
    const reasons = new Map(
      body.items.map(({ subject, reasons }) => [subject.invoiceId, reasons.map(({ rule }) => rule)]),
    );
    expect(reasons.size).toBe(planted);
    for (const { payment, planted: kind } of run.invoices.filter(({ planted: kind }) => kind !== null))
      expect(reasons.get(payment.invoiceId)).toContain(kind);
    for (const kase of body.items)
      expect(kase).toMatchObject({
        because: expect.stringMatching(/\S/),
        told: [{ people: expect.arrayContaining([expect.any(String)]) }],
      });
    const seen = new Set([...reasons.values()].flat());
    expect((Object.keys(kinds) as Kind[]).filter((kind) => !seen.has(kind))).toEqual([]);
    expect(ledger).toEqual([]);
  }, 120_000);

  it('tells of an exception what is unusual, beside the value and the threshold', async () => {
    const { body } = await chidi.call('listCases', { query: { limit: 200 } });
    const unusual = body.items.find(({ reasons }) => reasons[0]?.rule === 'unusual-amount');
    expect(unusual?.packet?.exceptional[0]).toMatch(
      /^EUR [\d,.]+ is more than three times the median of the last twenty payments \(EUR [\d,.]+\)\.$/,
    );
    expect(unusual?.packet?.rules[0]?.read).toContainEqual(
      expect.objectContaining({
        name: 'amount',
        threshold: expect.stringMatching(/^above three times the usual amount \(EUR [\d,.]+\)$/),
      }),
    );
    expect(unusual?.packet?.completeness).toMatchObject({ percent: 100, missing: [] });
  });

  it('is signed in one decision, with what is taken out of it, and the bank’s ledger is exactly that', async () => {
    const all = await waiting();
    expect(all).toHaveLength(size - planted);
    const bound = all.map(({ approvalId, revision, digest }) => ({ approvalId, revision, digest }));
    const removed = bound.slice(0, 2).map((one) => ({ ...one, because: 'The goods have not arrived.' }));
    const { body } = await chidi.call('decideBatch', {
      body: { approve: bound.slice(2), reject: removed, comment: 'Run of 7 December' },
    });
    const decided = body.items.map((item) => item.decided);
    expect([
      decided.filter((one) => one === 'approved').length,
      decided.filter((one) => one === 'rejected').length,
    ]).toEqual([size - planted - 2, 2]);
    await each(run.invoices, ({ payment }) => pay(payment).catch(() => 'refused'));
    const takenOut = new Set(all.slice(0, 2).map(idOf));
    const signed = run.invoices.filter(
      ({ payment, planted: kind }) => kind === null && !takenOut.has(payment.invoiceId),
    );
    const exactly = signed.map(({ payment: { invoiceId, iban, amount } }) => ({ invoiceId, iban, amount }));
    const byInvoice = (a: { invoiceId: string }, b: { invoiceId: string }) => (a.invoiceId < b.invoiceId ? -1 : 1);
    expect(ledger.toSorted(byInvoice)).toEqual(exactly.toSorted(byInvoice));
  }, 120_000);
});

describe('clean invoices of one supplier', () => {
  it('are added up over a day, across runs: with the one that makes them too many, a person is asked', async () => {
    const cents = ({ amount }: { amount: string }): number => Math.round(Number(amount.slice(4)) * 100);
    const [most] = ledger.toSorted((a, b) => cents(b) - cents(a));
    const one = run.invoices.find(({ payment }) => payment.invoiceId === most?.invoiceId)?.payment as Payment;
    const again = { ...one, invoiceId: 'INV-AGAIN' };
    world.records.erp = { ...world.records.erp, 'INV-AGAIN': world.records.erp?.[one.invoiceId] ?? null };
    expect(await pay(again)).toBe('waits for a person');
    const { body } = await chidi.call('listCases', { query: { limit: 200 } });
    const kase = body.items.find(({ subject }) => subject.invoiceId === 'INV-AGAIN');
    expect(kase?.reasons.map(({ rule, cites }) => ({ rule, cites }))).toContainEqual({
      rule: 'daily-per-supplier',
      cites: 'Payment policy 4.5',
    });
    expect(kase?.because).toMatch(
      /^With this invoice EUR 1\d,\d{3}\.\d\d would go to one supplier within 1d, more than EUR 10,000\.00\.$/,
    );
    world.moveClock('25h');
    chidi = await world.person('chidi');
    const tomorrow = { ...one, invoiceId: 'INV-TOMORROW' };
    world.records.erp = { ...world.records.erp, 'INV-TOMORROW': world.records.erp?.[one.invoiceId] ?? null };
    expect(await pay(tomorrow)).toBe('waits for a signature');
  });
});

describe('when the ledger does not answer', () => {
  it('nothing is signed: a person is asked, and told what is not known', async () => {
    world.down.add('ledger');
    const [first] = paymentRun({ seed: 7, size: 1, planted: 0 }).invoices;
    const payment = { ...(first?.payment as Payment), invoiceId: 'INV-LATE' };
    const erp = {
      ...(run.records.erp?.['INV-30000'] as object),
      beneficiaryId: payment.beneficiaryId,
      amount: payment.amount,
    };
    world.records.erp = { ...world.records.erp, 'INV-LATE': erp };
    expect(await pay(payment)).toBe('waits for a person');
    const { body } = await chidi.call('listCases', { query: { limit: 200 } });
    expect(body.items.find(({ subject }) => subject.invoiceId === 'INV-LATE')?.because).toContain(
      'could not be looked up in ledger',
    );
    world.down.delete('ledger');
  });
});

it('the same seed gives the same run', () => {
  expect(paymentRun({ seed: 2026, size: 60, planted: 8 })).toEqual(paymentRun({ seed: 2026, size: 60, planted: 8 }));
  expect(paymentRun({ seed: 2027, size: 60, planted: 8 })).not.toEqual(
    paymentRun({ seed: 2026, size: 60, planted: 8 }),
  );
});
