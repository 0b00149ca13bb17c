/**
 * Every route of the HTTP API, once: method, path, who may call it, what goes in, what comes out.
 * The server registers and validates from this table, /openapi.json is made from it, the SDK and the inbox are typed by it.
 */
import { z } from 'zod';
import {
  approvalView,
  caseView,
  controlView,
  entryView,
  gateAnswer,
  instructionsView,
  keyView,
  permitView,
  personView,
  runStatus,
  runView,
  stopView,
} from './views.ts';
import { digest, instant, json, jsonObject } from './words.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** `agent`: API key. `person`: signed in. `any`: either. `public`: nobody. Rights within are checked by the route. */
export type Caller = 'agent' | 'person' | 'any' | 'public';

type Route = {
  readonly method: Method;
  readonly path: string;
  readonly caller: Caller;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly answer?: z.ZodType;
  /** Server-sent events instead of one JSON answer. */
  readonly stream?: true;
};

const reason = z.string().min(1).max(2_000);
const epoch = z.int().min(1).describe('the epoch you got at start or attach');
const revision = z.int().min(0).describe('the revision you looked at');
const stepName = z.string().min(1).max(120);
const stepKey = z.string().min(1).max(200).describe('stable name of one intended effect, e.g. the tool-call id');
const empty = z.strictObject({});
const limit = z.coerce.number().int().min(1).max(200).default(50);
const cursor = z.string().max(400).optional();
const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.string().nullable().describe('cursor of the next page') });

/** An agent's hold on a run. The epoch is given only to the holder. */
export const attached = z.strictObject({ run: runView, epoch, instructionsToAcknowledge: instructionsView.nullable() });
export type Attached = z.infer<typeof attached>;

export const reportResult = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('done'), value: json.default(null) }),
  z.strictObject({ status: z.literal('failed'), error: z.string().max(4_000) }),
  z.strictObject({ status: z.literal('unknown'), error: z.string().max(4_000) }),
]);
export type ReportResult = z.input<typeof reportResult>;

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

export const routes = {
  // agents
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
    answer: permitView,
  },
  report: {
    method: 'POST',
    path: '/v1/runs/:runId/report',
    caller: 'agent',
    summary: 'Say what became of a redeemed step. A late report is kept as evidence and changes nothing.',
    body: z.strictObject({ epoch, key: stepKey, result: reportResult }),
    answer: z.strictObject({ accepted: z.boolean(), late: z.boolean(), permit: permitView }),
  },
  heartbeat: {
    method: 'POST',
    path: '/v1/runs/:runId/heartbeat',
    caller: 'agent',
    summary: 'Alive, with what was spent. Never tells an epoch.',
    body: z.strictObject({
      epoch,
      costUsd: z.number().min(0).optional(),
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
    stream: true,
  },
  // people: runs and cases
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
    summary: 'Not mine: goes to the next candidate and counts as a wrong handoff.',
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
  // people: approvals
  listApprovals: {
    method: 'GET',
    path: '/v1/approvals',
    caller: 'person',
    summary: 'Approvals, oldest first.',
    query: z.strictObject({
      status: z.enum(['waiting', 'decided', 'all']).default('waiting'),
      mine: z.stringbool().optional(),
      limit,
      cursor,
    }),
    answer: page(approvalView),
  },
  getApproval: {
    method: 'GET',
    path: '/v1/approvals/:approvalId',
    caller: 'person',
    summary: 'One approval.',
    answer: approvalView,
  },
  approve: {
    method: 'POST',
    path: '/v1/approvals/:approvalId/approve',
    caller: 'person',
    summary: 'Sign off exactly these arguments.',
    body: z.strictObject({ revision, digest, comment: z.string().max(2_000).optional() }),
    answer: approvalView,
  },
  reject: {
    method: 'POST',
    path: '/v1/approvals/:approvalId/reject',
    caller: 'person',
    summary: 'Refuse, with a reason the agent receives.',
    body: z.strictObject({ revision, digest, because: reason }),
    answer: approvalView,
  },
  // stops
  stop: {
    method: 'POST',
    path: '/v1/stops',
    caller: 'person',
    summary: 'Take control from an agent, a control or everything, at once.',
    body: z.strictObject({
      scope: z.enum(['agent', 'control', 'everything']),
      name: z.string().optional(),
      because: reason,
    }),
    answer: stopView,
  },
  listStops: {
    method: 'GET',
    path: '/v1/stops',
    caller: 'person',
    summary: 'Stops in force, then lifted ones.',
    query: z.strictObject({ limit, cursor }),
    answer: page(stopView),
  },
  liftStop: {
    method: 'POST',
    path: '/v1/stops/:stopId/lift',
    caller: 'person',
    summary: 'Let agents start and attach again. Runs taken stay with the person.',
    body: z.strictObject({ because: reason }),
    answer: stopView,
  },
  // controls
  publishControl: {
    method: 'POST',
    path: '/v1/controls',
    caller: 'person',
    summary: 'Publish a version. It is immutable and named by its digest.',
    body: z.strictObject({ source: z.string().max(1_000_000), file: z.string().max(400).default('control.yaml') }),
    answer: controlView,
  },
  listControls: {
    method: 'GET',
    path: '/v1/controls',
    caller: 'any',
    summary: 'Published controls, current versions.',
    query: z.strictObject({}),
    answer: page(controlView),
  },
  getControl: {
    method: 'GET',
    path: '/v1/controls/:name',
    caller: 'any',
    summary: 'One control with its source.',
    query: z.strictObject({ version: z.coerce.number().int().optional() }),
    answer: controlView.extend({ source: z.string() }),
  },
  // organisation, keys, sessions
  me: {
    method: 'GET',
    path: '/v1/me',
    caller: 'person',
    summary: 'Who is signed in, and the CSRF token.',
    answer: z.strictObject({ person: personView, csrf: z.string() }),
  },
  login: {
    method: 'POST',
    path: '/v1/login',
    caller: 'public',
    summary: 'Exchange a one-time login link for a session.',
    body: z.strictObject({ token: z.string().max(200) }),
    answer: z.strictObject({ person: personView, csrf: z.string() }),
  },
  logout: {
    method: 'POST',
    path: '/v1/logout',
    caller: 'person',
    summary: 'End the session.',
    body: empty,
    answer: empty,
  },
  listPeople: {
    method: 'GET',
    path: '/v1/people',
    caller: 'person',
    summary: 'People of the organisation.',
    query: z.strictObject({}),
    answer: page(personView),
  },
  createLoginLink: {
    method: 'POST',
    path: '/v1/login-links',
    caller: 'person',
    summary: 'A link that signs a person in, once, within 15 minutes. For administrators.',
    body: z.strictObject({ personId: z.string().min(1).max(200) }),
    answer: z.strictObject({ person: personView, url: z.string() }),
  },
  getOrganisation: {
    method: 'GET',
    path: '/v1/organisation',
    caller: 'person',
    summary: 'The organisation in force: people, roles, schedules. For administrators.',
    answer: z.strictObject({ organisation: jsonObject }),
  },
  applyOrganisation: {
    method: 'PUT',
    path: '/v1/organisation',
    caller: 'person',
    summary: 'Replace the organisation by what this YAML text says. For administrators.',
    body: z.strictObject({
      source: z.string().max(1_000_000),
      file: z.string().max(400).default('organisation.yaml'),
    }),
    answer: z.strictObject({ organisation: jsonObject }),
  },
  createKey: {
    method: 'POST',
    path: '/v1/keys',
    caller: 'person',
    summary: 'Create an API key for an agent. The secret is shown once.',
    body: z.strictObject({
      agentId: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/),
      controls: z.array(z.string()).min(1),
      wakeUrl: z.url().optional(),
    }),
    answer: keyView.extend({ secret: z.string(), wakeSecret: z.string().nullable() }),
  },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    caller: 'person',
    summary: 'API keys, without secrets.',
    query: z.strictObject({}),
    answer: page(keyView),
  },
  rotateKey: {
    method: 'POST',
    path: '/v1/keys/:keyId/rotate',
    caller: 'person',
    summary: 'A new secret; the old one works for 24 h more.',
    body: empty,
    answer: keyView.extend({ secret: z.string(), wakeSecret: z.string().nullable() }),
  },
  revokeKey: {
    method: 'DELETE',
    path: '/v1/keys/:keyId',
    caller: 'person',
    summary: 'The key stops working at once.',
    answer: keyView,
  },
  // the house
  feed: {
    method: 'GET',
    path: '/v1/feed',
    caller: 'person',
    summary: 'Server-sent entries; resumes from Last-Event-ID or `after` (a log index).',
    query: z.strictObject({ after: z.coerce.number().int().min(-1).optional() }),
    stream: true,
  },
  health: {
    method: 'GET',
    path: '/v1/health',
    caller: 'public',
    summary: 'Alive, and whether it can decide.',
    answer: z.strictObject({
      ok: z.boolean(),
      version: z.string(),
      database: z.boolean(),
      timersLateMs: z.number(),
      stranded: z.int().describe('open things without an armed next step: always 0, else an alarm'),
    }),
  },
  permitKeys: {
    method: 'GET',
    path: '/v1/permit-keys',
    caller: 'public',
    summary: 'JWK set that verifies permits.',
    answer: z.strictObject({ keys: z.array(jsonObject) }),
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
type Routes = typeof routes;
/** What a caller sends to a route. */
export type BodyOf<N extends RouteName> = Routes[N] extends { body: infer B extends z.ZodType }
  ? z.input<B>
  : undefined;
/** What the handler gets: defaults filled in. */
export type ParsedBodyOf<N extends RouteName> = Routes[N] extends { body: infer B extends z.ZodType }
  ? z.output<B>
  : undefined;
export type QueryOf<N extends RouteName> = Routes[N] extends { query: infer Q extends z.ZodType }
  ? z.input<Q>
  : undefined;
export type ParsedQueryOf<N extends RouteName> = Routes[N] extends { query: infer Q extends z.ZodType }
  ? z.output<Q>
  : undefined;
export type AnswerOf<N extends RouteName> = Routes[N] extends { answer: infer A extends z.ZodType }
  ? z.output<A>
  : undefined;
