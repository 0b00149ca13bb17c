/** Sample cases: each shows one kind of reason, and together everything a case page can show. */
import { type CaseView, digestOf, type EntryView, type JsonObject, type PermitView } from '@belay/protocol';
import { newSupplierPacket } from './fixture-packets.ts';
import { ago, ahead, refOf } from './fixtures.ts';
import { injections } from './injections.ts';

type Step = NonNullable<CaseView['step']>;

const step = (name: string, args: JsonObject, more: Partial<Step>): Step => ({
  step: name,
  key: `${name}-1`,
  digest: digestOf(args),
  arguments: args,
  risk: 'high',
  effect: 'irreversible',
  editable: [],
  facts: [],
  requirements: [],
  ...more,
});

const reason = (kind: CaseView['reasons'][number]['kind'], because: string, at: string) => ({
  kind,
  because,
  rule: null,
  cites: null,
  step: null,
  key: null,
  at,
});

const nobodyYet = {
  claimedBy: null,
  claimedByName: null,
  claimedAt: null,
  takenFrom: null,
  closedAt: null,
  resolution: null,
};

const base = (
  now: number,
  minutes: number,
): Omit<CaseView, 'caseId' | 'runId' | 'agentId' | 'subject' | 'title' | 'because'> => ({
  control: refOf('payment-approval'),
  onBehalfOf: 'Accounts payable',
  status: 'open',
  revision: 1,
  reasons: [],
  owner: 'oncall:treasury',
  ownerNames: ['Ann Berg', 'Bo Lindqvist'],
  ladder: 'treasury',
  rung: 0,
  nextRungAt: ahead(now, 15 - minutes),
  nextRung: 'role:treasury-lead',
  restsUntil: null,
  restsBecause: null,
  told: [{ target: 'oncall:treasury', people: ['Ann Berg', 'Bo Lindqvist'], at: ago(now, minutes), round: 1 }],
  rounds: 1,
  priority: 10,
  priorityBecause: [],
  step: null,
  packet: null,
  agentWords: null,
  ...nobodyYet,
  declined: [],
  inFlight: [],
  approvals: [],
  allowed: ['claim', 'decline', 'cancel'],
  openedAt: ago(now, minutes),
});

const newBeneficiary = 'Nordwind Logistics GmbH was added 3 days ago; a person checks new beneficiaries.';

const newPayment = (now: number): CaseView => ({
  ...base(now, 4),
  caseId: 'case-71',
  runId: 'run-2041',
  agentId: 'ap-agent',
  subject: { invoiceId: 'INV-2041' },
  title: 'Pay Nordwind Logistics GmbH EUR 12,400.00',
  because: newBeneficiary,
  reasons: [reason('rule', newBeneficiary, ago(now, 4))],
  priority: 40,
  priorityBecause: ['large amount'],
  step: step(
    'release-payment',
    { invoiceId: 'INV-2041', beneficiaryId: 'V-0771', amount: 'EUR 12400.00', iban: 'DE02 1203 0000 0000 2020 51' },
    {
      editable: ['amount'],
      facts: [
        { name: 'amount', value: 'EUR 12400.00', origin: 'args', source: null, problem: null },
        {
          name: 'beneficiary.name',
          value: 'Nordwind Logistics GmbH',
          origin: 'lookup',
          source: 'vendor-master',
          problem: null,
        },
        { name: 'beneficiary.ageDays', value: 3, origin: 'lookup', source: 'vendor-master', problem: null },
        { name: 'invoice.matched', value: true, origin: 'lookup', source: 'erp', problem: null },
        { name: 'confirmedByPhone', value: true, origin: 'agent', source: null, problem: null },
        { name: 'attempts', value: 1, origin: 'system', source: null, problem: null },
      ],
      requirements: [
        {
          kind: 'handoff',
          rule: 'new-beneficiary',
          because: newBeneficiary,
          cites: 'Payment policy 3.1: new beneficiaries are confirmed by a person.',
          to: 'treasury',
          by: null,
          instead: null,
        },
        {
          kind: 'approval',
          rule: 'above-limit',
          because: 'EUR 12,400.00 is above the EUR 500.00 that the agent may release alone.',
          cites: 'Payment policy 4.2',
          to: null,
          by: 'finance-sign-off',
          instead: null,
        },
      ],
    },
  ),
  packet: newSupplierPacket,
  agentWords:
    'The supplier sent new bank details with the invoice. I compared them with the letterhead and they look right.\nI suggest to release the payment today, because of the 2 % discount.',
});

const refund = (now: number): CaseView => ({
  ...base(now, 26),
  caseId: 'case-70',
  runId: 'run-8812',
  agentId: 'care-agent',
  subject: { ticketId: 'T-8812' },
  control: refOf('support-escalation'),
  onBehalfOf: 'Customer care',
  title: 'Refund EUR 89.00 to the customer of ticket T-8812',
  because: 'The order could not be read from the shop: the customer’s order number is missing there.',
  reasons: [
    reason(
      'badFact',
      'The order could not be read from the shop: the customer’s order number is missing there.',
      ago(now, 26),
    ),
    reason('persistent', 'The agent asked three times for a refund that is forbidden.', ago(now, 12)),
  ],
  owner: 'role:treasury-lead',
  ownerNames: ['Cem Aydin'],
  rung: 1,
  nextRungAt: ahead(now, 4),
  nextRung: 'role:finance-operations',
  restsUntil: null,
  restsBecause: null,
  told: [
    { target: 'oncall:treasury', people: ['Ann Berg', 'Bo Lindqvist'], at: ago(now, 26), round: 1 },
    { target: 'role:treasury-lead', people: ['Cem Aydin'], at: ago(now, 11), round: 1 },
  ],
  rounds: 3,
  priority: 50,
  step: step(
    'refund',
    { ticketId: 'T-8812', orderId: injections.bidi, amount: 'EUR 89.00', note: injections.image },
    {
      editable: ['amount', 'note'],
      facts: [
        {
          name: 'order.total',
          value: null,
          origin: 'lookup',
          source: 'shop',
          problem: 'The shop has no order with this number.',
        },
        { name: 'customer.sinceYears', value: 4, origin: 'lookup', source: 'crm', problem: null },
        { name: 'customer.angry', value: injections.script, origin: 'agent', source: null, problem: null },
      ],
      requirements: [
        {
          kind: 'handoff',
          rule: null,
          because: 'A fact that the rules need is missing: order.total.',
          cites: null,
          to: 'treasury',
          by: null,
          instead: null,
        },
        {
          kind: 'forbid',
          rule: 'no-cash',
          because: 'Refunds above the order’s total are not made.',
          cites: 'Care handbook 7',
          to: null,
          by: null,
          instead: 'Offer a voucher, or ask the customer for the order number.',
        },
      ],
    },
  ),
  agentWords: injections.all.join('\n'),
  declined: [{ by: 'bo', because: 'I do not work in customer care.', at: ago(now, 20) }],
});

const inDoubt = (now: number): PermitView => {
  const args = { invoiceId: 'INV-2039', beneficiaryId: 'V-0107', amount: 'EUR 480.00' };
  return {
    permitId: 'permit-5',
    step: 'release-payment',
    key: 'pay-INV-2039',
    digest: digestOf(args),
    arguments: args,
    status: 'inDoubt',
    grantedAt: ago(now, 41),
    expiresAt: ago(now, 40),
    redeemedAt: ago(now, 41),
    settledAt: null,
    settledBy: null,
    result: null,
    lateReport: null,
  };
};

const lostReport = (now: number): CaseView => ({
  ...base(now, 33),
  caseId: 'case-69',
  runId: 'run-2039',
  agentId: 'ap-agent-2',
  subject: { invoiceId: 'INV-2039' },
  status: 'claimed',
  revision: 2,
  title: 'Did the payment of INV-2039 happen?',
  because: 'The agent was let through to pay EUR 480.00 and never said what became of it.',
  reasons: [
    reason('inDoubt', 'The agent was let through to pay EUR 480.00 and never said what became of it.', ago(now, 33)),
  ],
  nextRungAt: ahead(now, 102),
  claimedBy: 'bo',
  claimedByName: 'Bo Lindqvist',
  claimedAt: ago(now, 18),
  takenFrom: null,
  inFlight: [inDoubt(now)],
  allowed: ['takeFrom'],
});

const question = (now: number): CaseView => ({
  ...base(now, 2),
  caseId: 'case-72',
  runId: 'run-8815',
  agentId: 'care-agent-2',
  subject: { ticketId: 'T-8815' },
  control: refOf('support-escalation'),
  onBehalfOf: 'Customer care',
  title: 'The agent asks for a person on ticket T-8815',
  because: 'The agent asked for help by itself.',
  reasons: [reason('asked', 'The agent asked for help by itself.', ago(now, 2))],
  agentWords:
    'The customer says that a colleague promised a free month on the phone. I find no note of it. Shall I grant it, or ask who it was?',
});

const returned = (now: number): CaseView => ({
  ...base(now, 190),
  caseId: 'case-60',
  runId: 'run-2031',
  agentId: 'ap-agent',
  subject: { invoiceId: 'INV-2031' },
  status: 'returned',
  revision: 4,
  title: 'Pay Holm & Partner EUR 310.00',
  because: 'Holm & Partner was added 12 days ago; a person checks new beneficiaries.',
  nextRungAt: null,
  nextRung: null,
  restsUntil: null,
  restsBecause: null,
  claimedBy: 'ann',
  claimedByName: 'Ann Berg',
  claimedAt: ago(now, 184),
  takenFrom: null,
  closedAt: ago(now, 171),
  allowed: [],
});

export const cases = (now: number): CaseView[] => [
  refund(now),
  newPayment(now),
  question(now),
  lostReport(now),
  returned(now),
];

const sentences: readonly [string, EntryView['by']['kind'], string, number][] = [
  ['RunStarted', 'agent', 'started the run.', 12],
  ['StepGated', 'agent', 'asked to do “gather context”: continue, it is low risk.', 11],
  ['PermitReported', 'agent', 'reported “gather context” as done.', 10.6],
  ['StepGated', 'agent', 'asked for the risky step: handoff.', 4],
  ['CaseOpened', 'system', 'The case was opened for treasury on call.', 4],
  ['RungFired', 'system', 'Ann Berg and Bo Lindqvist were told.', 4],
];

export const entries = (now: number, runId: string, agentId: string): EntryView[] =>
  sentences.map(([type, kind, sentence, minutes], index) => ({
    entryId: `${runId}-${index + 1}`,
    stream: runId,
    seq: index + 1,
    logIndex: null,
    type,
    sentence: kind === 'agent' ? `${agentId} ${sentence}` : sentence,
    by: { kind, id: kind === 'agent' ? agentId : 'belay' },
    byName: kind === 'agent' ? agentId : 'Belay',
    at: ago(now, minutes),
    epoch: 1,
    event: {},
    digest: digestOf({ runId, index }),
  }));
