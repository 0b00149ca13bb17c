/**
 * Break-glass: taking over without being entitled, because waiting would do harm. It needs a reason, tells other people
 * at once, and stays open until somebody else has reviewed it.
 */
import { type Context, type Decided, refuse } from '../decided.ts';
import { administrators, resolveTarget } from '../oncall/organisation.ts';
import type { RunEvent } from '../run/events.ts';
import type { Review, Run } from '../run/run.ts';

export const reviewWithinMs = 24 * 3_600_000;

/** The control's owner and the administrators, without whoever did it. */
const others = (users: string[], { control, org, now }: Context): string[] => {
  const people = [control.control.owner, administrators].flatMap((target) => resolveTarget(org, target, now));
  return [...new Set(people.map((person) => person.personId))].filter((personId) => !users.includes(personId));
};

const usersOf = ({ usedBy, before = [] }: Review): string[] => [usedBy, ...before.map((use) => use.usedBy)];

export const mayBreakGlass = ({ org, by }: Context): boolean =>
  org.people.some(({ personId, active, access }) => personId === by.id && active && access.includes('break-glass'));

export const breakGlassUsed = (reason: string, context: Context): RunEvent => ({
  type: 'BreakGlassUsed',
  reason,
  told: others([context.by.id], context),
  reviewDueAt: context.now + reviewWithinMs,
});

export const reviewReminded = (run: Run, context: Context): RunEvent[] =>
  run.review === null
    ? []
    : [
        {
          type: 'ReviewReminded',
          told: others(usersOf(run.review), context),
          reviewDueAt: context.now + reviewWithinMs,
        },
      ];

export type ReviewCommand = { type: 'review'; comment: string };

export const reviewBreakGlass = (run: Run, { comment }: ReviewCommand, context: Context): Decided<null> => {
  const { review } = run;
  if (review === null) return refuse('not_found', `Run ${run.runId} has no use of break-glass to review.`);
  if (usersOf(review).includes(context.by.id))
    return refuse('separation_of_duties', 'Somebody else must review your use of break-glass.');
  if (!others(usersOf(review), context).includes(context.by.id))
    return refuse('not_entitled', `It is reviewed by ${context.control.control.owner} or an administrator.`);
  return { events: [{ type: 'BreakGlassReviewed', comment }], answer: null };
};
