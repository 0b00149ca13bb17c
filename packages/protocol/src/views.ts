/**
 * What Belay shows: runs, cases, approvals, permits, entries. The same shapes for the API, the SDK, the inbox
 * and the command line. JSON is camelCase (docs/adr/0006); columns are the same words in snake_case.
 */
import { z } from 'zod';
import { approvalView } from './approval-views.ts';
import { packetView } from './packet.ts';
import { actor, controlRef, digest, factView, instant, json, jsonObject, outcomeKind, requirement } from './words.ts';

const nullableInstant = instant.nullable();

export const personView = z.strictObject({
  personId: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  roles: z.array(z.string()).describe('roles of the organisation, e.g. finance-approver'),
  access: z.array(z.enum(['operator', 'designer', 'admin', 'auditor', 'break-glass'])).describe('rights in Belay'),
});
export type PersonView = z.infer<typeof personView>;

/** Who has control. `name` is what a person reads. */
export const holderView = z.strictObject({
  kind: z.enum(['agent', 'person']),
  id: z.string(),
  name: z.string(),
  since: instant,
});
export type HolderView = z.infer<typeof holderView>;

export const permitStatus = z.enum(['granted', 'redeemed', 'done', 'failed', 'inDoubt', 'notDone', 'expired', 'void']);
export const permitView = z.strictObject({
  permitId: z.string(),
  step: z.string(),
  key: z.string().describe('the caller’s name for this one intended effect'),
  digest,
  arguments: jsonObject,
  status: permitStatus,
  grantedAt: instant,
  expiresAt: instant,
  redeemedAt: nullableInstant,
  settledAt: nullableInstant,
  settledBy: actor.nullable(),
  result: json.describe('what the agent reported or the person said; null when not settled'),
  lateReport: json.describe('a report that came after control had moved; kept, changes nothing'),
});
export type PermitView = z.infer<typeof permitView>;

export const instructionsView = z.strictObject({
  text: z.string(),
  digest: digest.describe('what the agent acknowledges before its next step'),
  by: z.string(),
  byName: z.string(),
  at: instant,
  prohibit: z.array(z.string()).describe('steps the agent may no longer do in this run'),
  requireApproval: z.array(z.string()).describe('steps that now need a sign-off'),
  allowOnce: z.array(z.strictObject({ step: z.string(), digest, arguments: jsonObject, edited: z.boolean() })),
  doneByMe: z.array(z.strictObject({ step: z.string(), digest, reference: z.string() })),
  unchanged: z.boolean().describe('given back as it was taken: the undo of a takeover'),
});
export type InstructionsView = z.infer<typeof instructionsView>;

export const runStatus = z.enum(['running', 'held', 'taken', 'finished']);
export const runView = z.strictObject({
  runId: z.string(),
  control: controlRef,
  agentId: z.string(),
  subject: jsonObject,
  onBehalfOf: z.string().nullable(),
  status: runStatus,
  holder: holderView,
  revision: z.int(),
  caseId: z.string().nullable().describe('the open case, if any'),
  instructions: instructionsView.nullable(),
  inFlight: z.array(permitView).describe('let through, not reported: cannot be recalled'),
  approvals: z.array(approvalView).describe('waiting or approved and not used'),
  stepsDecided: z.int(),
  review: z
    .strictObject({ usedBy: z.string(), usedByName: z.string(), reason: z.string(), dueAt: instant })
    .nullable()
    .describe('break-glass was used and waits for the review of somebody else'),
  nextDueAt: nullableInstant.describe('the instant at which somebody looks again; null only when finished'),
  nextDue: z.string().nullable().describe('what is due then, in words'),
  startedAt: instant,
  lastHeardAt: instant,
  finishedAt: nullableInstant,
  outcome: json,
});
export type RunView = z.infer<typeof runView>;

export const reasonKind = z.enum([
  'rule',
  'outsidePolicy',
  'badFact',
  'unknownStep',
  'incomplete',
  'asked',
  'persistent',
  'silent',
  'stuck',
  'inDoubt',
  'notTakenUp',
  'approvalExpired',
  'judgedWrong',
  'takenOver',
  'stopped',
]);
export type ReasonKind = z.infer<typeof reasonKind>;
export const reasonView = z.strictObject({
  kind: reasonKind,
  because: z.string().describe('one plain sentence'),
  rule: z.string().nullable(),
  cites: z.string().nullable(),
  step: z.string().nullable(),
  key: z.string().nullable(),
  at: instant,
});
export type ReasonView = z.infer<typeof reasonView>;

export const caseStatus = z.enum(['open', 'claimed', 'returned', 'resolved', 'cancelled']);
/** The step a case is about, with exactly what would be carried out. */
export const caseStep = z.strictObject({
  step: z.string(),
  key: z.string(),
  digest,
  arguments: jsonObject,
  risk: z.enum(['low', 'high']),
  effect: z.enum(['none', 'reversible', 'irreversible']),
  editable: z.array(z.string()),
  facts: z.array(factView),
  requirements: z.array(requirement),
});
export type CaseStep = z.infer<typeof caseStep>;

export const caseView = z.strictObject({
  caseId: z.string(),
  runId: z.string(),
  control: controlRef,
  agentId: z.string(),
  subject: jsonObject,
  onBehalfOf: z.string().nullable(),
  status: caseStatus,
  revision: z.int().describe('send it back with each change; a stale one changes nothing'),
  title: z.string(),
  because: z.string().describe('one plain sentence: why a person is needed'),
  reasons: z.array(reasonView),
  owner: z.string().describe('person, role or schedule told now'),
  ownerNames: z.array(z.string()),
  ladder: z.string().nullable(),
  rung: z.int(),
  nextRungAt: nullableInstant,
  nextRung: z.string().nullable().describe('who is told next'),
  restsUntil: nullableInstant.describe('snoozed, or held back by quiet hours: nobody is told before'),
  restsBecause: z.string().nullable(),
  told: z.array(
    z.strictObject({
      target: z.string(),
      people: z.array(z.string()),
      at: instant,
      round: z.int().describe('how many times the rungs of the ladder had been begun'),
    }),
  ),
  rounds: z.int().describe('how often the rungs are gone through before the owner is told'),
  priority: z.int(),
  priorityBecause: z.array(z.string()),
  step: caseStep.nullable(),
  packet: packetView.nullable().describe('null: the case is about no step'),
  agentWords: z.string().nullable().describe('the agent’s own words: claimed, shown inert, never the reason'),
  claimedBy: z.string().nullable(),
  claimedByName: z.string().nullable(),
  claimedAt: nullableInstant,
  takenFrom: z
    .strictObject({ personId: z.string(), because: z.string() })
    .nullable()
    .describe('who had control before somebody took it from them, and why'),
  declined: z.array(z.strictObject({ by: z.string(), because: z.string(), at: instant })),
  inFlight: z.array(permitView),
  approvals: z.array(approvalView),
  allowed: z
    .array(z.enum(['claim', 'decline', 'release', 'return', 'resolve', 'cancel', 'snooze', 'endSnooze', 'takeFrom']))
    .describe('what you may do now'),
  openedAt: instant,
  closedAt: nullableInstant,
  resolution: z.string().nullable(),
});
export type CaseView = z.infer<typeof caseView>;

/** What a language model made of a case's sentence. No fact: it decides nothing and is no evidence. */
export const rewording = z.strictObject({
  text: z.string().describe('inert; its numbers, dates, identifiers and names stand in the packet'),
  model: z.string().describe('what wrote it'),
});
export type Rewording = z.infer<typeof rewording>;

/** One line of the timeline: an event as it was recorded, with who and when. */
export const entryView = z.strictObject({
  entryId: z.string(),
  stream: z.string().describe('run id, or organisation, control:NAME, stop'),
  seq: z.int().describe('gap-free within the stream, from 1'),
  logIndex: z.int().nullable().describe('position in the evidence log; null for the moment before it is integrated'),
  type: z.string(),
  sentence: z.string().describe('the event in words'),
  by: actor,
  byName: z.string(),
  at: instant,
  epoch: z.int().nullable(),
  event: jsonObject,
  digest,
});
export type EntryView = z.infer<typeof entryView>;

export const stopView = z.strictObject({
  stopId: z.string(),
  scope: z.enum(['agent', 'control', 'everything']),
  name: z.string().nullable().describe('agent id or control name; null for everything'),
  because: z.string(),
  by: z.string(),
  byName: z.string(),
  at: instant,
  liftedAt: nullableInstant,
  runsTaken: z.int(),
});
export type StopView = z.infer<typeof stopView>;

export const keyView = z.strictObject({
  keyId: z.string(),
  agentId: z.string(),
  controls: z.array(z.string()).describe('empty: none'),
  wakeUrl: z.string().nullable(),
  createdAt: instant,
  lastUsedAt: nullableInstant,
  revokedAt: nullableInstant,
});
export type KeyView = z.infer<typeof keyView>;

/** What the check found in a version when it was published, with the people there were then. */
export const versionFinding = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'notice']),
  sentence: z.string(),
  step: z.string().nullable(),
  rule: z.string().nullable(),
  accepted: z.string().nullable().describe('the reason that the control gives for a warning'),
});
export type VersionFinding = z.infer<typeof versionFinding>;

export const controlView = z.strictObject({
  name: z.string(),
  version: z.int(),
  digest,
  about: z.string(),
  owner: z.string(),
  steps: z.array(
    z.strictObject({
      name: z.string(),
      label: z.string().describe('what people call it'),
      risk: z.enum(['low', 'high']),
      effect: z.enum(['none', 'reversible', 'irreversible']),
      offline: z.enum(['refuse', 'allow']).describe('what an agent does that cannot reach Belay'),
    }),
  ),
  rules: z.int(),
  findings: z.array(versionFinding),
  publishedAt: instant,
  publishedBy: z.string(),
  draftedBy: z.string().nullable().describe('who drafted it, when a second person published it'),
  openRuns: z.int(),
});
export type ControlView = z.infer<typeof controlView>;

export const draftView = z.strictObject({
  name: z.string(),
  digest,
  findings: z.array(versionFinding),
  draftedAt: instant,
  draftedBy: z.string(),
});

/** How two versions of a control differ, in sentences; less human oversight first. */
export const comparisonView = z.strictObject({
  weaker: z.boolean().describe('something has less human oversight, or it could not be proved that nothing has'),
  differences: z.array(z.strictObject({ sentence: z.string(), example: z.string().nullable(), weaker: z.boolean() })),
});
export type ComparisonView = z.infer<typeof comparisonView>;

/** Runs under way under older versions, against the version in force. Where that is weaker anywhere, they stay. */
export const moveView = z.strictObject({
  name: z.string(),
  version: z.int().describe('the version in force'),
  digest,
  from: z.array(
    z.strictObject({
      version: z.int(),
      runs: z.int().describe('under way under it'),
      movable: z.boolean().describe('false: something would have less human oversight, or that could not be ruled out'),
      comparison: comparisonView,
      moved: z.int().nullable().describe('null: not asked for yet, or not movable'),
    }),
  ),
  movable: z.int().describe('runs that can be moved'),
  moved: z.int().nullable().describe('runs that were moved; null: this only shows'),
});
export type MoveView = z.infer<typeof moveView>;

/** The gate's answer. It always carries its reasons. */
const decided = {
  step: z.string(),
  key: z.string(),
  digest,
  because: z.string().describe('one plain sentence'),
  requirements: z.array(requirement),
};
export const permitGrant = z.strictObject({
  permitId: z.string(),
  token: z.string().nullable().describe('signed permit (JWS, EdDSA); null for steps without an effect'),
  expiresAt: instant,
  redeemed: z.boolean().describe('true when the call asked to redeem it in the same commit'),
});
export const gateAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('continue'),
    ...decided,
    permit: permitGrant,
    arguments: jsonObject.describe('carry out exactly these'),
    edited: z.boolean(),
    decidedBy: z.enum(['rule', 'person']),
    shadow: outcomeKind.optional(),
  }),
  z.strictObject({
    kind: z.literal('pause'),
    ...decided,
    approvalIds: z.array(z.string()),
    waitsFor: z.string().describe('whose signatures are missing, in words'),
    url: z.string(),
    expiresAt: nullableInstant,
  }),
  z.strictObject({ kind: z.literal('handoff'), ...decided, caseId: z.string(), to: z.string(), url: z.string() }),
  z.strictObject({
    kind: z.literal('forbid'),
    ...decided,
    instead: z.string().nullable(),
    toModel: z.string().describe('text for the model: says why, and not to retry'),
  }),
  z.strictObject({ kind: z.literal('done'), ...decided, result: json, by: actor, reference: z.string().nullable() }),
  z.strictObject({
    kind: z.literal('inDoubt'),
    ...decided,
    permitId: z.string(),
    caseId: z.string().nullable(),
    url: z.string(),
  }),
]);
export type GateAnswer = z.infer<typeof gateAnswer>;
