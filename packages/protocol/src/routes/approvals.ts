/** Routes by which people sign off, refuse, edit and withdraw, alone or many at once; and what is looked at afterwards. */
import { z } from 'zod';
import {
  approvalView,
  batchItemView,
  delegationView,
  exceptionKind,
  exceptionView,
  sampleView,
} from '../approval-views.ts';
import { digest, jsonObject } from '../words.ts';
import { cursor, limit, page, type Route, reason, revision } from './route.ts';

const insteadOf = z.string().max(200).optional().describe('person in whose stead you sign, where they delegated it');
const comment = z.string().max(2_000).optional();
const personId = z.string().min(1).max(200);
const bound = { approvalId: z.string().max(100), revision, digest };

export const approvalRoutes = {
  listApprovals: {
    method: 'GET',
    path: '/v1/approvals',
    caller: 'person',
    summary: 'Approvals, oldest first.',
    query: z.strictObject({
      status: z.enum(['waiting', 'decided', 'all']).default('waiting'),
      mine: z.stringbool().optional().describe('those whose groups you are in, or in whose stead you may sign'),
      control: z.string().optional(),
      step: z.string().optional(),
      name: z.string().optional().describe('name of the approval in the control'),
      runId: z.string().optional(),
      limit,
      cursor,
    }),
    answer: page(approvalView),
  },
  getApproval: {
    method: 'GET',
    path: '/v1/approvals/:approvalId',
    caller: 'person',
    summary: 'One approval. Reading it decides nothing and counts as nothing.',
    answer: approvalView,
  },
  openApproval: {
    method: 'POST',
    path: '/v1/approvals/:approvalId/open',
    caller: 'person',
    summary: 'You have the whole of it before you: from here on you are reading. Needed once where `mustOpen` says so.',
    body: z.strictObject({ digest }),
    answer: approvalView,
  },
  approve: {
    method: 'POST',
    path: '/v1/approvals/:approvalId/approve',
    caller: 'person',
    summary: 'Sign off exactly these arguments.',
    body: z.strictObject({ revision, digest, comment, insteadOf }),
    answer: approvalView,
  },
  reject: {
    method: 'POST',
    path: '/v1/approvals/:approvalId/reject',
    caller: 'person',
    summary:
      'Refuse, with a reason the agent receives. The same arguments are not asked for again until you withdraw it.',
    body: z.strictObject({ revision, digest, because: reason }),
    answer: approvalView,
  },
  withdrawVote: {
    method: 'POST',
    path: '/v1/approvals/:approvalId/withdraw',
    caller: 'person',
    summary: 'Take your signature or refusal back before it is used. The approval waits again.',
    body: z.strictObject({ because: reason }),
    answer: approvalView,
  },
  editApproval: {
    method: 'POST',
    path: '/v1/approvals/:approvalId/edit',
    caller: 'person',
    summary: 'Change editable arguments: this approval is void, a new one asks others for the new version. Answers it.',
    body: z.strictObject({ revision, digest, arguments: jsonObject, because: reason }),
    answer: approvalView,
  },
  decideBatch: {
    method: 'POST',
    path: '/v1/approvals/batch',
    caller: 'person',
    summary: 'One decision on many approvals of one kind (control, step and name): each by its digest, some left out.',
    body: z.strictObject({
      approve: z.array(z.strictObject(bound)).max(500).default([]),
      reject: z
        .array(z.strictObject({ ...bound, because: reason }))
        .max(500)
        .default([])
        .describe('items that are removed, each with its reason'),
      comment,
      insteadOf,
    }),
    answer: z.strictObject({
      batchId: z.string(),
      digest: digest.describe('of the digests of all items: what was decided as one'),
      items: z.array(batchItemView),
    }),
  },
  listExceptions: {
    method: 'GET',
    path: '/v1/exceptions',
    caller: 'person',
    summary: 'The register of exceptions: break-glass, steps allowed outside the rules, refused votes. Newest first.',
    query: z.strictObject({
      kind: exceptionKind.optional(),
      control: z.string().optional(),
      runId: z.string().optional(),
      open: z.stringbool().optional().describe('only those whose review is due'),
      from: z.iso.datetime().optional(),
      to: z.iso.datetime().optional(),
      limit,
      cursor,
    }),
    answer: page(exceptionView),
  },
  listSamples: {
    method: 'GET',
    path: '/v1/samples',
    caller: 'person',
    summary: 'Steps that continued and were drawn for a look afterwards, oldest first.',
    query: z.strictObject({
      status: z.enum(['open', 'right', 'wrong', 'all']).default('open'),
      mine: z.stringbool().optional(),
      control: z.string().optional(),
      limit,
      cursor,
    }),
    answer: page(sampleView),
  },
  reviewSample: {
    method: 'POST',
    path: '/v1/samples/:sampleId/review',
    caller: 'person',
    summary: 'Say whether a step that continued was right or wrong.',
    body: z.strictObject({ verdict: z.enum(['right', 'wrong']), comment }),
    answer: sampleView,
  },
  listDelegations: {
    method: 'GET',
    path: '/v1/delegations',
    caller: 'person',
    summary: 'Who may sign in whose stead, now and later.',
    query: z.strictObject({}),
    answer: page(delegationView),
  },
  addDelegation: {
    method: 'POST',
    path: '/v1/delegations',
    caller: 'person',
    summary: 'Let somebody sign in your stead for a time; administrators for anybody. It is not passed on further.',
    body: z.strictObject({
      from: personId,
      to: personId,
      approval: z.string().max(200).optional().describe('only approvals of this name'),
      since: z.iso.datetime(),
      until: z.iso.datetime().describe('the first moment after it'),
      because: reason,
    }),
    answer: z.strictObject({ id: z.string().describe('withdraw it by DELETE /v1/entered/:id') }),
  },
} as const satisfies Record<string, Route>;
