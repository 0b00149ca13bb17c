/** Routes that agents call. */
import { z } from 'zod';
import { gateAnswer, instructionsView, permitView, runStatus, runView } from '../views.ts';
import { digest, instant, json, jsonObject } from '../words.ts';
import { empty, epoch, type Route, stepKey, stepName } from './route.ts';

/** An agent's hold on a run. The epoch is given only to the holder. */
export const attached = z.strictObject({ run: runView, epoch, instructionsToAcknowledge: instructionsView.nullable() });
export type Attached = z.infer<typeof attached>;

export const reportResult = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('done'), value: json.default(null) }),
  z.strictObject({
    status: z.literal('failed'),
    error: z.string().max(4_000),
    outside: z.boolean().optional().describe('true: a system outside failed (503, no connection), not the step itself'),
  }),
  z.strictObject({ status: z.literal('unknown'), error: z.string().max(4_000) }),
]);
export type ReportResult = z.input<typeof reportResult>;

/** Change of control as an agent sees it while it waits or works. Carries no epoch. */
export const controlNews = z.strictObject({
  runId: z.string(),
  revision: z.int(),
  status: runStatus,
  holder: z.enum(['agent', 'person']),
  holderName: z.string(),
  fenced: z.boolean().describe('true: your epoch is over'),
  settledKeys: z.array(z.string()).describe('step keys whose approval or case was decided since'),
});
export type ControlNews = z.infer<typeof controlNews>;

/** Body of the signed webhook (Standard Webhooks) that tells an agent to take its run up again. Carries no epoch. */
export const wakeMessage = z.object({
  type: z.literal('run.wake'),
  runId: z.string(),
  control: z.string(),
  because: z.string().describe('what was decided, e.g. "release-payment was signed off"'),
  at: instant,
});
export type WakeMessage = z.infer<typeof wakeMessage>;

export const agentRoutes = {
  startRun: {
    method: 'POST',
    path: '/v1/runs',
    caller: 'agent',
    summary: 'Start a run. The same key gives the same run.',
    body: z.strictObject({
      control: z.string(),
      subject: jsonObject,
      onBehalfOf: z.string().max(200).optional(),
      key: z.string().min(1).max(200).optional(),
    }),
    answer: attached,
  },
  attachRun: {
    method: 'POST',
    path: '/v1/runs/:runId/attach',
    caller: 'agent',
    summary: 'Take the run up in this process; any earlier process is fenced.',
    body: empty,
    answer: attached,
  },
  getRun: { method: 'GET', path: '/v1/runs/:runId', caller: 'any', summary: 'One run.', answer: runView },
  gate: {
    method: 'POST',
    path: '/v1/runs/:runId/gate',
    caller: 'agent',
    summary: 'May this step be carried out with these arguments? The answer carries its reasons.',
    body: z.strictObject({
      epoch,
      step: stepName,
      arguments: jsonObject,
      facts: jsonObject.default({}).describe('facts the agent claims'),
      key: stepKey,
      words: z.string().max(20_000).optional().describe('the agent’s own words about it; shown inert'),
      attempt: z
        .string()
        .max(100)
        .optional()
        .describe(
          'random per call of the agent: a repeat of the same call gets the same permit, another call with the same key does not',
        ),
      redeem: z.boolean().default(false).describe('redeem the permit in the same commit'),
    }),
    answer: gateAnswer,
  },
  redeem: {
    method: 'POST',
    path: '/v1/runs/:runId/redeem',
    caller: 'agent',
    summary: 'Redeem a permit: from here the step counts as under way.',
    body: z.strictObject({ epoch, permitId: z.string() }),
    answer: permitView.extend({
      token: z.string().nullable().describe('signed permit; null for steps without an effect'),
    }),
  },
  report: {
    method: 'POST',
    path: '/v1/runs/:runId/report',
    caller: 'agent',
    summary: 'Say what became of a redeemed step. A late report is kept as evidence and changes nothing.',
    body: z.strictObject({
      epoch,
      key: stepKey,
      result: reportResult,
      digest: digest
        .optional()
        .describe('of the arguments that were carried out: others than let through put the step in doubt'),
    }),
    answer: z.strictObject({ accepted: z.boolean(), late: z.boolean(), permit: permitView }),
  },
  heartbeat: {
    method: 'POST',
    path: '/v1/runs/:runId/heartbeat',
    caller: 'agent',
    summary: 'Alive, with what was spent. Never tells an epoch.',
    body: z.strictObject({
      epoch,
      costUsd: z.number().min(0).max(1_000_000).optional(),
      tokens: z.int().min(0).optional(),
      progress: z.string().max(2_000).optional(),
    }),
    answer: controlNews,
  },
  escalate: {
    method: 'POST',
    path: '/v1/runs/:runId/escalate',
    caller: 'agent',
    summary: 'The agent asks for a person by itself.',
    body: z.strictObject({
      epoch,
      question: z.string().min(1).max(20_000),
      options: z.array(z.string().max(500)).max(20).default([]),
      facts: jsonObject.default({}),
      key: stepKey,
    }),
    answer: z.strictObject({ caseId: z.string(), url: z.string() }),
  },
  acknowledge: {
    method: 'POST',
    path: '/v1/runs/:runId/acknowledge',
    caller: 'agent',
    summary: 'The agent has read the instructions.',
    body: z.strictObject({ epoch, digest }),
    answer: runView,
  },
  finish: {
    method: 'POST',
    path: '/v1/runs/:runId/finish',
    caller: 'agent',
    summary: 'The run is done.',
    body: z.strictObject({ epoch, outcome: json.default(null) }),
    answer: runView,
  },
  waitForRun: {
    method: 'GET',
    path: '/v1/runs/:runId/wait',
    caller: 'agent',
    summary: 'Long poll: answers when the run has changed since `after`, or after at most 25 s.',
    query: z.strictObject({ epoch: z.coerce.number().int(), after: z.coerce.number().int() }),
    answer: controlNews,
  },
  watchRun: {
    method: 'GET',
    path: '/v1/runs/:runId/watch',
    caller: 'agent',
    summary: 'Server-sent control news of one run: how an agent learns at once that it was taken over.',
    query: z.strictObject({ epoch: z.coerce.number().int() }),
    media: 'text/event-stream',
  },
} as const satisfies Record<string, Route>;
