/** What is said differently about limits and about the review afterwards: in which direction, where that can be told. */

import { sayName } from '@belay/protocol';
import { reviewWithinMsOf } from '../defaults.ts';
import { concerns } from '../evaluate/limits.ts';
import type { Control, LimitSpec } from '../model.ts';
import { parseMoney } from '../value/money.ts';
import { sayArgument, sayDuration, sayList, saySignOff, sayStep, sayTarget } from '../words/names.ts';
import type { Note } from './note.ts';

/** "EUR 1000.00" or "5" as what it is an amount of, and how much. */
const amountOf = (above: string): { of: string; amount: number } => {
  const money = parseMoney(above);
  return money === null
    ? { of: '', amount: Number(above.replaceAll('_', '')) }
    : { of: money.currency, amount: money.minor };
};

/** A threshold that is gone is not weaker: what cannot be judged goes to a person. */
const allowsMore = (old: LimitSpec, next: LimitSpec): boolean => {
  const before = new Map(old.above.map(amountOf).map(({ of, amount }) => [of, amount]));
  return next.above.map(amountOf).some(({ of, amount }) => before.has(of) && amount > (before.get(of) as number));
};

/** Steps of both versions that were counted and are not: by name, or because they lost the argument. */
const noMoreCounted = (before: Control, after: Control, old: LimitSpec, next: LimitSpec): string[] => {
  const was = before.steps.filter((step) => concerns(old, step)).map(({ name }) => name);
  return after.steps.filter((step) => was.includes(step.name) && !concerns(next, step)).map(({ name }) => name);
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Another sum, or one for others, is another limit: which of both is stricter depends on what comes. */
const isAnother = (old: LimitSpec, next: LimitSpec): boolean => old.of !== next.of || !same(old.per, next.per);

const asksLess = (old: LimitSpec, next: LimitSpec): boolean =>
  next.then === 'approval' && (old.then === 'handoff' || old.by !== next.by);

const isWeaker = (old: LimitSpec, next: LimitSpec): boolean =>
  isAnother(old, next) || allowsMore(old, next) || next.windowMs < old.windowMs || asksLess(old, next);

const says = (control: Control, { of, per, above, windowMs, at, then, by, to }: LimitSpec): string => {
  const who =
    then === 'approval' ? `asks for ${saySignOff(by ?? '')}` : `goes to ${to === null ? 'the owner' : sayTarget(to)}`;
  const where = at.length === 0 ? '' : ` at ${sayList(at.map((name) => sayStep(control, name)))}`;
  const what = of === 'count' ? 'steps' : sayArgument(control, of);
  return `above ${sayList(above, 'or')} of ${what} within ${sayDuration(windowMs)} for each ${sayList(per.map((name) => sayArgument(control, name)))}${where} it ${who}`;
};

/** What somebody reads or decides by; another sentence or citation is no difference. */
const decidesOtherwise = (control: Control, old: LimitSpec, next: LimitSpec): boolean =>
  says(control, old) !== says(control, next);

export const limitNotes = (before: Control, after: Control): Note[] => [
  ...before.limits.flatMap((old): Note[] => {
    const next = after.limits.find(({ id }) => id === old.id);
    const name = `The limit ${sayName(old.id)}`;
    if (next === undefined) return [{ sentence: `${name} is gone: ${says(before, old)}.`, weaker: true }];
    const lost = noMoreCounted(before, after, old, next);
    const fewer = {
      sentence: `${name} counts ${sayList(lost.map((step) => sayStep(after, step)))} no more.`,
      weaker: true,
    };
    const counted = lost.length === 0 ? [] : [fewer];
    if (!decidesOtherwise(after, old, next)) return counted;
    const sentence = `${name}: before ${says(before, old)}; now ${says(after, next)}.`;
    return [{ sentence, weaker: isWeaker(old, next) }, ...counted];
  }),
  ...after.limits
    .filter(({ id }) => !before.limits.some((old) => old.id === id))
    .map((limit) => ({ sentence: `The limit ${sayName(limit.id)} is new: ${says(after, limit)}.`, weaker: false })),
];

const saysReview = (review: Control['review']): string =>
  review === null
    ? 'nothing'
    : `${review.share / 100}% by ${sayTarget(review.by)} within ${sayDuration(reviewWithinMsOf(review))}`;

export const reviewNotes = ({ review: old }: Control, { review: next }: Control): Note[] => {
  const [was, is] = [saysReview(old), saysReview(next)];
  if (was === is) return [];
  const later = old !== null && reviewWithinMsOf(next) > reviewWithinMsOf(old);
  const weaker = (next?.share ?? 0) < (old?.share ?? 0) || later;
  return [{ sentence: `Of what continued, ${was} was looked at afterwards, and ${is} is now.`, weaker }];
};
