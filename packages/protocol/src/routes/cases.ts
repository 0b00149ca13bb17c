/** Routes by which people see runs, cases and approvals, and decide them. */
import { z } from 'zod';
import { caseView, entryView, permitView, rewording, runStatus, runView } from '../views.ts';
import { digest, jsonObject } from '../words.ts';
import { cursor, limit, page, type Route, reason, revision, stepName } from './route.ts';

export const allowOnce = z.strictObject({
  step: stepName,
  digest,
  arguments: jsonObject.optional().describe('edited arguments; only those the control lists as editable may differ'),
});
export const returnBody = z.strictObject({
  revision,
  instructions: z.string().max(20_000).default(''),
  prohibit: z.array(stepName).max(100).default([]),
  requireApproval: z.array(stepName).max(100).default([]),
  allowOnce: z.array(allowOnce).max(20).default([]),
  doneByMe: z
    .array(z.strictObject({ step: stepName, digest, reference: z.string().min(1).max(500) }))
    .max(20)
    .default([]),
  unchanged: z.boolean().default(false).describe('give back as it was taken'),
});
export type ReturnBody = z.input<typeof returnBody>;

export const caseRoutes = {
  listRuns: {
    method: 'GET',
    path: '/v1/runs',
    caller: 'person',
    summary: 'Runs, newest first.',
    query: z.strictObject({
      status: runStatus.optional(),
      control: z.string().optional(),
      agentId: z.string().optional(),
      unfinished: z.stringbool().optional(),
      limit,
      cursor,
    }),
    answer: page(runView),
  },
  runEntries: {
    method: 'GET',
    path: '/v1/runs/:runId/entries',
    caller: 'any',
    summary: 'The timeline of a run.',
    query: z.strictObject({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    answer: page(entryView),
  },
  takeOver: {
    method: 'POST',
    path: '/v1/runs/:runId/take-over',
    caller: 'person',
    summary: 'Take control of a run, with or without an open case. Lists what is in flight.',
    body: z.strictObject({
      reason: z.string().max(2_000).default(''),
      breakGlass: z
        .boolean()
        .default(false)
        .describe('take over without being entitled: reason needed, a second person is told, review is due'),
    }),
    answer: caseView,
  },
  reviewBreakGlass: {
    method: 'POST',
    path: '/v1/runs/:runId/review',
    caller: 'person',
    summary: 'Review a use of break-glass. Somebody other than who used it.',
    body: z.strictObject({ comment: reason }),
    answer: runView,
  },
  listCases: {
    method: 'GET',
    path: '/v1/cases',
    caller: 'person',
    summary: 'Cases, most urgent first.',
    query: z.strictObject({
      status: z.enum(['open', 'claimed', 'live', 'closed', 'all']).default('live').describe('live: open or claimed'),
      mine: z.stringbool().optional(),
      control: z.string().optional(),
      runId: z.string().optional(),
      limit,
      cursor,
    }),
    answer: page(caseView),
  },
  getCase: {
    method: 'GET',
    path: '/v1/cases/:caseId',
    caller: 'person',
    summary: 'One case with its packet.',
    answer: caseView,
  },
  rewordCase: {
    method: 'GET',
    path: '/v1/cases/:caseId/rewording',
    caller: 'person',
    summary: 'The sentence of a case in a language model’s words. Waits for the model; the case does not.',
    answer: z.strictObject({
      rewording: rewording.nullable().describe('null: no model is set up, it did not answer, or it made something up'),
    }),
  },
  claimCase: {
    method: 'POST',
    path: '/v1/cases/:caseId/claim',
    caller: 'person',
    summary: 'Take over: the case and control of the run pass in one transaction.',
    body: z.strictObject({
      revision,
      reason: z.string().max(2_000).optional().describe('needed when it is taken from another person'),
    }),
    answer: caseView,
  },
  declineCase: {
    method: 'POST',
    path: '/v1/cases/:caseId/decline',
    caller: 'person',
    summary: 'Not mine: goes to the next candidate; of somebody who had been told it counts as a wrong handoff.',
    body: z.strictObject({ revision, because: reason }),
    answer: caseView,
  },
  releaseCase: {
    method: 'POST',
    path: '/v1/cases/:caseId/release',
    caller: 'person',
    summary: 'Put a claimed case back; the run stays held.',
    body: z.strictObject({ revision, because: z.string().max(2_000).default('') }),
    answer: caseView,
  },
  returnCase: {
    method: 'POST',
    path: '/v1/cases/:caseId/return',
    caller: 'person',
    summary: 'Give control back to the agent, with instructions.',
    body: returnBody,
    answer: caseView,
  },
  resolveCase: {
    method: 'POST',
    path: '/v1/cases/:caseId/resolve',
    caller: 'person',
    summary: 'Done by a person: the case and the run end.',
    body: z.strictObject({ revision, resolution: reason }),
    answer: caseView,
  },
  snoozeCase: {
    method: 'POST',
    path: '/v1/cases/:caseId/snooze',
    caller: 'person',
    summary:
      'Let it rest until an end, at most 7 days: then it is told, or reminded of, again. A new reason ends that.',
    body: z.strictObject({ revision, until: z.iso.datetime(), because: reason }),
    answer: caseView,
  },
  endSnooze: {
    method: 'POST',
    path: '/v1/cases/:caseId/end-snooze',
    caller: 'person',
    summary: 'End a snooze before its end: an open case is told to the same people again, at once.',
    body: z.strictObject({ revision, because: z.string().max(2_000).default('') }),
    answer: caseView,
  },
  cancelCase: {
    method: 'POST',
    path: '/v1/cases/:caseId/cancel',
    caller: 'person',
    summary: 'No person is needed after all: the run goes on as it was.',
    body: z.strictObject({ revision, because: reason }),
    answer: caseView,
  },
  settlePermit: {
    method: 'POST',
    path: '/v1/permits/:permitId/settle',
    caller: 'person',
    summary: 'Say what became of a step in doubt.',
    body: z.strictObject({
      happened: z.enum(['done', 'notDone']),
      reference: z.string().max(500).optional(),
      because: z.string().max(2_000).default(''),
    }),
    answer: permitView,
  },
} as const satisfies Record<string, Route>;
