/** Routes of controls: versions, what they say in words, how they differ, and what waits for a second person. */
import { z } from 'zod';
import { comparisonView, controlView, proposalView } from '../views.ts';
import { digest, jsonObject } from '../words.ts';
import { empty, page, type Route, reason } from './route.ts';

const version = z.coerce.number().int().min(1);
const submission = z.strictObject({
  source: z.string().max(1_000_000),
  file: z.string().max(400).default('control.yaml'),
});

export const controlRoutes = {
  publishControl: {
    method: 'POST',
    path: '/v1/controls',
    caller: 'person',
    summary: 'Publish a version that passes its check. It is immutable and named by its digest.',
    body: submission,
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
    query: z.strictObject({ version: version.optional() }),
    answer: controlView.extend({ source: z.string() }),
  },
  listVersions: {
    method: 'GET',
    path: '/v1/controls/:name/versions',
    caller: 'person',
    summary: 'Every version of a control, newest first, each with the runs that are under way under it.',
    query: z.strictObject({}),
    answer: page(controlView),
  },
  getControlPage: {
    method: 'GET',
    path: '/v1/controls/:name/page',
    caller: 'person',
    summary: 'One version as a page to read: its rules in words, who signs, who takes over and when, and a drawing.',
    query: z.strictObject({ version: version.optional() }),
    answer: z.strictObject({
      version: z.int(),
      digest,
      page: jsonObject.describe('as `belay page --json` prints it'),
      drawing: jsonObject.describe('boxes and arrows, laid out'),
    }),
  },
  compareVersions: {
    method: 'GET',
    path: '/v1/controls/:name/comparison',
    caller: 'person',
    summary: 'Which cases two versions decide differently, in words.',
    query: z.strictObject({ before: version, after: version }),
    answer: comparisonView,
  },
  proposeControl: {
    method: 'POST',
    path: '/v1/control-proposals',
    caller: 'person',
    summary:
      'Propose a version that passes its check. Another designer publishes it. Replaces what was proposed before.',
    body: submission,
    answer: proposalView,
  },
  getProposal: {
    method: 'GET',
    path: '/v1/controls/:name/proposal',
    caller: 'person',
    summary: 'The version that waits for a second person, and how it differs from the one in force.',
    answer: proposalView.extend({ source: z.string(), comparison: comparisonView.nullable() }),
  },
  publishProposal: {
    method: 'POST',
    path: '/v1/controls/:name/proposal/publish',
    caller: 'person',
    summary: 'Publish what another designer proposed. Names the digest that was read.',
    body: z.strictObject({ digest }),
    answer: controlView,
  },
  withdrawProposal: {
    method: 'POST',
    path: '/v1/controls/:name/proposal/withdraw',
    caller: 'person',
    summary: 'Withdraw a proposal, one’s own or another’s, with a reason.',
    body: z.strictObject({ digest, because: reason }),
    answer: empty,
  },
} as const satisfies Record<string, Route>;
