/** Sample people, controls, runs and approvals, as the server would show them. Instants are told from `now`. */
import {
  type ApprovalView,
  type ControlView,
  digestOf,
  type JsonObject,
  type PersonView,
  type RunView,
  type StopView,
  sayName,
} from '@belay/protocol';
import { usualPacket } from './fixture-packets.ts';

export const ago = (now: number, minutes: number): string => new Date(now - minutes * 60_000).toISOString();
export const ahead = (now: number, minutes: number): string => ago(now, -minutes);

const person = (personId: string, name: string, roles: string[], access: PersonView['access']): PersonView => ({
  personId,
  name,
  email: `${personId}@example.org`,
  roles,
  access,
});

export const people: PersonView[] = [
  person('ann', 'Ann Berg', ['treasury', 'finance-approver'], ['operator', 'admin']),
  person('bo', 'Bo Lindqvist', ['treasury'], ['operator']),
  person('cem', 'Cem Aydin', ['treasury-lead', 'finance-approver'], ['operator']),
  person('dana', 'Dana Okafor', ['finance-operations'], ['operator', 'auditor']),
];

export const sources: Record<string, string> = {
  'payment-approval': `control: payment-approval
about: Releases supplier payments. The agent prepares, finance owns the money.
owner: role:finance-operations
subject: { invoiceId: string }

facts:
  amount:              { from: args, type: money, currency: [EUR, USD, GBP], max: 10_000_000.00 }
  beneficiary.ageDays: { from: lookup, source: vendor-master, type: int, min: 0 }
  invoice.matched:     { from: lookup, source: erp, type: bool }

steps:
  gather-context:  { risk: low, effect: none, offline: allow }
  release-payment:
    risk: high
    effect: irreversible
    arguments: { invoiceId: string, beneficiaryId: string, amount: money }
    editable: [amount]

rules:
  - id: above-limit
    at: release-payment
    when: amount > EUR 500.00
    then: approval
    by: finance-sign-off
    because: "{amount} is above the {EUR 500.00} that the agent may release alone."
    cites: "Payment policy 4.2"
  - id: new-beneficiary
    at: release-payment
    when: beneficiary.ageDays <= 90
    then: handoff
    to: treasury
    because: "{beneficiary.name} was added {beneficiary.ageDays} days ago; a person checks new beneficiaries."
`,
  'support-escalation': `control: support-escalation
about: Answers customer tickets. Money and cancellations belong to people.
owner: role:finance-operations
subject: { ticketId: string }
`,
};

const steps = {
  'payment-approval': [
    { name: 'gather-context', risk: 'low', effect: 'none', offline: 'allow' },
    { name: 'match-invoice', risk: 'low', effect: 'reversible', offline: 'refuse' },
    { name: 'release-payment', risk: 'high', effect: 'irreversible', offline: 'refuse' },
  ],
  'support-escalation': [
    { name: 'read-ticket', risk: 'low', effect: 'none', offline: 'allow' },
    { name: 'reply', risk: 'low', effect: 'reversible', offline: 'refuse' },
    { name: 'refund', risk: 'high', effect: 'irreversible', offline: 'refuse' },
    { name: 'cancel-contract', risk: 'high', effect: 'irreversible', offline: 'refuse' },
  ],
} as const;

export const refOf = (name: string): RunView['control'] => ({
  name,
  version: name === 'payment-approval' ? 3 : 1,
  digest: digestOf(sources[name] ?? name),
});

export const controls = (now: number): ControlView[] =>
  (['payment-approval', 'support-escalation'] as const).map((name) => ({
    ...refOf(name),
    about: /about: (.*)/.exec(sources[name] ?? '')?.[1] ?? '',
    owner: 'role:finance-operations',
    steps: steps[name].map((step) => ({ ...step, label: sayName(step.name) })),
    rules: name === 'payment-approval' ? 4 : 6,
    publishedAt: ago(now, 60 * 24 * 12),
    publishedBy: 'dana',
    draftedBy: null,
    findings: [],
    openRuns: name === 'payment-approval' ? 4 : 3,
  }));

const runDefaults = (now: number): Omit<RunView, 'runId' | 'agentId' | 'subject' | 'control'> => ({
  onBehalfOf: 'Accounts payable',
  status: 'running',
  holder: { kind: 'agent', id: 'ap-agent', name: 'ap-agent', since: ago(now, 6) },
  revision: 4,
  caseId: null,
  instructions: null,
  inFlight: [],
  approvals: [],
  stepsDecided: 5,
  review: null,
  nextDueAt: ahead(now, 9),
  nextDue: 'taken for silent',
  startedAt: ago(now, 12),
  lastHeardAt: ago(now, 0.3),
  finishedAt: null,
  outcome: null,
});

const run = (
  now: number,
  runId: string,
  agentId: string,
  subject: JsonObject,
  more: Partial<RunView> = {},
): RunView => ({
  ...runDefaults(now),
  runId,
  agentId,
  subject,
  control: refOf('invoiceId' in subject ? 'payment-approval' : 'support-escalation'),
  onBehalfOf: 'invoiceId' in subject ? 'Accounts payable' : 'Customer care',
  holder: { kind: 'agent', id: agentId, name: agentId, since: ago(now, 12) },
  ...more,
});

const waitsFor = (now: number, minutes: number, who: string) => ({
  nextDueAt: ahead(now, minutes),
  nextDue: `${who} is told`,
});

export const runs = (now: number): RunView[] => [
  run(
    now,
    'run-2041',
    'ap-agent',
    { invoiceId: 'INV-2041' },
    { status: 'held', caseId: 'case-71', lastHeardAt: ago(now, 4), ...waitsFor(now, 11, 'treasury lead') },
  ),
  run(
    now,
    'run-8812',
    'care-agent',
    { ticketId: 'T-8812' },
    { status: 'held', caseId: 'case-70', lastHeardAt: ago(now, 26), ...waitsFor(now, 4, 'finance operations') },
  ),
  run(
    now,
    'run-2039',
    'ap-agent-2',
    { invoiceId: 'INV-2039' },
    {
      status: 'taken',
      caseId: 'case-69',
      holder: { kind: 'person', id: 'bo', name: 'Bo Lindqvist', since: ago(now, 18) },
      review: {
        usedBy: 'bo',
        usedByName: 'Bo Lindqvist',
        reason: 'The supplier called: paid twice. Nobody of treasury answered.',
        dueAt: ahead(now, 60 * 20),
      },
      ...waitsFor(now, 102, 'treasury lead'),
    },
  ),
  run(
    now,
    'run-8815',
    'care-agent-2',
    { ticketId: 'T-8815' },
    { status: 'held', caseId: 'case-72', ...waitsFor(now, 13, 'treasury lead') },
  ),
  run(
    now,
    'run-2044',
    'ap-agent-3',
    { invoiceId: 'INV-2044' },
    { approvals: approvals(now).slice(0, 1), stepsDecided: 3, nextDue: 'sign-off expires' },
  ),
  run(now, 'run-2045', 'ap-agent-4', { invoiceId: 'INV-2045' }, { stepsDecided: 2, startedAt: ago(now, 2) }),
  run(now, 'run-8817', 'care-agent-3', { ticketId: 'T-8817' }, { stepsDecided: 9, startedAt: ago(now, 31) }),
  run(
    now,
    'run-2031',
    'ap-agent',
    { invoiceId: 'INV-2031' },
    {
      status: 'finished',
      nextDueAt: null,
      nextDue: null,
      finishedAt: ago(now, 50),
      outcome: { paid: 'EUR 310.00', transfer: 'SEPA-99120' },
    },
  ),
];

const payment = (invoiceId: string, beneficiaryId: string, amount: string) => {
  const args = { invoiceId, beneficiaryId, amount };
  return { arguments: args, digest: digestOf(args) };
};

type Base = Omit<ApprovalView, 'approvalId' | 'arguments' | 'digest'>;

/** Three payments of one run, one of them unusual, that somebody can sign together. */
const runOfPayments = (base: Base): ApprovalView[] =>
  (
    [
      ['INV-3001', 'V-0107', 'EUR 1249.50', 'Papeterie Duval SARL'],
      ['INV-3002', 'V-0220', 'EUR 318.75', 'Oakline Office Interiors Ltd'],
      ['INV-3003', 'V-0311', 'EUR 9860.00', 'Castell Energia SpA'],
    ] as const
  ).map(([invoiceId, beneficiary, amount, name], at) => {
    const packet = usualPacket(invoiceId, amount, name);
    const exceptional = at === 2 ? ['EUR 9,860.00 is more than three times the usual.'] : [];
    return {
      ...base,
      approvalId: `approval-4${at}`,
      runId: `run-300${at + 1}`,
      name: 'run-sign-off',
      because: [`Invoice ${invoiceId} agrees with its order.`],
      quorum: 1,
      groups: [{ from: 'role:finance-approver', quorum: 1, signed: 0, left: [] }],
      signatures: [],
      packet: { ...packet, exceptional },
      ...payment(invoiceId, beneficiary, amount),
    };
  });

export const approvals = (now: number): ApprovalView[] => {
  const base: Base = {
    runId: 'run-2044',
    control: refOf('payment-approval'),
    name: 'finance-sign-off',
    status: 'waiting',
    revision: 1,
    because: ['EUR 7,350.00 is above the EUR 500.00 that the agent may release alone.'],
    step: 'release-payment',
    key: 'pay-INV-2044',
    facts: [
      { name: 'amount', value: 'EUR 7350.00', origin: 'args', source: null, problem: null },
      { name: 'invoice.matched', value: true, origin: 'lookup', source: 'erp', problem: null },
      { name: 'beneficiary.ageDays', value: 412, origin: 'lookup', source: 'vendor-master', problem: null },
    ],
    packet: usualPacket('INV-2044', 'EUR 7,350.00', 'Castell Energia SpA'),
    agentWords: 'The yearly contract. Order and invoice agree; I see nothing unusual.',
    effect: 'irreversible',
    editable: ['amount'],
    requestedBy: 'ap-agent-3',
    onBehalfOf: 'Accounts payable',
    from: 'role:finance-approver',
    quorum: 2,
    groups: [
      {
        from: 'role:finance-approver',
        quorum: 2,
        signed: 1,
        left: [{ personId: 'lena', name: 'Lena Brandt' }],
      },
    ],
    excluded: ['dana'],
    excludedBecause: [{ personId: 'dana', name: 'Dana Okafor', because: 'ap-agent-3 acts on behalf of them' }],
    signatures: [
      {
        by: 'cem',
        name: 'Cem Aydin',
        insteadOf: null,
        insteadOfName: null,
        at: ago(now, 3),
        comment: 'Matches the framework contract.',
        openedAt: ago(now, 5),
        signIn: null,
      },
    ],
    refusals: [],
    veto: 'any',
    mustOpen: false,
    dwellMs: 0,
    freshSignInMs: null,
    replaces: null,
    before: null,
    editedBy: null,
    editedByName: null,
    rejectedBecause: null,
    onExpiry: 'treasury',
    you: { allowed: ['approve', 'reject', 'edit'], instead: [], because: null, readyAt: null },
    requestedAt: ago(now, 14),
    expiresAt: ahead(now, 60 * 22),
    decidedAt: null,
  };
  return [
    { ...base, approvalId: 'approval-31', ...payment('INV-2044', 'V-0318', 'EUR 7350.00') },
    ...runOfPayments(base),
    {
      ...base,
      approvalId: 'approval-30',
      runId: 'run-2031',
      status: 'used',
      quorum: 1,
      because: ['EUR 610.00 is above the EUR 500.00 that the agent may release alone.'],
      ...payment('INV-2031', 'V-0107', 'EUR 610.00'),
      requestedBy: 'ap-agent',
      requestedAt: ago(now, 80),
      decidedAt: ago(now, 62),
    },
  ];
};

export const stops = (now: number): StopView[] => [
  {
    stopId: 'stop-2',
    scope: 'agent',
    name: 'mail-agent',
    because: 'It answered two customers with the same refund.',
    by: 'dana',
    byName: 'Dana Okafor',
    at: ago(now, 44),
    liftedAt: null,
    runsTaken: 2,
  },
];
