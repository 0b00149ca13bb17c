/** What Belay shows of sign-offs, and of what is looked at afterwards: exceptions, samples, delegations. */
import { z } from 'zod';
import { packetView } from './packet.ts';
import { actor, controlRef, digest, factView, instant, jsonObject, signInView } from './words.ts';

const nullableInstant = instant.nullable();

export const approvalStatus = z.enum(['waiting', 'approved', 'rejected', 'expired', 'void', 'used']);
/** One group of an approval: how many of whom, and who is still asked. */
export const groupView = z.strictObject({
  from: z.string().describe('target that may sign'),
  quorum: z.int(),
  signed: z.int().describe('signatures that count for this group'),
  left: z.array(z.strictObject({ personId: z.string(), name: z.string() })).describe('who may still sign for it'),
});
export const signatureView = z.strictObject({
  by: z.string(),
  name: z.string(),
  insteadOf: z.string().nullable().describe('whose right it was, when it was delegated'),
  insteadOfName: z.string().nullable(),
  at: instant,
  comment: z.string().nullable(),
  openedAt: nullableInstant.describe('when the signer first opened it; null: never, or not asked for'),
  signIn: signInView.nullable().describe('how the signer had shown who they are; null: by their account on a channel'),
});
/** What the viewer may do with an approval now, and why not. */
export const voteView = z.strictObject({
  allowed: z.array(z.enum(['approve', 'reject', 'edit', 'withdraw'])),
  instead: z
    .array(z.strictObject({ personId: z.string(), name: z.string() }))
    .describe('people in whose stead you may sign'),
  because: z.string().nullable().describe('why you may not approve; null when you may, or nobody is looking'),
  readyAt: nullableInstant.describe('you may approve from here on: it has to be read first'),
});
export const approvalView = z.strictObject({
  approvalId: z.string(),
  runId: z.string(),
  control: controlRef,
  name: z.string().describe('name of the approval in the control'),
  status: approvalStatus,
  revision: z.int(),
  because: z.array(z.string()),
  step: z.string(),
  key: z.string(),
  digest,
  arguments: jsonObject,
  facts: z.array(factView),
  packet: packetView.nullable().describe('what the signers see; null: asked for by an older version'),
  agentWords: z.string().nullable().describe('the agent’s own words: claimed, shown inert, never the reason'),
  effect: z.enum(['none', 'reversible', 'irreversible']),
  requestedBy: z.string().describe('agent id'),
  onBehalfOf: z.string().nullable(),
  from: z.string().describe('who may sign; several groups are joined by " and "'),
  quorum: z.int().describe('signatures needed in all'),
  groups: z.array(groupView),
  excluded: z.array(z.string()).describe('people who may not sign, with the reason in the refusal'),
  excludedBecause: z.array(z.strictObject({ personId: z.string(), name: z.string(), because: z.string() })),
  signatures: z.array(signatureView),
  refusals: z.array(z.strictObject({ by: z.string(), name: z.string(), at: instant, because: z.string() })),
  veto: z.enum(['any', 'none']).describe('any: one refusal ends it; none: refusals are counted'),
  mustOpen: z.boolean().describe('has to be opened (POST …/open) before it can be approved'),
  dwellMs: z.int().describe('for how long it has to be open before it can be approved'),
  freshSignInMs: z.int().nullable().describe('a signer has signed in within this time; null: whenever'),
  editable: z
    .array(z.string())
    .describe('arguments that a signer may change: a new version, which somebody else signs'),
  replaces: z.string().nullable().describe('the approval whose arguments were edited into these'),
  before: jsonObject.nullable().describe('the arguments before they were edited, for a diff'),
  editedBy: z.string().nullable(),
  editedByName: z.string().nullable(),
  rejectedBecause: z.string().nullable(),
  onExpiry: z
    .string()
    .nullable()
    .describe('who gets it when nobody signs; null: it waits on, and people are told again'),
  you: voteView,
  requestedAt: instant,
  expiresAt: nullableInstant,
  decidedAt: nullableInstant,
});
export type ApprovalView = z.infer<typeof approvalView>;

/** One item of a batch decision and what became of it. */
export const batchItemView = z.strictObject({
  approvalId: z.string(),
  decided: z.enum(['approved', 'rejected']).nullable().describe('null: refused, and left as it was'),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  approval: approvalView.nullable(),
});

/** Where something went another way than the rules let it go by themselves. */
export const exceptionKind = z.enum([
  'breakGlass',
  'allowedOnce',
  'refusedVote',
  'voteWithdrawn',
  'argumentsEdited',
  'approvalExpired',
  'contradicted',
  'reviewedWrong',
  'stopped',
]);
export const exceptionView = z.strictObject({
  entryId: z.string(),
  kind: exceptionKind,
  sentence: z.string(),
  runId: z.string().nullable(),
  control: z.string().nullable(),
  by: actor,
  byName: z.string(),
  at: instant,
  open: z.boolean().describe('break-glass: nobody else has reviewed it yet'),
});
export type ExceptionView = z.infer<typeof exceptionView>;

/** A step that continued by rule and was drawn for a look afterwards. */
export const sampleView = z.strictObject({
  sampleId: z.string(),
  runId: z.string(),
  control: controlRef,
  agentId: z.string(),
  subject: jsonObject,
  step: z.string(),
  key: z.string(),
  digest,
  arguments: jsonObject,
  because: z.string().describe('why it continued'),
  by: z.string().describe('target that is asked'),
  at: instant,
  dueAt: nullableInstant.describe('when others are asked too; null: somebody has looked'),
  verdict: z.enum(['right', 'wrong']).nullable().describe('null: nobody has looked yet'),
  reviewedBy: z.string().nullable(),
  reviewedByName: z.string().nullable(),
  comment: z.string().nullable(),
  reviewedAt: nullableInstant,
});
export type SampleView = z.infer<typeof sampleView>;

/** Somebody signs in another person's stead for a time. */
export const delegationView = z.strictObject({
  delegationId: z.string(),
  from: z.string().describe('whose right it is'),
  fromName: z.string(),
  to: z.string().describe('who may sign instead'),
  toName: z.string(),
  approval: z.string().nullable().describe('only approvals of this name; null: every approval'),
  since: instant,
  until: instant.describe('the first moment after it'),
  because: z.string(),
  by: z.string(),
});
export type DelegationView = z.infer<typeof delegationView>;
