/**
 * A payment run of sample invoices: suppliers, what the systems of record know of them, and a few invoices of each kind
 * that a person has to see. The same seed gives the same run.
 */
export type Payment = { invoiceId: string; beneficiaryId: string; iban: string; amount: string };
export type Kind = keyof typeof kinds;
export type SampleInvoice = { payment: Payment; planted: Kind | null };
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Records = Record<string, Record<string, Json>>;
export type PaymentRun = { invoices: SampleInvoice[]; records: Records };

/** Chance that repeats itself (mulberry32). */
const chanceFrom = (seed: number) => {
  let state = seed >>> 0;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};
type Chance = ReturnType<typeof chanceFrom>;

const first = ['Nord', 'Alpen', 'Hafen', 'Rhein', 'Kanal', 'Stern', 'Birken', 'Linden', 'Berg', 'Insel'];
const second = ['licht', 'werk', 'druck', 'logistik', 'technik', 'papier', 'energie', 'bau', 'service', 'daten'];
const form = ['GmbH', 'AG', 'SARL', 'BV', 'AB'];
const towns = ['Kiel', 'Graz', 'Lyon', 'Gent', 'Lund'];

const euro = (cents: number): string => `EUR ${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
const centsOf = (amount: string): number => Math.round(Number(amount.slice(4)) * 100);
const dayAfter = (days: number): string =>
  new Date(Date.parse('2026-12-07T00:00:00Z') + days * 86_400_000).toISOString().slice(0, 10);

/** Letters count from 10; the check digits make the whole 1 modulo 97 (ISO 13616). */
const ibanOf = (account: number): string => {
  const bban = `10000000${String(account).padStart(10, '0')}`;
  const digits = BigInt(`${bban}131400`);
  return `DE${String(98n - (digits % 97n)).padStart(2, '0')}${bban}`;
};

type Supplier = { id: string; usual: number; iban: string; vendor: { [key: string]: Json }; payments: Json[] };

/** `usual`: cents. The twenty newest payments lie within a quarter of it. */
const supplierOf = (index: number, chance: Chance): Supplier => {
  const usual = 8_000 + chance(600_000);
  const [town, legal] = [towns[Math.floor(index / 100) % 5], form[chance(form.length)]];
  const name = `${first[index % 10]}${second[Math.floor(index / 10) % 10]} ${town} ${legal}`;
  const iban = ibanOf(index + 1);
  const payments = Array.from({ length: 20 + chance(10) }, (_, back) => ({
    paidOn: dayAfter(-30 * (back + 1)),
    amount: euro(Math.round(usual * (0.75 + chance(51) / 100))),
  }));
  const vendor = { name, iban, ageDays: 200 + chance(3_000), ibanChangedDays: 200 + chance(1_000) };
  return { id: `sup-${String(index + 1).padStart(3, '0')}`, usual, iban, vendor, payments };
};

type Draft = { payment: Payment; erp: { [key: string]: Json }; supplier: Supplier };

/** A clean invoice, apart from what `kinds` does to it. */
const draftOf = (number: number, supplier: Supplier, chance: Chance): Draft => {
  const invoiceId = `INV-${30_000 + number}`;
  const amount = euro(Math.round(supplier.usual * (0.8 + chance(41) / 100)));
  const erp: Draft['erp'] = {
    number: `${2026_000 + number}`,
    beneficiaryId: supplier.id,
    amount,
    paid: false,
    dueOn: dayAfter(1 + (number % 9)),
    purchaseOrder: `PO-${50_000 + number}`,
    sameNumber: [],
    sameAmountAndDate: [],
    openToday: [],
    openTodayTotal: amount,
  };
  return { payment: { invoiceId, beneficiaryId: supplier.id, iban: supplier.iban, amount }, erp, supplier };
};

const repriced = (draft: Draft, cents: number): void => {
  draft.payment.amount = euro(cents);
  draft.erp.amount = euro(cents);
  draft.erp.openTodayTotal = euro(cents);
};

/** Each kind of exception, and what is wrong then. */
export const kinds = {
  'duplicate-number': ({ erp }: Draft) => {
    erp.sameNumber = [{ invoiceId: 'INV-18211', paidOn: dayAfter(-44) }];
  },
  'duplicate-amount-and-date': ({ erp }: Draft) => {
    erp.sameAmountAndDate = [{ invoiceId: 'INV-29877', number: '2025881' }];
  },
  'changed-bank-details': (draft: Draft) => {
    draft.payment.iban = ibanOf(900_000 + draft.supplier.usual);
  },
  'new-beneficiary': ({ supplier }: Draft) => {
    supplier.vendor.ageDays = 12;
  },
  'unusual-amount': (draft: Draft) => {
    repriced(draft, draft.supplier.usual * 5);
  },
  'no-purchase-order': ({ erp }: Draft) => {
    delete erp.purchaseOrder;
  },
  'split-under-the-limit': (draft: Draft) => {
    repriced(draft, 48_000);
    draft.supplier.payments = draft.supplier.payments.map(() => ({ paidOn: dayAfter(-30), amount: euro(45_000) }));
    draft.erp.openToday = [{ invoiceId: `${draft.payment.invoiceId}-B`, amount: 'EUR 495.00' }];
    draft.erp.openTodayTotal = 'EUR 975.00';
  },
  'not-the-invoice': ({ payment }: Draft) => {
    payment.amount = euro(centsOf(payment.amount) + 900);
  },
} as const satisfies Record<string, (draft: Draft) => void>;

const kindNames = Object.keys(kinds) as Kind[];

/** A run of `size` invoices of which `planted` need a person: each kind in turn, spread over the run. */
export const paymentRun = ({ seed, size, planted }: { seed: number; size: number; planted: number }): PaymentRun => {
  const chance = chanceFrom(seed);
  const records = { erp: {}, 'vendor-master': {}, ledger: {} } satisfies Records as Required<Records>;
  const places = new Map<number, Kind>();
  while (places.size < planted) {
    const place = chance(size);
    if (!places.has(place)) places.set(place, kindNames[places.size % kindNames.length] as Kind);
  }
  // One supplier each, so that what is wrong with one invoice says nothing about another.
  const invoices = Array.from({ length: size }, (_, number): SampleInvoice => {
    const draft = draftOf(number, supplierOf(number, chance), chance);
    const kind = places.get(number) ?? null;
    if (kind !== null) kinds[kind](draft);
    const { payment, erp, supplier } = draft;
    records.erp = { ...records.erp, [payment.invoiceId]: erp };
    records['vendor-master'] = { ...records['vendor-master'], [supplier.id]: supplier.vendor };
    const lastPaidOn = (supplier.payments[0] as { paidOn: string }).paidOn;
    records.ledger = { ...records.ledger, [supplier.id]: { payments: supplier.payments, lastPaidOn } };
    return { payment, planted: kind };
  });
  return { invoices, records };
};
