/**
 * Sampled review: of the high-risk steps that continued by rule, the declared share is put before somebody afterwards.
 * What is drawn follows from the permit's id alone: nobody chooses it, and it can be drawn again by whoever doubts it.
 */
import { reviewWithinMsOf, sayStep } from '@belay/control';
import { digestOf } from '@belay/protocol';
import { handOff } from '../case/open.ts';
import { apply, type Context, type Decided, refuse } from '../decided.ts';
import { administrators, resolveTarget } from '../oncall/organisation.ts';
import { nameOf } from '../oncall/person.ts';
import type { RunEvent } from './events.ts';
import type { Permit, Run, Sample } from './run.ts';

const draws = 10_000;

export const sampleDueAt = ({ at, dueAt }: Sample): number => dueAt ?? at + reviewWithinMsOf(null);

/** Is this permit among `share` of 10,000? */
export const isDrawn = (permitId: string, share: number): boolean =>
  Number.parseInt(digestOf(permitId).slice('sha256:'.length, 'sha256:'.length + 8), 16) % draws < share;

export const sampled = (permit: Permit, { control: { control }, now }: Context): RunEvent[] => {
  const { review } = control;
  const risk = control.steps.find((step) => step.name === permit.step)?.risk;
  if (review === null || permit.decidedBy !== 'rule' || risk !== 'high') return [];
  if (!isDrawn(permit.permitId, review.share)) return [];
  const { permitId: sampleId, step, key, digest, arguments: args, because } = permit;
  const dueAt = now + reviewWithinMsOf(review);
  const open = { verdict: null, reviewedBy: null, reviewedAt: null, comment: null };
  return [
    {
      type: 'StepSampled',
      sample: { sampleId, step, key, digest, arguments: args, because, asked: review.by, at: now, dueAt, ...open },
    },
  ];
};

/** Silence moves a sample on: who is asked is told again, then the owner of the control is asked, then the administrators. */
export const remindSample = (run: Run, sampleId: string, { control, org, now }: Context): RunEvent[] => {
  const sample = run.samples.find((one) => one.sampleId === sampleId);
  if (sample === undefined) return [];
  const { owner, review } = control.control;
  const asked = [sample.asked, owner, administrators][Math.min(sample.reminders ?? 0, 2)] ?? administrators;
  const told = resolveTarget(org, asked, now).map((person) => person.personId);
  return [{ type: 'SampleReminded', sampleId, asked, told, dueAt: now + reviewWithinMsOf(review) }];
};

/** A person puts right what somebody said was wrong. */
export const judgedWrong = (
  run: Run,
  { step, key, comment, reviewedBy }: Pick<Sample, 'step' | 'key' | 'comment' | 'reviewedBy'>,
  context: Context,
): RunEvent[] => {
  const name = nameOf(context.org.people, reviewedBy ?? '');
  const said = sayStep(context.control.control, step);
  const because = `${name} looked at “${said}” afterwards and says that it was wrong${comment === null ? '.' : `: ${comment}`}`;
  const reason = { kind: 'judgedWrong' as const, because, rule: null, cites: null, step, key };
  return handOff(run, { reason, to: null, step: null, title: `Put “${said}” right` }, context);
};

export type SampleCommand = { sampleId: string; verdict: 'right' | 'wrong'; comment: string | null };

/** By whoever is asked; not by whom the agent acts for: they would judge their own work. */
export const reviewSample = (
  run: Run,
  { sampleId, verdict, comment }: SampleCommand,
  requesters: string[],
  context: Context,
): Decided<{ sampleId: string }> => {
  const { by, org, now } = context;
  const sample = run.samples.find((one) => one.sampleId === sampleId);
  if (sample === undefined) return refuse('not_found', `${sampleId} waits for no review: somebody has looked at it.`);
  if (requesters.includes(by.id))
    return refuse('separation_of_duties', `${run.agentId} acts on behalf of you: somebody else must look.`);
  if (!resolveTarget(org, sample.asked, now).some((person) => person.personId === by.id))
    return refuse('not_entitled', `${sample.asked} is asked.`);
  const reviewed: RunEvent = { type: 'SampleReviewed', sampleId, verdict, comment };
  const answer = { sampleId };
  if (verdict === 'right' || run.finishedAt !== null) return { events: [reviewed], answer };
  const judged = { ...sample, reviewedBy: by.id, comment };
  return { events: [reviewed, ...judgedWrong(apply(run, [reviewed], context), judged, context)], answer };
};
