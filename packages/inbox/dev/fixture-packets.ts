/** Sample packets, as the server would make them. */
import { type Json, type Origin, type PacketRow, type PacketView, sayName } from '@belay/protocol';

type More = Partial<Pick<PacketRow, 'value' | 'type' | 'source' | 'problem'>>;
const row = (name: string, text: string, origin: Origin | null, more: More = {}): PacketRow => ({
  label: sayName(name),
  name,
  text,
  value: (more.value ?? text) as Json,
  type: 'string',
  origin,
  source: null,
  problem: null,
  ...more,
});
const fetched = (label: string, text: string, source: string, more: More = {}): PacketRow =>
  row(label, text, 'lookup', { source, ...more });
const money = (label: string, value: string, source: string): PacketRow =>
  fetched(label, value, source, { value, type: 'money' });

const known: PacketView['completeness'] = { percent: 100, least: 80, missing: [] };

/** A payment to a supplier of some days, unusual and not all known. */
export const newSupplierPacket: PacketView = {
  sentence: 'Pay Nordwind Logistics GmbH EUR 12,400.00',
  step: 'release payment',
  arguments: [],
  attachments: [
    {
      argument: 'scan',
      name: 'INV-2041.pdf',
      mediaType: 'application/pdf',
      bytes: 184_320,
      digest: 'sha256:5a1f0c2e7b8d4f6a9c3e1b0d2f4a6c8e5a1f0c2e7b8d4f6a9c3e1b0d2f4a6c8e',
    },
  ],
  sections: [
    {
      section: 'Beneficiary',
      rows: [
        fetched('beneficiary.name', 'Nordwind Logistics GmbH', 'vendor-master'),
        fetched('beneficiary.ageDays', '3', 'vendor-master', { value: 3, type: 'int' }),
        fetched('ledger.lastPaidOn', 'unknown', 'ledger', {
          value: null,
          type: 'date',
          problem: 'could not be looked up in ledger: ledger did not answer within 2000 ms',
        }),
      ],
    },
    {
      section: 'Invoice',
      rows: [
        fetched('invoice.purchaseOrder', 'PO-5518', 'erp'),
        money('invoice.amount', 'EUR 12400.00', 'erp'),
        fetched('invoice.dueOn', '2026-11-30', 'erp', { value: '2026-11-30', type: 'date' }),
      ],
    },
  ],
  rules: [
    {
      rule: 'new-beneficiary',
      kind: 'handoff',
      because: 'Nordwind Logistics GmbH was added 3 days ago; a person checks new beneficiaries.',
      cites: 'Payment policy 3.1',
      read: [{ name: 'beneficiary.ageDays', label: 'beneficiary age days', text: '3', threshold: 'at most 90' }],
    },
    {
      rule: 'above-limit',
      kind: 'approval',
      because: 'EUR 12,400.00 is above the EUR 500.00 that the agent may release alone.',
      cites: 'Payment policy 4.2',
      read: [{ name: 'amount', label: 'amount', text: 'EUR 12,400.00', threshold: 'above EUR 500.00' }],
    },
  ],
  exceptional: ['EUR 12,400.00 is more than three times what this supplier is usually paid (EUR 3,150.00).'],
  nearest: ['It would have waited for a sign-off if beneficiary.ageDays were 91 (it is 3).'],
  onYes: 'EUR 12,400.00 leaves the operating account and cannot be called back.',
  onNo: 'The invoice stays unpaid, and the agent is told why.',
  completeness: {
    percent: 83,
    least: 80,
    missing: [{ label: 'ledger.lastPaidOn', because: 'could not be looked up in ledger' }],
  },
};

/** A payment that needs signatures and is otherwise as always. */
export const usualPacket = (invoiceId: string, amount: string, name: string): PacketView => ({
  sentence: `Pay ${name} ${amount}`,
  step: 'release payment',
  arguments: [],
  attachments: [],
  sections: [
    {
      section: 'Beneficiary',
      rows: [
        fetched('beneficiary.name', name, 'vendor-master'),
        fetched('beneficiary.ageDays', '412', 'vendor-master', { value: 412, type: 'int' }),
        money('usual.median', 'EUR 7210.00', 'ledger'),
      ],
    },
    {
      section: 'Invoice',
      rows: [
        fetched('invoice.number', invoiceId, 'erp'),
        fetched('invoice.purchaseOrder', 'PO-5402', 'erp'),
        fetched('invoice.matched', 'yes', 'erp', { value: true, type: 'bool' }),
      ],
    },
  ],
  rules: [
    {
      rule: 'above-limit',
      kind: 'approval',
      because: `${amount} is above the EUR 500.00 that the agent may release alone.`,
      cites: 'Payment policy 4.2',
      read: [{ name: 'amount', label: 'amount', text: amount, threshold: 'above EUR 500.00' }],
    },
  ],
  exceptional: [],
  nearest: [`It would have continued if amount were EUR 500.00 (it is ${amount}).`],
  onYes: `${amount} leaves the operating account and cannot be called back.`,
  onNo: 'The invoice stays unpaid, and the agent is told why.',
  completeness: known,
});
