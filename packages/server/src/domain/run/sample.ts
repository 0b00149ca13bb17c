/**
 * Sampled review: of the high-risk steps that continued by rule, the declared share is put before somebody afterwards.
 * What is drawn follows from the permit's id alone: nobody chooses it, and it can be drawn again by whoever doubts it.
 */
import { digestOf } from '@belay/protocol';
import { type Context, type Decided, refuse } from '../decided.ts';
import { resolveTarget } from '../oncall/organisation.ts';
import type { RunEvent } from './events.ts';
import type { Permit, Run } from './run.ts';

const draws = 10_000;

/** Is this permit among `share` of 10,000? */
export const isDrawn = (permitId: string, share: number): boolean =>
  Number.parseInt(digestOf(permitId).slice('sha256:'.length, 'sha256:'.length + 8), 16) % draws < share;

export const sampled = (permit: Permit, { control: { control }, now }: Context): RunEvent[] => {
  const { review } = control;
  const risk = control.steps.find((step) => step.name === permit.step)?.risk;
  if (review === null || permit.decidedBy !== 'rule' || risk !== 'high') return [];
  if (!isDrawn(permit.permitId, review.share)) return [];
  const { permitId: sampleId, step, key, digest, arguments: args, because } = permit;
  const open = { verdict: null, reviewedBy: null, reviewedAt: null, comment: null };
  return [
    {
      type: 'StepSampled',
      sample: { sampleId, step, key, digest, arguments: args, because, asked: review.by, at: now, ...open },
    },
  ];
};

export type SampleCommand = { sampleId: string; verdict: 'right' | 'wrong'; comment: string | null };

/** By whoever is asked; not by whom the agent acts for: they would judge their own work. */
export const reviewSample = (
  run: Run,
  { sampleId, verdict, comment }: SampleCommand,
  requesters: string[],
  { by, org, now }: Context,
): Decided<{ sampleId: string }> => {
  const sample = run.samples.find((one) => one.sampleId === sampleId);
  if (sample === undefined) return refuse('not_found', `${sampleId} waits for no review: somebody has looked at it.`);
  if (requesters.includes(by.id))
    return refuse('separation_of_duties', `${run.agentId} acts on behalf of you: somebody else must look.`);
  if (!resolveTarget(org, sample.asked, now).some((person) => person.personId === by.id))
    return refuse('not_entitled', `${sample.asked} is asked.`);
  return { events: [{ type: 'SampleReviewed', sampleId, verdict, comment }], answer: { sampleId } };
};
