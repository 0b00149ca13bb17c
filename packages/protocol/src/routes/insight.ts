/** Routes of insight: what keeps coming back, and what a control would have done with what happened. They only read. */
import { z } from 'zod';
import { comparisonView, reasonKind } from '../views.ts';
import { controlRef, instant, jsonObject, outcomeKind } from '../words.ts';
import type { Route } from './route.ts';

const count = z.int();
const counted = z.array(z.strictObject({ name: z.string(), count })).describe('the commonest first, at most 5');

const end = z
  .enum([
    'alone',
    'unchanged',
    'edited',
    'rejected',
    'resolved',
    'done',
    'returned',
    'cancelled',
    'expired',
    'forbidden',
    'waiting',
  ])
  .describe('what became of a step; unchanged: people let it through as the agent had asked for it');

const ends = z.record(end, count);

const found = {
  runs: count.describe('runs of the period that were read'),
  steps: count.describe('steps asked for in them; a step asked for again is counted once'),
  erased: count.describe('decisions whose content was erased: not counted among the steps'),
  cut: instant.nullable().describe('runs that started before this were too many to read; null: all were read'),
  since: instant,
  until: instant,
};

const concrete = z.strictObject({
  runId: z.string(),
  caseId: z.string().nullable(),
  approvalId: z.string().nullable(),
  at: instant,
  end: end.nullable(),
  because: z.string(),
});

export const patternView = z.strictObject({
  patternId: z.string(),
  sentence: z.string(),
  kind: z.enum([...reasonKind.options, 'forbidden', 'continued']),
  step: z.string().nullable().describe('null: the cases are about no step'),
  rule: z.string().nullable().describe('rule or limit; null: the house asked'),
  asks: outcomeKind,
  steps: count,
  of: count.describe('how often the step was asked for; without a step: the runs'),
  runs: count,
  ends,
  declined: counted.describe('"not mine", by whom'),
  takenBy: counted.describe('who took it or decided it in the end'),
  instructions: counted,
  toPersonMs: z.strictObject({ median: count, longest: count, of: count }).nullable(),
  late: count.describe('cases that nobody of the first rung took'),
  silent: count.describe('cases that nobody has taken'),
  rungs: counted.describe('which rung was answered, the first being 1'),
  judged: z.strictObject({ right: count, wrong: count }),
  facts: counted.describe('facts that could not be used, each with why'),
  advice: z.string().nullable().describe('what a fact asks for that was missing again and again'),
  examples: z.array(concrete).describe('concrete cases, at most 3'),
});
export type PatternView = z.infer<typeof patternView>;

const shown = z.strictObject({
  runId: z.string(),
  caseId: z.string().nullable(),
  approvalId: z.string().nullable(),
  step: z.string(),
  at: instant,
  arguments: jsonObject,
  because: z.string().describe('why it was decided so'),
  now: z.string().describe('why the candidate decides as it does'),
});

const outcomes = z.record(outcomeKind, count);
const load = z.array(
  z.strictObject({
    personId: z.string(),
    name: z.string(),
    asks: count,
    day: z.string().describe('the busiest day'),
    most: count.describe('asks on that day'),
    atOnce: count.nullable().describe('most under way at the same time; null: nothing says how long one takes'),
  }),
);

export const backtestView = z.strictObject({
  control: z.string(),
  sentence: z.string(),
  ...found,
  before: outcomes,
  after: outcomes,
  same: count,
  changes: z
    .array(
      z.strictObject({
        step: z.string(),
        from: outcomeKind,
        to: outcomeKind,
        less: z.boolean().describe('fewer people see it before it happens'),
        others: z.boolean().describe('the outcome is the same, other people are asked'),
        steps: count,
        example: shown,
      }),
    )
    .describe('less oversight first'),
  dangers: z
    .array(
      shown.extend({
        kind: z
          .enum(['wouldGo', 'stillGoes'])
          .describe('people said no or changed it, and it would go through; judged wrong, and it still would'),
        end,
      }),
    )
    .describe('one by one, at most 200'),
  dangerCount: count,
  notReplayable: z.array(z.strictObject({ steps: count, because: z.string(), example: shown })),
  notReplayableCount: count,
  load: z.strictObject({ before: load, after: load }),
  notes: z.array(z.string()),
  comparison: comparisonView.nullable().describe('with the version in force, over every case; null: none is'),
});
export type BacktestView = z.infer<typeof backtestView>;

export const proposalView = z.strictObject({
  rule: z.string(),
  step: z.string(),
  direction: z
    .enum(['less', 'more', 'others'])
    .describe('less or more human oversight than the version in force, or other people asked'),
  sentence: z.string(),
  source: z.string().describe('the control with the change: draft it by POST /v1/control-drafts'),
  diff: z.array(z.strictObject({ kind: z.enum(['same', 'removed', 'added']), text: z.string() })),
  backtest: backtestView,
});
export type ProposalView = z.infer<typeof proposalView>;

const period = {
  since: z.iso.datetime().optional().describe('runs that started from here on; default 30 days before the end'),
  until: z.iso.datetime().optional().describe('this instant excluded; default now'),
};

export const insightRoutes = {
  listPatterns: {
    method: 'GET',
    path: '/v1/insight/patterns',
    caller: 'person',
    summary:
      'What keeps coming back under a control: why people were asked, and what became of it. What came most first.',
    query: z.strictObject({ control: z.string(), ...period }),
    answer: z.strictObject({
      control: z.string(),
      ...found,
      least: count.describe('nothing is proposed from fewer'),
      items: z.array(patternView),
    }),
  },
  listProposals: {
    method: 'GET',
    path: '/v1/insight/proposals',
    caller: 'person',
    summary:
      'Changes of a control that a period speaks for, as a diff with its backtest. Nothing is applied: a person drafts one.',
    query: z.strictObject({ control: z.string(), ...period }),
    answer: z.strictObject({
      control: controlRef,
      ...found,
      least: count.describe('nothing is proposed from fewer'),
      leastForMore: count.describe('so many samples judged wrong suffice to propose more oversight'),
      items: z.array(proposalView).describe('more oversight first'),
    }),
  },
  backtest: {
    method: 'POST',
    path: '/v1/insight/backtest',
    caller: 'person',
    summary:
      'What a control would have done with the recorded steps of a period. Changes nothing; every step is counted once.',
    body: z.strictObject({
      source: z.string().max(1_000_000),
      file: z.string().max(400).default('control.yaml'),
      ...period,
    }),
    answer: backtestView,
  },
} as const satisfies Record<string, Route>;
