/** What kept coming back in the sample world, and a change that it speaks for, as the server would show them. */
import type { AnswerOf, PatternView, ProposalView } from '@belay/protocol';
import { ago } from './fixtures.ts';

const control = { name: 'payment-approval', version: 3, digest: `sha256:${'3'.repeat(64)}` };

const noEnds = {
  alone: 0,
  unchanged: 0,
  edited: 0,
  rejected: 0,
  resolved: 0,
  done: 0,
  returned: 0,
  cancelled: 0,
  expired: 0,
  forbidden: 0,
  waiting: 0,
} satisfies PatternView['ends'];

const pattern = (more: Partial<PatternView>): PatternView => ({
  patternId: 'release-payment approval rule above-limit',
  sentence:
    'Release payment waited for a sign-off because of "above-limit" 13 times of 61: 10 through with nothing changed, 2 refused, 1 through with other arguments, half were answered within 20m.',
  kind: 'rule',
  step: 'release-payment',
  rule: 'above-limit',
  asks: 'approval',
  steps: 13,
  of: 61,
  runs: 13,
  ends: { ...noEnds, unchanged: 10, rejected: 2, edited: 1 },
  declined: [],
  takenBy: [],
  instructions: [],
  toPersonMs: { median: 1_200_000, longest: 9_000_000, of: 13 },
  late: 0,
  silent: 0,
  rungs: [],
  judged: { right: 0, wrong: 0 },
  facts: [],
  advice: null,
  examples: [],
  ...more,
});

const handed = (now: number): Partial<PatternView> => ({
  patternId: 'release-payment handoff rule new-beneficiary',
  sentence:
    'Release payment was handed to a person because of "new-beneficiary" 4 times of 61: 2 resolved by the person, 1 given back with instructions, 1 still waiting, once somebody said that it was not theirs.',
  rule: 'new-beneficiary',
  asks: 'handoff',
  steps: 4,
  runs: 4,
  ends: { ...noEnds, resolved: 2, returned: 1, waiting: 1 },
  declined: [{ name: 'Bo Lindqvist', count: 1 }],
  takenBy: [{ name: 'Ann Berg', count: 3 }],
  instructions: [{ name: 'I called them <b>back</b>. Pay the old account.', count: 1 }],
  examples: [
    {
      runId: 'run-2041',
      caseId: 'case-71',
      approvalId: null,
      at: ago(now, 90),
      end: 'waiting',
      because: 'Nordwind GmbH was added 3 days ago; a person checks new beneficiaries.',
    },
  ],
});

const judged: Partial<PatternView> = {
  patternId: 'release-payment continue continued clean',
  sentence: 'Release payment continued and was looked at afterwards 6 times of 61; once it was judged wrong.',
  kind: 'continued',
  rule: 'clean',
  asks: 'continue',
  steps: 6,
  ends: { ...noEnds, alone: 6 },
  toPersonMs: null,
  judged: { right: 5, wrong: 1 },
};

const missing: Partial<PatternView> = {
  patternId: 'release-payment handoff badFact',
  sentence:
    'Release payment was handed to a person because a fact could not be used 10 times of 61: 10 given back with instructions, most often ledger.lastPaidOn: is missing.',
  kind: 'badFact',
  rule: null,
  asks: 'handoff',
  steps: 10,
  runs: 10,
  ends: { ...noEnds, returned: 10 },
  facts: [{ name: 'ledger.lastPaidOn: is missing', count: 10 }],
  advice:
    'ledger last paid on (ledger.lastPaidOn) was missing 10 times of 10. ledger is to know it: mend it there, or declare it optional and ask with has() before it is read.',
};

const found = (now: number) => ({
  runs: 61,
  steps: 61,
  erased: 0,
  cut: null,
  since: ago(now, 30 * 24 * 60),
  until: ago(now, 0),
});

export const samplePatterns = (now: number, name: string): AnswerOf<'listPatterns'> => ({
  control: name,
  ...found(now),
  least: 10,
  items:
    name === control.name
      ? [
          pattern({
            examples: [
              {
                runId: 'run-2044',
                caseId: null,
                approvalId: 'approval-31',
                at: ago(now, 300),
                end: 'rejected',
                because: 'EUR 900.00 is above the EUR 500.00 that the agent may release alone.',
              },
            ],
          }),
          pattern(judged),
          pattern(handed(now)),
          pattern(missing),
        ]
      : [],
});

const example = (now: number) => ({
  runId: 'run-2044',
  caseId: null,
  approvalId: 'approval-31',
  step: 'release-payment',
  at: ago(now, 300),
  arguments: { amount: 'EUR 609.00' },
  because: 'EUR 609.00 is above the EUR 500.00 that the agent may release alone.',
  now: 'Invoice INV-201 is matched, unpaid, and goes to a known beneficiary.',
});

const load = (asks: number, most: number) => [
  { personId: 'ann', name: 'Ann Berg', asks, day: '2026-11-20', most, atOnce: 1 },
];

const proposal = (now: number, source: string): ProposalView => ({
  rule: 'above-limit',
  step: 'release-payment',
  direction: 'less',
  sentence:
    'Move amount > EUR 500.00 in "above-limit" to EUR 609.00: people let 10 of 10 between them through with nothing changed. The nearest of which they made something else is at EUR 900.00. One in ten of what then goes through alone is looked at afterwards.',
  source,
  diff: [
    { kind: 'same', text: '    at: release-payment' },
    { kind: 'removed', text: '    when: currency(amount) == "EUR" && amount > EUR 500.00' },
    { kind: 'added', text: '    when: currency(amount) == "EUR" && amount > EUR 609.00' },
    { kind: 'same', text: '    then: approval' },
  ],
  backtest: {
    control: control.name,
    sentence: 'Of 61 steps, 51 would be decided as they were, 10 with less oversight.',
    ...found(now),
    before: { continue: 44, approval: 13, handoff: 4, forbid: 0 },
    after: { continue: 54, approval: 3, handoff: 4, forbid: 0 },
    same: 51,
    changes: [
      {
        step: 'release-payment',
        from: 'approval',
        to: 'continue',
        less: true,
        others: false,
        steps: 10,
        example: example(now),
      },
    ],
    dangers: [],
    dangerCount: 0,
    notReplayable: [],
    notReplayableCount: 0,
    load: { before: load(13, 4), after: load(3, 1) },
    notes: [],
    comparison: null,
  },
});

/** `source`: the control with the change. */
export const sampleProposals = (now: number, name: string, source: string): AnswerOf<'listProposals'> => ({
  control: { ...control, name },
  ...found(now),
  least: 10,
  leastForMore: 3,
  items: name === control.name ? [proposal(now, source)] : [],
});
