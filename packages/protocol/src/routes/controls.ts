/** Routes of controls: versions, what they say in words, how they differ, and what waits for a second person. */
import { z } from 'zod';
import { comparisonView, controlView, draftView, moveView } from '../views.ts';
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
  previewMove: {
    method: 'GET',
    path: '/v1/controls/:name/move',
    caller: 'person',
    summary: 'How many runs are under way under older versions, and whether they can be moved to the one in force.',
    query: z.strictObject({}),
    answer: moveView,
  },
  moveRuns: {
    method: 'POST',
    path: '/v1/controls/:name/move',
    caller: 'person',
    summary:
      'Move live runs to the version in force, which must not be weaker than theirs. Names the digest that was read.',
    body: z.strictObject({ digest, because: reason }),
    answer: moveView,
  },
  draftControl: {
    method: 'POST',
    path: '/v1/control-drafts',
    caller: 'person',
    summary:
      'Keep a version that passes its check as a draft. Another designer publishes it. Replaces the draft of before.',
    body: submission,
    answer: draftView,
  },
  getDraft: {
    method: 'GET',
    path: '/v1/controls/:name/draft',
    caller: 'person',
    summary: 'The version that waits for a second person, and how it differs from the one in force; null: none waits.',
    answer: z.strictObject({
      draft: draftView.extend({ source: z.string(), comparison: comparisonView.nullable() }).nullable(),
    }),
  },
  publishDraft: {
    method: 'POST',
    path: '/v1/controls/:name/draft/publish',
    caller: 'person',
    summary: 'Publish what another designer drafted. Names the digest that was read.',
    body: z.strictObject({ digest }),
    answer: controlView,
  },
  withdrawDraft: {
    method: 'POST',
    path: '/v1/controls/:name/draft/withdraw',
    caller: 'person',
    summary: 'Withdraw a draft, one’s own or another’s, with a reason.',
    body: z.strictObject({ digest, because: reason }),
    answer: empty,
  },
} as const satisfies Record<string, Route>;
